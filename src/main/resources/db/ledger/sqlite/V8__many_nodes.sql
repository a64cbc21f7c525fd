-- One ledger on two engines: what statements pick out of JSON has a column of its own, and conditions say "claimed" and
-- "not blind", which PostgreSQL understands too. SQLite uses a partial index only where a statement says the same words.

alter table watch add column list integer not null default 0;        -- 1: it finds many jobs
alter table watch add column api text not null default '';
alter table watch add column claimed_by text;                        -- the node that polls it
update watch set list = coalesce(definition ->> 'list', 0), api = coalesce(definition ->> 'api', '');
create index watch_claimed on watch (claimed_by) where claimed;
drop index watch_blind_at;
drop index watch_blind;
create index watch_blind_at on watch (blind_at) where state = 'ACTIVE' and not blind;
create index watch_blind on watch (id) where state = 'ACTIVE' and blind;

alter table delivery add column claimed_by text;                     -- the node that makes it
drop index delivery_claimed;
create index delivery_claimed on delivery (destination, claimed_by) where claimed;

-- The writer gives each change its position, the next after the newest, and so without gaps on both engines.
create table change_position (
    id     integer primary key check (id = 1),
    newest integer not null
);
insert into change_position
    select 1, coalesce((select seq from sqlite_sequence where name = 'change'), 0);

create table change_with_state (
    position   integer primary key,
    event_id   text    not null unique,
    subject    text    not null,                    -- the job, or the watch, that changed
    sequence   integer not null,
    type       text    not null,                    -- the type of the event
    state      text,                                -- of the job; null where the health of a watch changed
    event      blob    not null,                    -- the bytes that every destination receives
    created_at integer not null,
    unique (subject, sequence)
);
insert into change_with_state
    select position, event_id, subject, sequence, type,
        case when json_valid(cast(event as text)) then cast(event as text) ->> '$.data.job.state' end, event, created_at
    from change order by position;
drop table change;
alter table change_with_state rename to change;
create index change_created on change (created_at);
