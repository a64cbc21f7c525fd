-- What the HTTP API lists and streams.

-- Changes have a position now, in the order of their commits (there is one writer), and none is ever used twice: whoever
-- has read up to a position goes on behind it.
create table change_in_order (
    position   integer primary key autoincrement,
    event_id   text    not null unique,
    subject    text    not null,                    -- the job, or the watch, that changed
    sequence   integer not null,
    type       text    not null,                    -- the type of the event
    event      blob    not null,                    -- the bytes that every destination receives
    created_at integer not null,
    unique (subject, sequence)
);
insert into change_in_order (event_id, subject, sequence, type, event, created_at)
    select event_id, subject, sequence, type, event, created_at from change order by rowid;
drop table change;
alter table change_in_order rename to change;
create index change_created on change (created_at);

-- What lists of jobs are filtered by and ordered by, apart from the records, which are long.
create view job_facts as select
    id, state, record ->> '$.provider.api' as api, record ->> '$.provider.account' as account, watch_id,
    record ->> '$.labels' as labels,
    id || ' ' || coalesce(record ->> '$.name', '') || ' ' || coalesce(record ->> '$.description', '') || ' '
        || coalesce(record ->> '$.labels', '') as search,
    coalesce(cast(round(1000 * unixepoch(record ->> '$.observeTime', 'subsec')) as integer), 0) as observed_at
    from job;

create table job_list (
    id          text primary key,
    state       text    not null,
    api         text,
    account     text,
    watch_id    text    not null,
    labels      text,                               -- as JSON
    search      text    not null,                   -- what a person would look for
    observed_at integer not null
) without rowid;
create index job_list_observed on job_list (observed_at, id, state, api, account, watch_id, labels, search);
create index job_list_state on job_list (state);
insert into job_list select * from job_facts;

-- "insert or replace" would not do: a trigger follows the statement that sets it off in what it does at a conflict.
create trigger job_added after insert on job begin
    delete from job_list where id = new.id;
    insert into job_list select * from job_facts where id = new.id;
end;
create trigger job_changed after update on job begin
    delete from job_list where id = old.id;
    insert into job_list select * from job_facts where id = new.id;
end;
create trigger job_gone after delete on job begin
    delete from job_list where id = old.id;
end;

create index watch_health on watch (health) where state <> 'REMOVED';
