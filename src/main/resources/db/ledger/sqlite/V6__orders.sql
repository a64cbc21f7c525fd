-- Lists of jobs in more orders, and found by what the provider calls them.

drop trigger job_added;
drop trigger job_changed;
drop trigger job_gone;
drop table job_list;
drop view job_facts;

create view job_facts as select
    id, state, coalesce(record ->> '$.provider.api', '') as api, coalesce(record ->> '$.provider.account', '') as account,
    watch_id, record ->> '$.labels' as labels,
    id || ' ' || coalesce(record ->> '$.name', '') || ' ' || coalesce(record ->> '$.provider.jobId', '') || ' '
        || coalesce(record ->> '$.description', '') || ' ' || coalesce(record ->> '$.labels', '') as search,
    coalesce(cast(round(1000 * unixepoch(record ->> '$.observeTime', 'subsec')) as integer), 0) as observed_at,
    state_since, coalesce(record ->> '$.name', id) as name
    from job;

create table job_list (
    id          text primary key,
    state       text    not null,
    api         text    not null,
    account     text    not null,
    watch_id    text    not null,
    labels      text,                               -- as JSON
    search      text    not null,                   -- what a person would look for
    observed_at integer not null,
    state_since integer not null,
    name        text    not null collate nocase     -- or the id
) without rowid;
insert into job_list select * from job_facts;

-- Each ends with the id, which decides between equals; by the first, the usual one of people, filters need no more.
create index job_list_observed on job_list (observed_at, id, state, api, account, watch_id, labels, search);
create index job_list_state on job_list (state, id);
create index job_list_state_since on job_list (state_since, id);
create index job_list_name on job_list (name, id);
create index job_list_account on job_list (account, id);

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

-- The first jobs of a watch, without a look at the others.
drop index job_watch;
create index job_watch on job (watch_id, id);
