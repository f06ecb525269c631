-- Growth that ends: jobs that are over leave for files (archived) or for good (erased). What stays is who took them away, and a narrow row for each.

-- Who took jobs out of this database or brought them back, when, why and how many. Insert-only; the rest of what it says of itself is not the caller's to say.
create table job_removals (
  removal_id int generated always as identity constraint job_removals_pkey primary key,
  kind text not null check (kind in ('archived', 'erased', 'imported')),
  jobs int not null check (jobs > 0),
  at timestamptz not null,
  role text not null,
  txid xid8 not null,
  who text not null,
  reason text not null check (reason <> ''),
  file text null,
  sha256 text null,
  constraint job_removals_of_files check ((kind = 'erased') = (file is null))
);

comment on table job_removals is 'Insert-only: every time that jobs were archived, erased, or imported again.';

create function swath_stamp_removal() returns trigger language plpgsql as $$
begin
  new.at := swath_now();
  new.role := session_user;
  new.txid := pg_current_xact_id();
  return new;
end $$;
create trigger job_removals_stamp before insert on job_removals for each row execute function swath_stamp_removal();

create function swath_keep_removals() returns trigger language plpgsql as $$
begin
  raise exception 'job_removals is insert-only: % is refused', tg_op using errcode = 'restrict_violation';
end $$;
create trigger job_removals_keep before update or delete or truncate on job_removals
  for each statement execute function swath_keep_removals();

-- The ids of jobs that are no longer here; of those that were imported again, since when they are back.
create table job_tombstones (
  job_id uuid not null constraint job_tombstones_pkey primary key,
  removal_id int not null constraint job_tombstones_removal references job_removals,
  back_at timestamptz null
);

comment on table job_tombstones is 'One narrow row for each job that was archived or erased. back_at: it was imported again.';

-- Events are deleted in one way only: in the transaction that leaves the tombstone of their job, and the line that says who did it and why.
create function swath_events_leave_tombstones() returns trigger language plpgsql as $$
begin
  if exists (
      select from (select distinct job_id from departed) d
       where not exists (
         select from job_tombstones t join job_removals r using (removal_id)
          where t.job_id = d.job_id and t.back_at is null and r.txid = pg_current_xact_id())) then
    raise exception 'job_events is append-only: DELETE is refused'
      using errcode = 'restrict_violation', hint = 'Whole jobs leave by swath archive and swath purge.';
  end if;
  return null;
end $$;

drop trigger job_events_append_only on job_events;
create trigger job_events_append_only before update or truncate on job_events
  for each statement execute function job_events_are_append_only();
create trigger job_events_leave_tombstones after delete on job_events
  referencing old table as departed for each statement execute function swath_events_leave_tombstones();

-- Nor does a job that has left begin anew under its id, whatever message comes late. Fires for rows that are new, once a job.
create function swath_refuse_departed_job() returns trigger language plpgsql as $$
begin
  if exists (select from job_tombstones where job_id = new.job_id and back_at is null) then
    raise exception 'job % was archived or erased: nothing more happens to it', new.job_id
      using errcode = 'restrict_violation', hint = 'An archived job comes back by swath archive import.';
  end if;
  return null;
end $$;
create trigger jobs_departed after insert on jobs for each row execute function swath_refuse_departed_job();

-- Large tables from which rows leave all the time: vacuumed by what has changed and not by a fifth of what is there, so that the room of what left is used
-- again before it is twice as much.
alter table job_events set (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 10000, autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.02);
alter table jobs set (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.02);
alter table submissions set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000);
alter table job_regions set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000);
alter table capacity_reservations set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000);
alter table tile_results set (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 5000);
alter table status_due set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
alter table status_told set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000);
