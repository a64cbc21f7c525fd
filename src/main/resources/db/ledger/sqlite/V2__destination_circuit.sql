-- The circuit of a destination: after some failures in a row it is open, and one delivery at a time is sent as a probe.
alter table destination add column failures integer not null default 0; -- in a row
alter table destination add column failing_since integer;               -- the first of them; null: nothing to deliver since
alter table destination add column failed_at integer;                   -- the last of them
alter table destination add column probe_at integer;                    -- null: closed; else when the next probe may go
alter table destination add column error text;                          -- why the last delivery did not get through

create index delivery_dead on delivery (destination) where status = 'DEAD';

-- Until now a start enabled what was disabled; from now on somebody has to do it.
update destination set disabled = null;
