-- Which binaries may use this database, by the number of the newest migration that they know. A migration that only adds leaves the row as it is:
-- binaries of the releases before go on. One that takes away or changes what they read raises minimum_reader to its own number; one that adds what
-- they would leave stale when they write a job's row raises minimum_writer.
create table schema_compatibility (
  only_row boolean not null default true constraint schema_compatibility_pkey primary key check (only_row),
  minimum_reader integer not null,
  minimum_writer integer not null check (minimum_writer >= minimum_reader)
);

comment on table schema_compatibility is 'One row: the oldest binaries that may read this database and write to it, by the number of the newest migration they know.';

insert into schema_compatibility (minimum_reader, minimum_writer) values (19, 19);

-- Asked by whoever writes jobs' rows, in the same statement: a binary that would leave columns stale is told so, whenever it started.
create function may_write(schema_number integer) returns boolean language plpgsql stable as $$
begin
  if schema_number < (select minimum_writer from schema_compatibility) then
    raise exception 'Jobs of this database are moved on by newer releases only.' using errcode = 'SW001', hint = 'Run the newer release.';
  end if;
  return true;
end
$$;

-- The order of commits over all jobs. Added without a value and given its default afterwards: the table is not rewritten, and what is older has none.
create sequence job_events_seq as bigint;

alter table job_events
  add column txid xid8 null,
  add column seq bigint null;

alter table job_events
  alter column txid set default pg_current_xact_id(),
  alter column seq set default nextval('job_events_seq');

alter sequence job_events_seq owned by job_events.seq;

comment on column job_events.txid is 'The transaction that appended the event; null for events of the time before the column.';
comment on column job_events.seq is 'Orders the events of one transaction.';
