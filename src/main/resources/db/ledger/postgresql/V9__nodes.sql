-- The nodes that work on this ledger. A claim whose "claimed_by" is the incarnation of none of them is nobody's, and is
-- given back.
create table node (
    incarnation text    collate "C" primary key,
    name        text    collate "C" not null,
    version     text    not null,
    started_at  bigint  not null,
    seen_at     bigint  not null,
    beat        bigint  not null default 0,
    watches     integer not null default 0,
    deliveries  integer not null default 0
) with (fillfactor = 10);

-- How far the ledger's time is ahead of the database's clock: more once that was put back.
alter table ledger_time add column ahead bigint not null default 0;
insert into ledger_time (id, lived_to) values (1, 0) on conflict do nothing;
