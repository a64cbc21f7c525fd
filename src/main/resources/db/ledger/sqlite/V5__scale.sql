-- No look at the ledger takes longer for what it does not look for, however much there is: see PlansTest. The status is in
-- the indexes so that SQLite counts by them alone.

create index delivery_claimed on delivery (claimed) where claimed = 1;
create index delivery_delivered on delivery (updated_at) where status = 'DELIVERED';
-- In the order in which they were put in.
create index delivery_pending on delivery (status, destination) where status = 'PENDING';
drop index delivery_dead;
create index delivery_dead on delivery (status, destination) where status = 'DEAD';

create index job_unfinished on job (watch_id) where not terminal;
create index watch_source on watch (source) where state <> 'REMOVED';

-- All that deliveries are for: one step of the index for each, and not one for each delivery.
create view recipient as
    with recursive named(name) as (
        select min(destination) from delivery
        union all
        select (select min(destination) from delivery where destination > named.name)
        from named where named.name is not null)
    select name from named where name is not null;
