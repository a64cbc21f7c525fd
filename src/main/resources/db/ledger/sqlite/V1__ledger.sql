-- Times are milliseconds since the epoch. JSON is text. A claim is a fencing token: +1 each time that a row is taken
-- to be worked on, so that whoever comes back late with an older claim changes nothing.

create table watch (
    id              text primary key,
    definition      text    not null,               -- the watch as JSON
    account         text    not null,
    source          text    not null,               -- the file it came from
    state           text    not null,               -- ACTIVE, ENDED (its job has ended), REMOVED (from its file)
    due_at          integer not null,               -- while claimed: when the claim runs out
    claim           integer not null default 0,
    claimed         integer not null default 0,
    state_since     integer,                        -- when the watch last saw a change
    failures        integer not null default 0,     -- polls failed in a row
    health          text    not null default 'OK',  -- OK or the kind of the last failure
    health_sequence integer not null default 0,
    failure         text,                           -- the last failure as JSON
    answered_at     integer                         -- the last good answer
);
create index watch_due on watch (account, due_at) where state = 'ACTIVE';

create table job (
    id             text primary key,
    watch_id       text    not null,
    state          text    not null,
    terminal       integer not null,
    reason         text,
    provider_state text,
    progress       text,
    attempt        integer not null,
    sequence       integer not null,
    record         text    not null                 -- the last record as JSON
);
create index job_watch on job (watch_id);

create table change (
    event_id   text primary key,
    subject    text    not null,                    -- the job, or the watch, that changed
    sequence   integer not null,
    type       text    not null,                    -- the type of the event
    event      blob    not null,                    -- the bytes that every destination receives
    created_at integer not null,
    unique (subject, sequence)
);
create index change_created on change (created_at);

create table delivery (
    destination text    not null,
    event_id    text    not null,
    subject     text    not null,
    sequence    integer not null,
    status      text    not null,                   -- PENDING, DELIVERED, DEAD
    attempts    integer not null default 0,         -- attempts that failed
    due_at      integer,                            -- null: waits for an earlier change of the same subject
    claim       integer not null default 0,
    claimed     integer not null default 0,
    error       text,                               -- why the last attempt failed
    updated_at  integer not null,
    primary key (destination, event_id)
);
create index delivery_due on delivery (destination, due_at) where status = 'PENDING' and due_at is not null;
create index delivery_order on delivery (destination, subject, sequence) where status = 'PENDING';
create index delivery_event on delivery (event_id);

create table destination (
    name         text primary key,
    paused_until integer,
    disabled     text                               -- why it takes nothing until it is enabled again
);

create table unreadable_reply (
    id           integer primary key,
    watch_id     text    not null,
    received_at  integer not null,
    cause        text    not null,
    http_status  integer,
    content_type text,
    body         blob    not null
);
create index unreadable_reply_watch on unreadable_reply (watch_id, id);
