-- The waiting queue: one narrow row for each job that waits to be admitted. A trigger on `jobs` writes it in the transaction that brings the job into
-- the state Queued, and removes it when the job leaves that state; admission removes it in the transaction that reserves capacity. So a job that is
-- Queued and has no row here was admitted, and is yet to hear of it. What admission has to say about the job is written here and not in `jobs`.
create table queue (
  job_id       uuid not null constraint queue_pkey primary key,
  endpoint     text not null,
  variant      text not null,
  tenant       text not null,
  priority     integer not null,
  queued_at    timestamptz not null,
  turn         integer not null,
  regions      integer null,
  tile_workers integer not null,
  kind         text not null,
  affinity     jsonb null,
  load         integer null,
  -- Equal for jobs that the same workers may take.
  rule         uuid not null generated always as (md5(coalesce((affinity -> 'hard')::text, ''))::uuid) stored,
  reason       text null,
  detail       text null,
  position     integer null,
  -- Who brought the row to the place in the order where it is: schedulers find by it what is new to them.
  txid         xid8 not null default pg_current_xact_id()
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);

comment on table queue is 'One row for each job that waits to be admitted; deleted when it is. Written by a trigger on jobs and by admission.';
comment on column queue.turn is 'How many times the job has entered the queue: jobs.queue_turn.';
comment on column queue.regions is 'Regions that still have to run; null when their number is not known.';
comment on column queue.load is 'Inference requests that its open regions need: of each its tile workers, or its tiles if they are fewer. Null where they are not known.';
comment on column queue.rule is 'A hash of the hard rules of the affinity.';
comment on column queue.reason is 'Advisory, written by admission: why the job was not admitted yet.';
comment on column queue.detail is 'Advisory, written by admission: what would unblock it.';
comment on column queue.position is 'Advisory, written by the scheduler: place in the queue of its endpoint, from 1.';

-- The order: one lane for each endpoint variant, tenant, base priority and hard rule, oldest first. No figure in it depends on a setting, so that weights,
-- ageing and tiers may change at any time.
create index queue_lanes on queue (endpoint, variant, tenant, priority, rule, queued_at, job_id);

-- What is new since a snapshot.
create index queue_news on queue (txid);

-- Jobs that nobody has named a reason for yet.
create index queue_unconsidered on queue (endpoint, variant, queued_at) where reason is null;

-- A row that is moved is new in its place, whoever moved it.
create function swath_queue_moved() returns trigger language plpgsql as $$
begin
  new.txid := pg_current_xact_id();
  return new;
end $$;

create trigger queue_moved before update of endpoint, variant, tenant, priority, queued_at, affinity on queue
  for each row execute function swath_queue_moved();

-- Which turn in the queue a reservation answers: null in those of earlier releases.
alter table capacity_reservations add column turn integer null;

-- A job's row in the queue, as its row in `jobs` says.
create function swath_queue_row(j jobs)
returns table (job_id uuid, endpoint text, variant text, tenant text, priority integer, queued_at timestamptz, turn integer, regions integer,
               tile_workers integer, kind text, affinity jsonb, load integer)
language sql stable as $$
  select j.job_id, coalesce(j.endpoint, ''), coalesce(j.variant, ''), coalesce(j.tenant, ''), coalesce(j.priority, 0),
         coalesce(j.queued_at, j.updated_at), j.queue_turn,
         case when j.regions_total > 0 then greatest(1, j.regions_total - coalesce(j.regions_done, 0) - coalesce(j.regions_failed, 0)) end,
         greatest(1, coalesce(j.tile_workers, 1)), coalesce(j.kind, ''), j.affinity,
         (select least(sum(least(r.tiles, greatest(1, coalesce(j.tile_workers, 1)))), 2147483647)::integer from job_regions r where r.job_id = j.job_id and r.ended_at is null
           having count(*) > 0)
$$;

-- Whatever brings a job into the state Queued puts it into the queue: its saga, a replay, somebody with psql. Not so a job that was admitted in this very
-- turn and is only yet to hear of it.
create function swath_keep_queue() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' or new.state <> 'Queued' then
    delete from queue where job_id = old.job_id;
  elsif tg_op = 'UPDATE' and old.state = 'Queued' and old.queue_turn = new.queue_turn then
    update queue
       set regions = r.regions, load = r.load, variant = r.variant,
           reason = case when queue.variant = r.variant then queue.reason end, detail = case when queue.variant = r.variant then queue.detail end
      from swath_queue_row(new) r where queue.job_id = r.job_id;
  else
    insert into queue (job_id, endpoint, variant, tenant, priority, queued_at, turn, regions, tile_workers, kind, affinity, load)
    select r.* from swath_queue_row(new) r
     where not exists (select from capacity_reservations c where c.job_id = r.job_id and c.closed_at is null and c.turn = r.turn)
    on conflict (job_id) do update
       set endpoint = excluded.endpoint, variant = excluded.variant, tenant = excluded.tenant, priority = excluded.priority,
           queued_at = excluded.queued_at, turn = excluded.turn, regions = excluded.regions, tile_workers = excluded.tile_workers,
           kind = excluded.kind, affinity = excluded.affinity, load = excluded.load, reason = null, detail = null, position = null;
  end if;
  return null;
end $$;

create trigger jobs_queue_insert after insert on jobs
  for each row when (new.state = 'Queued') execute function swath_keep_queue();
create trigger jobs_queue_update after update on jobs
  for each row when ((new.state = 'Queued') <> (old.state = 'Queued')
    or new.state = 'Queued' and (new.queue_turn <> old.queue_turn or new.variant is distinct from old.variant or new.regions_done is distinct from old.regions_done
                                 or new.regions_failed is distinct from old.regions_failed))
  execute function swath_keep_queue();
create trigger jobs_queue_delete after delete on jobs
  for each row when (old.state = 'Queued') execute function swath_keep_queue();

-- Admission is woken by the process that commits; a trigger's notification would hold a lock of the whole cluster through the commit of a group.
drop trigger jobs_queued_insert on jobs;
drop trigger jobs_queued_update on jobs;
drop trigger jobs_running_update on jobs;
drop function swath_job_queued();
drop function swath_job_running();

-- What waits now. The triggers' lock on `jobs` keeps others out until all of it stands here.
insert into queue (job_id, endpoint, variant, tenant, priority, queued_at, turn, regions, tile_workers, kind, affinity, load, reason, detail, position)
select r.*, j.waiting_reason, j.waiting_detail, j.queue_position
  from jobs j cross join lateral swath_queue_row(j) r
 where j.state = 'Queued' and j.admitted_at is null;

-- They served the queue while `jobs` was it, and were written at every change of a waiting job.
drop index jobs_waiting;
drop index jobs_parked;
drop index jobs_unconsidered;
drop index jobs_of_tenant_waiting;

comment on column jobs.waiting_reason is 'No longer written: see queue.reason.';
comment on column jobs.waiting_detail is 'No longer written: see queue.detail.';
comment on column jobs.queue_position is 'No longer written: see queue.position.';
comment on column jobs.admitted_at is 'No longer written: capacity_reservations.reserved_at says when, and a job that is Queued and not in the queue was admitted.';

-- What a tenant has on its way into the queue.
create index jobs_requested on jobs (tenant) where state = 'Requested';

-- Serves the check that every job that is Queued waits in the queue or holds a reservation.
create index jobs_queued on jobs (job_id) where state = 'Queued';

analyze queue;

-- Who tells subscribers of a job, until when, and how often it failed in a row: no lock is held while messages are sent. A job that rests after a failure
-- is claimed by nobody until then.
alter table status_told
  add column claim uuid null,
  add column claimed_until timestamptz null,
  add column failures integer not null default 0;

create or replace function swath_status_due() returns trigger language plpgsql as $$
begin
  if exists (select from status_following where until > now()) then
    insert into status_due (job_id, version) values (new.job_id, new.version) on conflict do nothing;
  end if;
  return null;
end $$;
