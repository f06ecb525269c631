-- The time by which every process and the database agree: all SQL that compares leases, placements and due times reads it, so that the clock of
-- a machine that runs Swath decides nothing. The same for the whole of a statement.
create function swath_now() returns timestamptz language sql stable parallel safe as 'select statement_timestamp()';

comment on function swath_now() is 'The database''s clock, the same for the whole of a statement. Leases, placements and due times are compared with it.';

-- A worker is told by a message on its own queue what was taken from it, and learns the rest with its next heartbeat: it listens to nothing.
drop trigger job_regions_taken on job_regions;
drop trigger workers_changed on workers;
drop function swath_region_taken();
drop function swath_worker_changed();
