-- Runs at each start. A dump that was restored on another server may hold transaction ids which that server has not reached:
-- readers would wait for them. Such changes become the oldest, with what is to be delivered of them, and whoever reads the stream
-- reads the lists again.
with ahead as (
    update change set age = 0
    where exists (select from change where age >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint)
    returning position)
update ledger_time set purged_age = pg_snapshot_xmax(pg_current_snapshot())::text::bigint, purged_position = 0
    where exists (select from ahead) or purged_age >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint;
-- One status at a time: each has an index of its own, and those that are delivered are not read.
update delivery set age = 0 where status = 'PENDING' and age >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint;
update delivery set age = 0 where status = 'DEAD' and age >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint;
