-- A worker from which a begun region is taken hears of it at once, whoever takes it and in whatever way: the job was cancelled or paused,
-- the lease lapsed, somebody did it with psql. The payload is the worker's id.
create function swath_region_taken() returns trigger language plpgsql as $$
begin
  perform pg_notify('swath_worker', old.worker_id);
  return null;
end $$;

create trigger job_regions_taken after update of accepted_by, attempt, ended_at on job_regions
  for each row when (old.accepted_by is not null and old.ended_at is null
    and (new.accepted_by is distinct from old.accepted_by or new.attempt <> old.attempt or new.outcome = 'lost'))
  execute function swath_region_taken();

-- So does a worker that is asked to drain, or whose name another process has taken.
create function swath_worker_changed() returns trigger language plpgsql as $$
begin
  perform pg_notify('swath_worker', new.worker_id);
  return null;
end $$;

create trigger workers_changed after update of draining, incarnation on workers
  for each row when (new.draining and not old.draining or new.incarnation <> old.incarnation)
  execute function swath_worker_changed();
