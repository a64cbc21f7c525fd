-- How many requests each account may still make, over all nodes together: when the next permit is due. The second half of a
-- row is what was learned from a provider that found the requests too many.

create table ceiling (
    account      text    primary key,
    next_at      integer not null,                  -- nanoseconds since the epoch, in the ledger's time
    spacing      integer not null,                  -- nanoseconds between two permits, as a node asked last
    wanted       integer not null,                  -- permits that it asked for
    granted      integer not null,                  -- permits that it got
    percent      integer not null default 100,      -- of the ceiling: what was left of it when it was lowered last
    held_until   integer not null default 0,        -- milliseconds: from then on it climbs back
    throttled_at integer not null default 0         -- milliseconds: when it was lowered last
) without rowid;
