-- Capacity, placement and workers: what the scheduler decides with.

-- ---------------------------------------------------------------------------------------------------------------
-- The waiting queue is the table `jobs` itself. One entry per job that waits to be admitted, grouped by endpoint
-- variant, tenant and base priority and oldest first inside: admission reads only the heads of these groups, so that a
-- cycle costs the same with a thousand and with a hundred thousand waiting jobs. No figure in the index depends on a
-- setting, so that weights, ageing and tiers may change at any time.
-- Jobs that no living worker can take are parked outside it, until a worker joins.
create index jobs_waiting on jobs (endpoint, (coalesce(variant, '')), tenant, priority, queued_at, job_id)
  where state = 'Queued' and admitted_at is null and waiting_reason is distinct from 'NoEligibleWorker';

create index jobs_parked on jobs (job_id)
  where state = 'Queued' and admitted_at is null and waiting_reason = 'NoEligibleWorker';

-- Jobs that no cycle has looked at yet, for the survey that names their reason.
create index jobs_unconsidered on jobs (queued_at)
  where state = 'Queued' and admitted_at is null and waiting_reason is null;

-- A job that enters the queue wakes admission for its endpoint.
create function swath_job_queued() returns trigger language plpgsql as $$
begin
  perform pg_notify('swath_admission', new.endpoint);
  return null;
end $$;

-- A job that has begun wakes admission when some of its regions still want a worker.
create function swath_job_running() returns trigger language plpgsql as $$
begin
  if exists (select 1 from job_regions where job_id = new.job_id and wanted_since is not null) then
    perform pg_notify('swath_admission', '');
  end if;
  return null;
end $$;

create trigger jobs_running_update after update of state on jobs
  for each row when (new.state = 'Running' and old.state <> 'Running') execute function swath_job_running();

create trigger jobs_queued_insert after insert on jobs
  for each row when (new.state = 'Queued') execute function swath_job_queued();
create trigger jobs_queued_update after update of state on jobs
  for each row when (new.state = 'Queued' and old.state <> 'Queued') execute function swath_job_queued();

-- ---------------------------------------------------------------------------------------------------------------
-- Tenants. A tenant without a row is of the standard tier. `running` counts its open reservations and is kept by them.
create table tenants (
  tenant      text primary key,
  tier        text not null default 'standard' check (tier in ('free', 'standard', 'premium', 'enterprise')),
  max_running int check (max_running > 0),
  max_queued  int check (max_queued > 0),
  running     int not null default 0 check (running >= 0)
);

-- ---------------------------------------------------------------------------------------------------------------
-- The capacity ledger.
--   reserved, holders   the sum of open reservations and their number: written by the reservations' own triggers only
--   version             grows with every reservation and every change of target; a reserver that has seen an older one has
--                       lost its race. Releases only make room and do not disturb reservers, so they leave it alone.
--   virtual_time        fair queueing: the start tag of the job that was admitted last (see tenant_shares)
--   problem             why max_capacity is not known or not fresh
create table endpoint_capacity (
  endpoint     text not null,
  variant      text not null default '',
  max_capacity int not null check (max_capacity >= 0),
  target       int not null check (target >= 0),
  reserved     int not null default 0 check (reserved >= 0),
  holders      int not null default 0 check (holders >= 0),
  version      bigint not null default 0,
  virtual_time double precision not null default 0,
  refreshed_at timestamptz not null,
  problem      text,
  primary key (endpoint, variant),
  check (holders > 0 or reserved = 0)
) with (fillfactor = 50);

--   load       inference requests that the job's regions have in flight at most; released: given back by ended regions
--   alone      the single-image exception: larger than the endpoint, and holds it alone
--   unchecked  admitted while throttling was off: recorded, not limited
create table capacity_reservations (
  reservation_id bigint generated always as identity primary key,
  job_id      uuid not null,
  endpoint    text not null,
  variant     text not null default '',
  tenant      text not null,
  load        int not null check (load > 0),
  released    int not null default 0 check (released between 0 and load),
  alone       boolean not null default false,
  unchecked   boolean not null default false,
  reserved_at timestamptz not null,
  closed_at   timestamptz,
  constraint capacity_reservations_closed_when_given_back check ((closed_at is not null) = (released = load))
);
create unique index capacity_reservations_open on capacity_reservations (job_id) where closed_at is null;
create index capacity_reservations_endpoint on capacity_reservations (endpoint, variant) include (load, released) where closed_at is null;

-- Fair queueing between the tenants of one endpoint variant (start-time fair queueing, Goyal et al. 1997): `served` is
-- the finish tag of the tenant's last admitted job, in load per tier weight.
create table tenant_shares (
  endpoint text not null,
  variant  text not null default '',
  tenant   text not null,
  served   double precision not null,
  primary key (endpoint, variant, tenant)
) with (fillfactor = 70);

-- reserved = sum of open reservations holds by construction: every statement that touches reservations moves the ledger by
-- exactly the difference that it made, in the same transaction, and nothing else may write the two columns (see below).
-- A statement that adds load may not end above the target, unless one single job then holds the endpoint. A target that
-- is lowered below what runs is legal: what runs goes on, and nothing is added.
create function swath_move_capacity(p_endpoint text, p_variant text, p_amount int, p_holders int, p_checked boolean)
returns void language plpgsql as $$
declare
  entry endpoint_capacity;
begin
  if p_amount = 0 and p_holders = 0 then
    return;
  end if;
  update endpoint_capacity
     set reserved = reserved + p_amount, holders = holders + p_holders
   where endpoint = p_endpoint and variant = p_variant
  returning * into entry;
  if not found then
    raise exception 'endpoint % variant "%" has no entry in endpoint_capacity: describe it before reserving on it', p_endpoint, p_variant
      using errcode = 'foreign_key_violation';
  end if;
  if p_checked and p_amount > 0 and entry.reserved > entry.target and entry.holders > 1 then
    raise exception 'endpoint % variant "%" would be over-committed: % reserved of % by % jobs',
        p_endpoint, p_variant, entry.reserved, entry.target, entry.holders
      using errcode = 'check_violation', constraint = 'endpoint_capacity_not_over_committed';
  end if;
end $$;

create function swath_count_running(p_tenant text, p_jobs int) returns void language plpgsql as $$
begin
  if p_jobs > 0 then
    insert into tenants (tenant, running) values (p_tenant, p_jobs)
      on conflict (tenant) do update set running = tenants.running + excluded.running;
  elsif p_jobs < 0 then
    update tenants set running = running + p_jobs where tenant = p_tenant;
  end if;
end $$;

-- Endpoints first, then tenants, each in order of name: the order in which every transaction locks them.
create function swath_keep_ledger() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    perform swath_move_capacity(endpoint, variant, amount, holders, checked)
       from (select endpoint, variant, sum(load - released)::int as amount,
                    (count(*) filter (where closed_at is null))::int as holders, not bool_and(unchecked) as checked
               from arrived group by endpoint, variant) moves order by endpoint, variant;
    perform swath_count_running(tenant, jobs)
       from (select tenant, (count(*) filter (where closed_at is null))::int as jobs from arrived group by tenant) moves order by tenant;
  elsif tg_op = 'DELETE' then
    perform swath_move_capacity(endpoint, variant, -amount, -holders, false)
       from (select endpoint, variant, sum(load - released)::int as amount, (count(*) filter (where closed_at is null))::int as holders
               from departed group by endpoint, variant) moves order by endpoint, variant;
    perform swath_count_running(tenant, -jobs)
       from (select tenant, (count(*) filter (where closed_at is null))::int as jobs from departed group by tenant) moves order by tenant;
  else
    perform swath_move_capacity(endpoint, variant, amount, holders, checked)
       from (select endpoint, variant, sum(amount)::int as amount, sum(holders)::int as holders, bool_or(checked) as checked
               from (select endpoint, variant, load - released as amount, (closed_at is null)::int as holders, not unchecked as checked from arrived
                     union all
                     select endpoint, variant, released - load, -(closed_at is null)::int, false from departed) both_sides
              group by endpoint, variant) moves order by endpoint, variant;
    perform swath_count_running(tenant, jobs)
       from (select tenant, sum(jobs)::int as jobs
               from (select tenant, (closed_at is null)::int as jobs from arrived
                     union all
                     select tenant, -(closed_at is null)::int from departed) both_sides
              group by tenant) moves order by tenant;
  end if;
  return null;
end $$;

create trigger capacity_reservations_insert after insert on capacity_reservations
  referencing new table as arrived for each statement execute function swath_keep_ledger();
create trigger capacity_reservations_update after update on capacity_reservations
  referencing old table as departed new table as arrived for each statement execute function swath_keep_ledger();
create trigger capacity_reservations_delete after delete on capacity_reservations
  referencing old table as departed for each statement execute function swath_keep_ledger();

-- The ledger is not written by hand. The reconciler says `set local swath.repair = 'on'` when it has found it wrong.
create function swath_refuse_ledger_write() returns trigger language plpgsql as $$
begin
  if coalesce(current_setting('swath.repair', true), '') <> 'on' then
    raise exception 'endpoint_capacity.reserved is kept by capacity_reservations: add, change or close a reservation instead'
      using errcode = 'check_violation', constraint = 'endpoint_capacity_kept_by_reservations';
  end if;
  return new;
end $$;

create trigger endpoint_capacity_guard before update of reserved, holders on endpoint_capacity
  for each row when (pg_trigger_depth() = 0 and (old.reserved <> new.reserved or old.holders <> new.holders))
  execute function swath_refuse_ledger_write();
create trigger endpoint_capacity_guard_insert before insert on endpoint_capacity
  for each row when (new.reserved <> 0 or new.holders <> 0) execute function swath_refuse_ledger_write();

-- A reservation is history: TRUNCATE would leave the ledger behind.
create function swath_refuse_truncate() returns trigger language plpgsql as $$
begin
  raise exception 'capacity_reservations is not truncated: close or delete its rows, so that the ledger follows';
end $$;
create trigger capacity_reservations_truncate before truncate on capacity_reservations
  for each statement execute function swath_refuse_truncate();

-- ---------------------------------------------------------------------------------------------------------------
-- Workers. `version` grows with every placement decision about the worker: a scheduler that has seen an older one has
-- lost its race, so that slots and anti-affinity hold with several schedulers.
create table workers (
  worker_id    text primary key,
  incarnation  uuid not null,
  slots        int not null check (slots > 0),
  tags         text[] not null default '{}',
  capabilities text[] not null default '{}',
  host         text,
  started_at   timestamptz not null,
  lease_until  timestamptz not null,
  draining     boolean not null default false,
  version      bigint not null default 0
) with (fillfactor = 50);
create index workers_available on workers (lease_until) include (worker_id) where not draining;

-- ---------------------------------------------------------------------------------------------------------------
-- Regions: what each job has to run, on which worker, and the fencing token, in one row.
--   attempt       grows with every placement; a result that carries another one is dropped
--   losses        how often a worker was lost with the region in hand; draining does not count
--   wanted_since  the job is admitted and the region has no worker yet, or no longer (wanted_because)
--   load          the share of the job's reservation that this region gives back when it ends
--   anti          kinds of job that may not run beside it
create table job_regions (
  job_id         uuid not null,
  region_id      int not null,
  tiles          int not null check (tiles > 0),
  kind           text not null,
  anti           text[],
  load           int not null default 0 check (load >= 0),
  attempt        int not null default 0 check (attempt >= 0),
  losses         int not null default 0 check (losses >= 0),
  wanted_since   timestamptz,
  wanted_because text,
  worker_id      text,
  placed_at      timestamptz,
  accepted_at    timestamptz,
  accepted_by    uuid,
  ended_at       timestamptz,
  outcome        text check (outcome in ('completed', 'failed', 'lost')),
  primary key (job_id, region_id),
  check ((worker_id is null) = (placed_at is null)),
  check ((accepted_at is null) = (accepted_by is null)),
  check (accepted_at is null or worker_id is not null),
  check ((ended_at is null) = (outcome is null)),
  check (wanted_since is null or worker_id is null and ended_at is null)
) with (fillfactor = 70);

-- What each worker holds.
create index job_regions_held on job_regions (worker_id, kind) where worker_id is not null and ended_at is null;
create index job_regions_guarded on job_regions (worker_id) where worker_id is not null and ended_at is null and anti is not null;
-- Regions of admitted jobs that wait for a worker, oldest first.
create index job_regions_wanted on job_regions (wanted_since, job_id, region_id) where wanted_since is not null;
