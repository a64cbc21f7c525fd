-- What polling cannot see. All times are in the ledger's own time, which no one sets: see LedgerClock.

alter table watch add column added_at integer not null default 0;    -- since when it is looked after
alter table watch add column planned_at integer;                     -- when the poll that is under way was due
alter table watch add column blind_after integer not null default 0; -- milliseconds without a good answer
alter table watch add column blind_at integer not null default 0;    -- when it is blind unless it is answered
alter table watch add column blind integer not null default 0;       -- 1: it is, and everybody has been told
create index watch_blind_at on watch (blind_at) where state = 'ACTIVE' and blind = 0;
create index watch_blind on watch (id) where state = 'ACTIVE' and blind = 1;

-- The longest time in "5s..5m", three times, and three seconds at least.
update watch set
    added_at = coalesce(answered_at, unixepoch() * 1000),
    blind_after = max(3000, 3 * cast(substr(definition ->> 'every', instr(definition ->> 'every', '..') + 2) as integer)
        * case when definition ->> 'every' like '%ms' then 1
            when definition ->> 'every' like '%s' then 1000
            when definition ->> 'every' like '%m' then 60000
            when definition ->> 'every' like '%h' then 3600000
            else 86400000 end);

alter table job add column changed_at integer not null default 0;    -- the last change
alter table job add column state_since integer not null default 0;   -- the last change of its state
alter table job add column stuck integer not null default 0;         -- 1: too long in it, and everybody has been told
update job set changed_at = coalesce(
    (select created_at from change where subject = job.id and sequence = job.sequence), unixepoch() * 1000);
update job set state_since = changed_at;

create table ledger_time (
    id       integer primary key check (id = 1),
    lived_to integer not null                                        -- a time that the ledger has lived through
);
