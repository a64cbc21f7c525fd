-- How many jobs of each API are in each state, kept as jobs change: to count them would take the longer the more there are.

create table job_count (
    api   text    not null,
    state text    not null,
    jobs  integer not null,
    primary key (api, state)
) without rowid;
insert into job_count select coalesce(record ->> '$.provider.api', ''), state, count(*) from job group by 1, 2;

-- On the jobs themselves, which no migration makes anew. "on conflict" would not do: see V4.
create trigger job_counted_in after insert on job begin
    insert into job_count
        select coalesce(new.record ->> '$.provider.api', ''), new.state, 0
        where not exists (select 1 from job_count c
            where c.api = coalesce(new.record ->> '$.provider.api', '') and c.state = new.state);
    update job_count set jobs = jobs + 1
        where api = coalesce(new.record ->> '$.provider.api', '') and state = new.state;
end;
create trigger job_counted_over after update of state on job when old.state <> new.state begin
    update job_count set jobs = jobs - 1
        where api = coalesce(old.record ->> '$.provider.api', '') and state = old.state;
    insert into job_count
        select coalesce(new.record ->> '$.provider.api', ''), new.state, 0
        where not exists (select 1 from job_count c
            where c.api = coalesce(new.record ->> '$.provider.api', '') and c.state = new.state);
    update job_count set jobs = jobs + 1
        where api = coalesce(new.record ->> '$.provider.api', '') and state = new.state;
end;
create trigger job_counted_out after delete on job begin
    update job_count set jobs = jobs - 1
        where api = coalesce(old.record ->> '$.provider.api', '') and state = old.state;
end;
