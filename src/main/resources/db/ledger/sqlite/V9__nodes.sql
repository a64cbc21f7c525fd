-- The nodes that work on this ledger; where it is a file there is one at a time. A claim whose "claimed_by" is the
-- incarnation of none of them is nobody's, and is given back.
create table node (
    incarnation text    primary key,                -- another one after each start and each loss of its lease
    name        text    not null,
    version     text    not null,
    started_at  integer not null,
    seen_at     integer not null,                   -- its last heartbeat
    beat        integer not null default 0,         -- +1 with each: one that stands still for as long as a lease is gone
    watches     integer not null default 0,         -- taken to be polled
    deliveries  integer not null default 0          -- being made
);

-- How far the ledger's time is ahead of the clock of a database that many nodes share: more once that was put back.
alter table ledger_time add column ahead integer not null default 0;
insert into ledger_time (id, lived_to) values (1, 0) on conflict do nothing;
