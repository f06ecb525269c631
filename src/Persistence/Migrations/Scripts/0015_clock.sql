-- The time by which every process and the database agree: all SQL that compares leases, placements and due times reads it, so that the clock of
-- a machine that runs Swath decides nothing. The same for the whole of a statement.
create function swath_now() returns timestamptz language sql stable parallel safe as 'select statement_timestamp()';

comment on function swath_now() is 'The database''s clock, the same for the whole of a statement. Leases, placements and due times are compared with it.';
