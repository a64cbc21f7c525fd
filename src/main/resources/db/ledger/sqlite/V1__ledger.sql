-- Times are in milliseconds since the epoch, by LedgerClock unless a comment says otherwise. JSON is text.
--
-- Each query has an index: see PlansTest. SQLite uses a partial index only for a query with the same words in its condition.

create table watch (
    id              text    primary key,
    definition      text    not null,               -- the watch as JSON
    api             text    not null default '',
    account         text    not null,
    list            integer not null default 0,     -- 1: it finds many jobs
    source          text    not null,               -- the file it came from
    -- ENDED: its job has ended; REFUSED: it is not valid, or its API or account is not there; REMOVED: from its file.
    state           text    not null check (state in ('ACTIVE', 'ENDED', 'REFUSED', 'REMOVED')),
    edit            integer not null default 0,     -- +1 each time that somebody changes what is polled, or when
    due_at          integer not null,               -- the next poll, up to a second old; since when it is in another state than ACTIVE
    state_since     integer,                        -- the last change of a state that it saw
    failures        integer not null default 0,     -- polls failed in a row
    health          text    not null default 'OK',  -- OK, REFUSED or the kind of the last failure
    health_sequence integer not null default 0,
    failure         text,                           -- the last failure as JSON, or why it is refused
    answered_at     integer,                        -- the last good answer
    added_at        integer not null default 0,
    stale_after     integer not null default 0,     -- milliseconds without a good answer
    stale_at        integer not null default 0,     -- when it becomes stale unless it is answered
    stale           integer not null default 0      -- 1: it is stale, and that is announced
);
create index watch_due on watch (account, due_at, id) where state = 'ACTIVE';
create index watch_over on watch (account, due_at) where state in ('ENDED', 'REMOVED');
create index watch_refused on watch (account, health) where state = 'REFUSED';
create index watch_stale_at on watch (account, stale_at) where state = 'ACTIVE' and not stale;
create index watch_stale on watch (id) where state = 'ACTIVE' and stale;
create index watch_health on watch (health) where state <> 'REMOVED';
create index watch_source on watch (source, id) where state <> 'REMOVED';

-- Each job at its last change: what the next record is compared with, and what lists filter and order by.
create table job (
    id             text    primary key,
    watch_id       text    not null,                -- of the watch that brought the last change
    api            text    not null,
    account        text    not null,
    state          text    not null check (state in (
        'UNKNOWN', 'QUEUED', 'STARTING', 'RUNNING', 'PAUSED', 'CANCELLING',
        'SUCCEEDED', 'PARTIALLY_SUCCEEDED', 'FAILED', 'CANCELLED')),
    terminal       integer not null,
    reason         text,
    provider_state text,
    progress       text,
    attempt        integer not null,
    sequence       integer not null,
    changed_at     integer not null,
    state_since    integer not null,
    stuck          integer not null,                -- 1: in its state for too long, and that is announced
    create_time    text,                            -- the provider's time
    update_time    text,                            -- the provider's time
    observed_at    integer not null,
    name           text    not null,                -- or the id, in small letters
    labels         text,                            -- as JSON
    search         text    not null                 -- what a person would look for, in small letters
) without rowid;
create index job_watch on job (watch_id, id);
create index job_unfinished on job (watch_id) where not terminal;
-- The id decides between equals. The first order is the usual one, so its index has all that filters need.
create index job_observed on job (observed_at, id, state, api, account, watch_id, labels, search);
create index job_state on job (state, id);
create index job_state_since on job (state_since, id);
create index job_name on job (name, id);
create index job_account on job (account, id);

create table job_record (
    id     text primary key,
    record text not null                            -- as JSON
) without rowid;

-- The number of jobs in each state, kept up to date by whoever writes jobs: counting them would take long.
create table job_count (
    account text    not null,
    api     text    not null,
    state   text    not null,
    jobs    integer not null,
    primary key (account, api, state)
) without rowid;

-- Changes are read in the order of (age, position). On PostgreSQL "age" is the id of the transaction, and a reader stops at the
-- oldest transaction that still runs: one that commits late may have lower positions. SQLite has one writer, and "age" is 0.
create table change (
    position   integer primary key autoincrement,
    age        integer not null default 0,
    account    text    not null,                    -- of the job or the watch
    routed     integer not null default 0,
    error      text,                           -- why the router failed on it; null: it has not
    event_id   text    not null unique,
    subject    text    not null,                    -- the job, or the watch, that changed
    sequence   integer not null,
    type       text    not null,                    -- the type of the event
    -- Of the job; null where the health of a watch changed.
    state      text    check (state in (
        'UNKNOWN', 'QUEUED', 'STARTING', 'RUNNING', 'PAUSED', 'CANCELLING',
        'SUCCEEDED', 'PARTIALLY_SUCCEEDED', 'FAILED', 'CANCELLED')),
    event      blob    not null,                    -- the bytes that every destination receives
    created_at integer not null,                    -- by the ledger's clock
    event_time integer not null,                    -- of the event: by the machine's clock
    unique (subject, sequence)
);
create index change_age on change (age, position);
create index change_unrouted on change (age, account, routed) where not routed;
create index change_unroutable on change (age, position) where error is not null;
create index change_created on change (account, created_at, position) where routed;

create table delivery (
    rowid       integer primary key,                -- read by (age, rowid), as "change" is
    age         integer not null default 0,
    destination text    not null,
    change      integer not null,                   -- the position of the change
    subject     text    not null,
    sequence    integer not null,
    status      text    not null check (status in ('PENDING', 'DELIVERED', 'DEAD')),
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

-- The destinations that anything was ever for, with the circuit of each.
create table destination (
    name          text    primary key,
    paused_until  integer,
    disabled      text,                             -- why nothing is sent until somebody enables it
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
    id              integer primary key check (id = 1),
    lived_to        integer not null,               -- the ledger's time never goes back behind this
    ahead           integer not null default 0,     -- of the clock of a shared database, once that was set back
    purged_age      integer not null default 0,     -- the last change, by age and position, that was purged
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
