-- Times are milliseconds since the epoch, in the ledger's own time where they are compared (see LedgerClock). JSON is text.
-- A claim is a fencing token: +1 each time that a row is taken to be worked on, so that a result that comes late, with an
-- older claim, changes nothing.
--
-- No look at the ledger takes longer for what it does not look for: see PlansTest. SQLite uses a partial index only where a
-- statement says the same words.

create table watch (
    id              text    primary key,
    definition      text    not null,               -- the watch as JSON
    api             text    not null default '',
    account         text    not null,
    list            integer not null default 0,     -- 1: it finds many jobs
    source          text    not null,               -- the file it came from
    state           text    not null,               -- ACTIVE, ENDED (its job has ended), REMOVED (from its file)
    edit            integer not null default 0,     -- +1 each time that somebody changes what is polled, or when
    due_at          integer not null,               -- written behind by up to a second; once over: since when
    state_since     integer,                        -- when the watch last saw a change
    failures        integer not null default 0,     -- polls failed in a row
    health          text    not null default 'OK',  -- OK or the kind of the last failure
    health_sequence integer not null default 0,
    failure         text,                           -- the last failure as JSON
    answered_at     integer,                        -- the last good answer
    added_at        integer not null default 0,
    blind_after     integer not null default 0,     -- milliseconds without a good answer
    blind_at        integer not null default 0,     -- when it is blind unless it is answered
    blind           integer not null default 0      -- 1: it is, and that is announced
);
create index watch_due on watch (account, due_at, id) where state = 'ACTIVE';
create index watch_over on watch (account, due_at) where state <> 'ACTIVE';
create index watch_blind_at on watch (account, blind_at) where state = 'ACTIVE' and not blind;
create index watch_blind on watch (id) where state = 'ACTIVE' and blind;
create index watch_health on watch (health) where state <> 'REMOVED';
create index watch_source on watch (source, id) where state <> 'REMOVED';

-- The last record of each job as far as the next one is compared with it, and as lists filter and order jobs by it.
create table job (
    id             text    primary key,
    watch_id       text    not null,                -- of the watch that brought the last change
    api            text    not null,
    account        text    not null,
    state          text    not null,
    terminal       integer not null,
    reason         text,
    provider_state text,
    progress       text,
    attempt        integer not null,
    sequence       integer not null,
    changed_at     integer not null,                -- the last change
    state_since    integer not null,                -- the last change of its state
    stuck          integer not null,                -- 1: too long in it, and that is announced
    create_time    text,                            -- the provider's own
    update_time    text,                            -- the provider's own
    observed_at    integer not null,
    name           text    not null,                -- or the id, in small letters
    labels         text,                            -- as JSON
    search         text    not null                 -- what a person would look for, in small letters
) without rowid;
create index job_watch on job (watch_id, id);
create index job_unfinished on job (watch_id) where not terminal;
-- Each ends with the id, which decides between equals; by the first, the usual one of people, filters need no more.
create index job_observed on job (observed_at, id, state, api, account, watch_id, labels, search);
create index job_state on job (state, id);
create index job_state_since on job (state_since, id);
create index job_name on job (name, id);
create index job_account on job (account, id);

create table job_record (
    id     text primary key,
    record text not null                            -- as JSON
) without rowid;

-- How many jobs of each API are in each state, kept as jobs change: to count them would take the longer the more there are.
create table job_count (
    account text    not null,
    api     text    not null,
    state   text    not null,
    jobs    integer not null,
    primary key (account, api, state)
) without rowid;

-- A reader of changes goes by (age, position). On PostgreSQL a transaction may commit after one whose positions are higher, so
-- "age" is the transaction's id there and a reader stops at the oldest that still runs. Here there is one writer, and it is 0.
create table change (
    position   integer primary key autoincrement,
    age        integer not null default 0,
    account    text    not null,                    -- of the job or the watch
    routed     integer not null default 0,
    event_id   text    not null unique,
    subject    text    not null,                    -- the job, or the watch, that changed
    sequence   integer not null,
    type       text    not null,                    -- the type of the event
    state      text,                                -- of the job; null where the health of a watch changed
    event      blob    not null,                    -- the bytes that every destination receives
    created_at integer not null,                    -- by the ledger's clock
    event_time integer not null,                    -- of the event: by the machine's clock
    unique (subject, sequence)
);
create index change_age on change (age, position);
create index change_unrouted on change (age, account, routed) where not routed;
create index change_created on change (account, created_at, position) where routed;

create table delivery (
    rowid       integer primary key,                -- read by (age, rowid), as "change" is
    age         integer not null default 0,
    destination text    not null,
    change      integer not null,                   -- the position of the change
    subject     text    not null,
    sequence    integer not null,
    status      text    not null,                   -- PENDING, DELIVERED, DEAD
    attempts    integer not null default 0,         -- attempts that failed
    due_at      integer,                            -- when the next attempt may be made; null: none has failed
    error       text,                               -- why the last attempt failed
    updated_at  integer not null,
    unique (change, destination)
);
-- The status is in them so that SQLite counts by the index alone.
create index delivery_pending on delivery (status, destination, age) where status = 'PENDING';
create index delivery_order on delivery (destination, subject, sequence) where status = 'PENDING';
create index delivery_delivered on delivery (destination, updated_at) where status = 'DELIVERED';
create index delivery_dead on delivery (status, destination, age) where status = 'DEAD';

-- All that anything was ever for, and the circuit of each: after some failures in a row it is open, and one delivery at a time is sent as a probe.
create table destination (
    name          text    primary key,
    paused_until  integer,
    disabled      text,                             -- why it takes nothing until it is enabled again
    failures      integer not null default 0,       -- in a row
    failing_since integer,                          -- the first of them; null: nothing to deliver since
    failed_at     integer,                          -- the last of them
    probe_at      integer,                          -- null: closed; else when the next probe may go
    error         text                              -- why the last delivery did not get through
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

create table ledger_time (
    id       integer primary key check (id = 1),
    lived_to integer not null,                      -- a time that the ledger has lived through
    ahead    integer not null default 0,            -- of the clock of a database that nodes share: more once that was put back
    purged_age      integer not null default 0,     -- the last change, by age and position, that has been purged
    purged_position integer not null default 0
);
insert into ledger_time (id, lived_to) values (1, 0);

-- The nodes that work on this ledger; where it is a file there is one at a time.
create table node (
    incarnation text    primary key,                -- another one after each start and each loss of its lease
    name        text    not null,
    version     text    not null,
    started_at  integer not null,
    seen_at     integer not null,                   -- its last heartbeat
    beat        integer not null default 0          -- +1 with each: one that stands still for as long as a lease is gone
);

-- Accounts and destinations, and which node works on each. Where the ledger is a file, one process works on all of them, and
-- nobody is named here.
create table lease (
    shard     text    primary key,                  -- "account/<name>" or "destination/<name>"
    owner     text,                                 -- the incarnation of a node; nobody once that is struck out
    token     integer not null default 0,           -- +1 each time that it changes hands
    wanted_by text,                                 -- the incarnation that it is to be handed to
    edits     integer not null default 0            -- +1 each time that anybody writes what its owner may have in memory
);
