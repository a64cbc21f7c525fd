-- The same tables as for SQLite, where their columns are explained. JSON is kept as it was written, and texts are ordered by
-- their bytes, as in SQLite.
--
-- Where rows are updated often and indexed columns change, free space in the pages and early vacuums keep tables from growing.

create table watch (
    id              text    collate "C" primary key,
    definition      json    not null,
    api             text    collate "C" not null,
    account         text    collate "C" not null,
    list            boolean not null,
    source          text    collate "C" not null,
    state           text    collate "C" not null check (state in ('ACTIVE', 'ENDED', 'REFUSED', 'REMOVED')),
    edit            bigint  not null default 0,
    due_at          bigint  not null,
    state_since     bigint,
    failures        integer not null default 0,
    health          text    collate "C" not null default 'OK',
    health_sequence bigint  not null default 0,
    failure         json,
    answered_at     bigint,
    added_at        bigint  not null default 0,
    stale_after     bigint  not null default 0,
    stale_at        bigint  not null default 0,
    stale           boolean not null default false
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
create index watch_due on watch (account, due_at, id) where state = 'ACTIVE';
create index watch_over on watch (account, due_at) where state in ('ENDED', 'REMOVED');
create index watch_refused on watch (account, health) where state = 'REFUSED';
create index watch_stale_at on watch (account, stale_at) where state = 'ACTIVE' and not stale;
create index watch_stale on watch (id) where state = 'ACTIVE' and stale;
create index watch_health on watch (health) where state <> 'REMOVED';
create index watch_source on watch (source, id) where state <> 'REMOVED';

create table job (
    id             text    collate "C" primary key,
    watch_id       text    collate "C" not null,
    api            text    collate "C" not null,
    account        text    collate "C" not null,
    state          text    collate "C" not null check (state in (
        'UNKNOWN', 'QUEUED', 'STARTING', 'RUNNING', 'PAUSED', 'CANCELLING',
        'SUCCEEDED', 'PARTIALLY_SUCCEEDED', 'FAILED', 'CANCELLED')),
    terminal       boolean not null,
    reason         text,
    provider_state text,
    progress       json,
    attempt        integer not null,
    sequence       bigint  not null,
    changed_at     bigint  not null,
    state_since    bigint  not null,
    stuck          boolean not null,
    create_time    text,
    update_time    text,
    observed_at    bigint  not null,
    name           text    collate "C" not null,
    labels         json,
    search         text    collate "C" not null
) with (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.05);
create index job_watch on job (watch_id, id);
create index job_unfinished on job (watch_id) where not terminal;
create index job_observed on job (observed_at, id);
create index job_state on job (state, id);
create index job_state_since on job (state_since, id);
create index job_name on job (name, id);
create index job_account on job (account, id);

create table job_record (
    id     text collate "C" primary key,
    record json not null
) with (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.05);

create table job_count (
    account text   collate "C" not null,
    api     text   collate "C" not null,
    state   text   collate "C" not null,
    jobs    bigint not null,
    primary key (account, api, state)
) with (fillfactor = 50);

create table change (
    position   bigint  generated always as identity primary key,
    age        bigint  not null default (pg_current_xact_id()::text::bigint),
    account    text    collate "C" not null,
    routed     boolean not null default false,
    error      text,
    event_id   text    collate "C" not null unique,
    subject    text    collate "C" not null,
    sequence   bigint  not null,
    type       text    collate "C" not null,
    state      text    collate "C" check (state in (
        'UNKNOWN', 'QUEUED', 'STARTING', 'RUNNING', 'PAUSED', 'CANCELLING',
        'SUCCEEDED', 'PARTIALLY_SUCCEEDED', 'FAILED', 'CANCELLED')),
    event      bytea   not null,
    created_at bigint  not null,
    event_time bigint  not null,
    unique (subject, sequence)
);
create index change_age on change (age, position);
create index change_unrouted on change (age, position, account) where not routed;
create index change_unroutable on change (age, position) where error is not null;
create index change_created on change (account, created_at, position) where routed;

create table delivery (
    rowid       bigint  generated always as identity unique,
    age         bigint  not null default (pg_current_xact_id()::text::bigint),
    destination text    collate "C" not null,
    change      bigint  not null,
    subject     text    collate "C" not null,
    sequence    bigint  not null,
    status      text    collate "C" not null check (status in ('PENDING', 'DELIVERED', 'DEAD')),
    attempts    integer not null default 0,
    due_at      bigint,
    error       text,
    updated_at  bigint  not null,
    primary key (change, destination)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
create index delivery_pending on delivery (destination, age, rowid) where status = 'PENDING';
create index delivery_order on delivery (destination, subject, sequence) where status = 'PENDING';
create index delivery_delivered on delivery (destination, updated_at) where status = 'DELIVERED';
create index delivery_dead on delivery (destination, age, rowid) where status = 'DEAD';

create table destination (
    name          text    collate "C" primary key,
    paused_until  bigint,
    disabled      text,
    failures      integer not null default 0,
    failing_since bigint,
    failed_at     bigint,
    probe_at      bigint,
    error         text
) with (fillfactor = 50);

create table unreadable_reply (
    id           bigint  generated always as identity primary key,
    watch_id     text    collate "C" not null,
    received_at  bigint  not null,
    cause        text    not null,
    http_status  integer,
    content_type text,
    body         bytea   not null
);
create index unreadable_reply_watch on unreadable_reply (watch_id, id);

create table ledger_time (
    id              integer primary key check (id = 1),
    lived_to        bigint not null,
    ahead           bigint not null default 0,
    purged_age      bigint not null default 0,
    purged_position bigint not null default 0
) with (fillfactor = 10);
insert into ledger_time (id, lived_to) values (1, 0);

create table node (
    incarnation text    collate "C" primary key,
    name        text    collate "C" not null,
    version     text    not null,
    started_at  bigint  not null,
    seen_at     bigint  not null,
    beat        bigint  not null default 0
) with (fillfactor = 10);

create table lease (
    shard     text    collate "C" primary key,
    owner     text    collate "C",
    token     bigint  not null default 0,
    wanted_by text    collate "C",
    edits     bigint  not null default 0
) with (fillfactor = 10);
