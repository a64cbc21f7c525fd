-- The table that SQLite has after its tenth migration; what it is for is said there. It has a few rows that are written all
-- the time.

create table ceiling (
    account      text    collate "C" primary key,
    next_at      bigint  not null,
    spacing      bigint  not null,
    wanted       bigint  not null,
    granted      bigint  not null,
    percent      integer not null default 100,
    held_until   bigint  not null default 0,
    throttled_at bigint  not null default 0
) with (fillfactor = 10, autovacuum_vacuum_cost_delay = 0);
