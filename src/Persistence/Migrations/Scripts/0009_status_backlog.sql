-- Jobs whose status is told to subscribers (SNS): what is still to be told, and how far each job has been told.

-- Whether anybody tells at all; the notifier renews it. Nothing is written below when it has been silent for a week, so that a database whose
-- topic was taken away does not collect work for nobody.
create table status_following (
  only_row boolean not null default true constraint status_following_pkey primary key check (only_row),
  until timestamptz not null
);

-- A version of a job that changes what subscribers know. Written in the transaction of the event itself; only ever inserted there, so that
-- no commit of a saga waits for a notifier.
create table status_due (
  job_id uuid not null,
  version integer not null,
  sequence bigint not null generated always as identity,
  constraint status_due_pkey primary key (job_id, version)
);

-- The watermark: all events of the job up to this one have been told. Its row lock is the notifier's turn with the job.
create table status_told (
  job_id uuid not null constraint status_told_pkey primary key,
  version integer not null
);

create function swath_status_due() returns trigger language plpgsql as $$
begin
  if exists (select from status_following where until > now()) then
    insert into status_due (job_id, version) values (new.job_id, new.version) on conflict do nothing;
    perform pg_notify('swath_status', '');
  end if;
  return null;
end $$;

-- Rows that a replay brings back have higher versions: what they say was told when it happened.
create trigger jobs_status_insert after insert on jobs
  for each row when (new.version = 1) execute function swath_status_due();
create trigger jobs_status_update after update of state, regions_done, regions_failed on jobs
  for each row when (new.version > old.version and (new.state <> old.state or new.regions_done is distinct from old.regions_done
                                                    or new.regions_failed is distinct from old.regions_failed))
  execute function swath_status_due();
