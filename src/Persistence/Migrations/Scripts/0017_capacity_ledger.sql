-- The capacity ledger as a chain: rows are inserted and never updated, so that an admission or an end of a region leaves no dead version of a row
-- behind that everybody reads, however long some transaction stays open.
--   capacity_ledger     states of every endpoint variant; the newest row (highest seq) and the returns that it has not seen are what is reserved now
--   capacity_returns    what reservations gave back, appended where they shrink and folded by the next row of the chain
-- endpoint_capacity, tenant_shares, tenants.running and workers.version as a counter of placements belong to the releases before.

-- A job that is larger than the endpoint and has it alone reserves the target; its regions beyond that wait for those that run.
--   ledger_seq   the row of the chain that reserved it; null in reservations of the releases before
--   beyond       requests of its open regions that are not reserved: what ends is taken from here first
alter table capacity_reservations
  add column ledger_seq bigint,
  add column beyond int not null default 0 check (beyond >= 0);
comment on column capacity_reservations.beyond is 'Inference requests of open regions beyond what is reserved: they are sent when regions before them have ended.';

drop trigger capacity_reservations_insert on capacity_reservations;
drop trigger capacity_reservations_update on capacity_reservations;
drop trigger capacity_reservations_delete on capacity_reservations;
drop function swath_keep_ledger();
drop function swath_move_capacity(text, text, int, int, boolean);
drop function swath_count_running(text, int);

-- A job that runs on a SageMaker endpoint without a variant counts for the one that takes most.
update capacity_reservations r set variant = v.variant
  from (select distinct on (endpoint) endpoint, variant from endpoint_capacity where variant <> '' order by endpoint, target desc, variant) v
 where r.endpoint = v.endpoint and r.variant = '' and r.closed_at is null;

drop index capacity_reservations_endpoint;
-- Serves the sums of one row of the chain and of one endpoint variant.
create index capacity_reservations_admitted on capacity_reservations (endpoint, variant, ledger_seq) where closed_at is null;
-- Serves the tenants' limits: open reservations of a tenant from a certain one on.
create index capacity_reservations_running on capacity_reservations (tenant, reservation_id) where closed_at is null;

create table capacity_ledger (
  endpoint     text not null,
  variant      text not null default '',
  seq          bigint not null check (seq > 0),
  max_capacity int not null check (max_capacity >= 0),
  target       int not null check (target >= 0),
  reserved     int not null default 0 check (reserved >= 0),
  holders      int not null default 0 check (holders >= 0),
  added        int not null default 0 check (added >= 0),
  admitted     int not null default 0 check (admitted >= 0),
  checked      boolean not null default true,
  recomputed   boolean not null default false,
  snap         pg_snapshot not null default pg_current_snapshot(),
  virtual_time double precision not null default 0,
  shares       jsonb not null default '{}',
  problem      text,
  at           timestamptz not null default swath_now(),
  constraint capacity_ledger_pkey primary key (endpoint, variant, seq),
  constraint capacity_ledger_not_over_committed check (added = 0 or not checked or reserved <= target),
  constraint capacity_ledger_reserved_by_holders check (holders > 0 or reserved = 0)
) with (autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 1000, autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 5000);

comment on table capacity_ledger is 'Insert-only: one row per admission or change of an endpoint variant''s capacity. The view capacity shows what is true now.';
comment on column capacity_ledger.seq is 'One more than the row before: of two that decide on the same row, the primary key lets one through.';
comment on column capacity_ledger.reserved is 'Written by the trigger: what the row before reserved, less the returns since, plus added.';
comment on column capacity_ledger.added is 'Inference requests that this row reserves, for as many jobs as admitted says; checked at the commit against the reservations.';
comment on column capacity_ledger.checked is 'False where throttling was off: recorded, not limited.';
comment on column capacity_ledger.recomputed is 'Reserved was counted anew from the reservations, whatever the row before said.';
comment on column capacity_ledger.snap is 'The returns that are in reserved: all that this snapshot sees.';
comment on column capacity_ledger.virtual_time is 'Fair queueing: the start tag of the job that was admitted last (start-time fair queueing, Goyal et al. 1997).';
comment on column capacity_ledger.shares is 'Fair queueing: the finish tags of tenants that are ahead of virtual_time, in load per tier weight.';
comment on column capacity_ledger.problem is 'Why max_capacity is not known or not fresh.';

create table capacity_returns (
  txid     xid8 not null default pg_current_xact_id(),
  endpoint text not null,
  variant  text not null,
  job_id   uuid not null,
  amount   int not null check (amount >= 0),
  closes   boolean not null
) with (autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 1000, autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 5000);
create index capacity_returns_unfolded on capacity_returns (endpoint, variant, txid) include (amount, closes);

comment on table capacity_returns is 'Insert-only, by triggers of capacity_reservations: what was given back, until the ledger has folded it.';

-- The returns that a row of the chain has not folded: of transactions that its snapshot did not see. The new ones are one range of the index, those that
-- were under way then are one descent each. For functions that plan by index.
create function swath_unfolded(p_endpoint text, p_variant text, p_snap pg_snapshot) returns table (amount int, holders int) language sql stable as $$
  select coalesce(sum(r.amount), 0)::int, coalesce(sum(r.closes::int), 0)::int
    from (select c.amount, c.closes from capacity_returns c
           where c.endpoint = p_endpoint and c.variant = p_variant and c.txid >= pg_snapshot_xmax(p_snap)
             and pg_visible_in_snapshot(c.txid, pg_current_snapshot())
          union all
          select c.amount, c.closes from pg_snapshot_xip(p_snap) as under_way (txid)
           cross join lateral (
             select r.amount, r.closes from capacity_returns r
              where r.endpoint = p_endpoint and r.variant = p_variant and r.txid = under_way.txid
                and pg_visible_in_snapshot(r.txid, pg_current_snapshot()) offset 0) c) r
$$;

-- reserved, holders and snap are worked out here, whatever the caller says. The successor of a row sees its predecessor committed, so its snapshot
-- contains the predecessor's, and each return is folded once: by the first row that sees it. One that is folded late understates what is free,
-- so over-commitment stays impossible. Nothing is given back in a transaction after it has added a row here.
create function swath_extend_ledger() returns trigger language plpgsql set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off as $$
declare
  last record;
begin
  select l.seq, l.reserved - u.amount as reserved, l.holders - u.holders as holders, pg_current_snapshot() as snap into last
    from (select seq, reserved, holders, snap from capacity_ledger
           where endpoint = new.endpoint and variant = new.variant order by seq desc limit 1) l
   cross join lateral swath_unfolded(new.endpoint, new.variant, l.snap) u;
  if found and new.seq <= last.seq then
    return null; -- the race is lost
  end if;
  if found and new.seq > last.seq + 1 then
    raise exception 'the next row of endpoint % variant "%" is number %, and not %', new.endpoint, new.variant, last.seq + 1, new.seq
      using errcode = 'check_violation', constraint = 'capacity_ledger_without_gaps';
  end if;

  if not found then
    -- What an endpoint takes is counted for all of it or for each of its variants, never for both.
    if new.variant = '' and exists (select from capacity_ledger where endpoint = new.endpoint and variant > '') then
      raise exception 'endpoint % is counted by its variants: a job without one waits until it is chosen', new.endpoint
        using errcode = 'check_violation', constraint = 'capacity_ledger_whole_or_variants';
    end if;
    -- Jobs from before there were rows of variants, which run without one: they count for the first variant that is described.
    if new.variant <> '' and exists (select from capacity_ledger where endpoint = new.endpoint and variant = '') then
      perform set_config('swath.whole_to_variant', 'on', true);
      update capacity_reservations set variant = new.variant where endpoint = new.endpoint and variant = '' and closed_at is null;
      perform set_config('swath.whole_to_variant', '', true);
      delete from capacity_ledger where endpoint = new.endpoint and variant = '';
    end if;
    new.recomputed := true;
  end if;
  if new.recomputed then
    select coalesce(sum(load - released), 0)::int as reserved, count(*)::int as holders, pg_current_snapshot() as snap into last
      from capacity_reservations where endpoint = new.endpoint and variant = new.variant and closed_at is null;
  end if;
  new.reserved := last.reserved + new.added;
  new.holders := last.holders + new.admitted;
  new.snap := last.snap;
  return new;
end $$;
create trigger capacity_ledger_extend before insert on capacity_ledger for each row execute function swath_extend_ledger();

-- At the commit: what a row added is what its reservations hold.
create function swath_check_added() returns trigger language plpgsql set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off as $$
declare
  actual record;
begin
  select coalesce(sum(load), 0) as added, count(*) as admitted into actual
    from capacity_reservations
   where endpoint = new.endpoint and variant = new.variant and ledger_seq = new.seq and closed_at is null;
  if actual.added <> new.added or actual.admitted <> new.admitted then
    raise exception 'row % of endpoint % variant "%" adds % for % jobs, its reservations % for %',
        new.seq, new.endpoint, new.variant, new.added, new.admitted, actual.added, actual.admitted
      using errcode = 'check_violation', constraint = 'capacity_ledger_adds_its_reservations';
  end if;
  return null;
end $$;
create constraint trigger capacity_ledger_added after insert on capacity_ledger deferrable initially deferred
  for each row when (new.added > 0 or new.admitted > 0) execute function swath_check_added();

-- The newest row of a chain that still counts something is not taken away, and no row is changed.
create function swath_keep_ledger() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE'
     and (exists (select from capacity_ledger where endpoint = old.endpoint and variant = old.variant and seq > old.seq)
          or not exists (select from capacity_reservations where endpoint = old.endpoint and variant = old.variant and closed_at is null)) then
    return old;
  end if;
  raise exception 'capacity_ledger is insert-only: % is refused', lower(tg_op)
    using errcode = 'restrict_violation', hint = 'Append a row with recomputed = true: it counts the reservations anew.';
end $$;
create trigger capacity_ledger_keep before update or delete on capacity_ledger for each row execute function swath_keep_ledger();

-- A reservation is opened together with its row of the chain, by one transaction.
create function swath_open_reservations() returns trigger language plpgsql set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off as $$
begin
  if exists (
      select from (select endpoint, variant, ledger_seq, sum(load - released) as added, count(*) as admitted
                     from arrived where closed_at is null group by endpoint, variant, ledger_seq) a
        left join lateral (
          select l.added, l.admitted from capacity_ledger l
           where l.endpoint = a.endpoint and l.variant = a.variant and l.seq = a.ledger_seq and l.xmin = pg_current_xact_id()::xid) l on true
       where (a.added, a.admitted) is distinct from (l.added, l.admitted)) then
    raise exception 'a reservation without its row in capacity_ledger: capacity is reserved by admission'
      using errcode = 'check_violation', constraint = 'capacity_reservations_opened_by_ledger';
  end if;
  return null;
end $$;
create trigger capacity_reservations_open after insert on capacity_reservations
  referencing new table as arrived for each statement execute function swath_open_reservations();

-- Whoever shrinks or closes a reservation, in whatever way, gives back the difference.
create function swath_give_back() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    insert into capacity_returns (endpoint, variant, job_id, amount, closes)
    values (old.endpoint, old.variant, old.job_id, old.load - old.released, true);
    return null;
  end if;
  if current_setting('swath.whole_to_variant', true) = 'on' then
    return null;
  end if;
  if new.load - new.released > old.load - old.released or (old.closed_at is not null and new.closed_at is null)
     or (new.endpoint, new.variant) <> (old.endpoint, old.variant) then
    raise exception 'a reservation only shrinks: capacity is reserved by admission'
      using errcode = 'check_violation', constraint = 'capacity_reservations_only_shrink';
  end if;
  insert into capacity_returns (endpoint, variant, job_id, amount, closes)
  values (old.endpoint, old.variant, old.job_id, (old.load - old.released) - (new.load - new.released), new.closed_at is not null and old.closed_at is null);
  return null;
end $$;
create trigger capacity_reservations_shrink after update on capacity_reservations
  for each row when (old.load - old.released <> new.load - new.released or (old.closed_at is null) <> (new.closed_at is null)
                     or (old.endpoint, old.variant) <> (new.endpoint, new.variant))
  execute function swath_give_back();
create trigger capacity_reservations_delete after delete on capacity_reservations
  for each row when (old.closed_at is null) execute function swath_give_back();

-- What every endpoint variant holds now, or those of one endpoint. The recursion hops from one newest row to the next by the primary key, from its end: rows
-- that were trimmed are not passed. Plans by index, whatever the statistics of a young table say: one that was kept would read all of a grown table.
create function swath_capacity(p_endpoint text default null)
returns table (endpoint text, variant text, max_capacity int, target int, reserved int, holders int, problem text,
               virtual_time double precision, shares jsonb, seq bigint, snap pg_snapshot, at timestamptz)
language plpgsql stable rows 10 set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off as $$
begin
  if p_endpoint is null then
    return query
      with recursive newest as (
        (select l.* from capacity_ledger l order by l.endpoint desc, l.variant desc, l.seq desc limit 1)
        union all
        select p.* from newest n cross join lateral (
          select l.* from capacity_ledger l where (l.endpoint, l.variant) < (n.endpoint, n.variant)
           order by l.endpoint desc, l.variant desc, l.seq desc limit 1) p
      )
      select n.endpoint, n.variant, n.max_capacity, n.target, n.reserved - u.amount, n.holders - u.holders, n.problem,
             n.virtual_time, n.shares, n.seq, n.snap, n.at
        from newest n cross join lateral swath_unfolded(n.endpoint, n.variant, n.snap) u;
  else
    return query
      with recursive newest as (
        (select l.* from capacity_ledger l where l.endpoint = p_endpoint order by l.variant desc, l.seq desc limit 1)
        union all
        select p.* from newest n cross join lateral (
          select l.* from capacity_ledger l where l.endpoint = p_endpoint and l.variant < n.variant order by l.variant desc, l.seq desc limit 1) p
      )
      select n.endpoint, n.variant, n.max_capacity, n.target, n.reserved - u.amount, n.holders - u.holders, n.problem,
             n.virtual_time, n.shares, n.seq, n.snap, n.at
        from newest n cross join lateral swath_unfolded(n.endpoint, n.variant, n.snap) u;
  end if;
end $$;

create view capacity as select * from swath_capacity();
comment on view capacity is 'What every endpoint variant takes (max_capacity, target) and what is reserved of it now, by how many jobs.';

-- A database that was restored on another cluster: the transaction ids in it mean nothing there.
create table capacity_cluster (
  only_row          boolean primary key default true check (only_row),
  system_identifier bigint not null
);
insert into capacity_cluster (system_identifier) select system_identifier from pg_control_system();
comment on table capacity_cluster is 'The cluster whose transaction ids stand in capacity_ledger and capacity_returns.';

-- Counts everything anew where the ids are those of another cluster. Called at the start of whoever admits.
create function swath_adopt_ledger() returns int language plpgsql as $$
declare
  cluster bigint := (select system_identifier from pg_control_system());
  entries int;
begin
  if exists (select from capacity_cluster where system_identifier = cluster) then
    return 0;
  end if;
  lock table capacity_reservations, capacity_returns, capacity_ledger in share row exclusive mode;
  update capacity_cluster set system_identifier = cluster where system_identifier <> cluster;
  if not found then
    return 0;
  end if;
  delete from capacity_returns;
  insert into capacity_ledger (endpoint, variant, seq, max_capacity, target, recomputed, virtual_time, shares, problem)
  select endpoint, variant, seq + 1, max_capacity, target, true, virtual_time, shares, problem from capacity;
  get diagnostics entries = row_count;
  return entries;
end $$;

insert into capacity_ledger (endpoint, variant, seq, max_capacity, target, recomputed, virtual_time, shares, problem, at)
select c.endpoint, c.variant, 1, c.max_capacity, c.target, true, c.virtual_time,
       coalesce((select jsonb_object_agg(s.tenant, s.served) from tenant_shares s
                  where s.endpoint = c.endpoint and s.variant = c.variant and s.served > c.virtual_time), '{}'),
       c.problem, c.refreshed_at
  from endpoint_capacity c
 where c.variant <> '' or not exists (select from endpoint_capacity v where v.endpoint = c.endpoint and v.variant <> '')
 order by c.endpoint, c.variant;

-- ---------------------------------------------------------------------------------------------------------------
-- Workers: whoever places regions takes the worker's next turn. workers.version now counts joins and drains alone.
create table worker_turns (
  worker_id text not null,
  turn      bigint not null check (turn > 0),
  constraint worker_turns_pkey primary key (worker_id, turn)
) with (autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 1000, autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 5000);
comment on table worker_turns is 'Insert-only: of two schedulers that place on a worker at once, the primary key lets one through.';

-- What each worker holds, from a certain placement on: those before it have ended, and are not passed.
drop index job_regions_held;
create index job_regions_held on job_regions (worker_id, placed_at) include (kind) where worker_id is not null and ended_at is null;

analyze capacity_ledger, capacity_returns, capacity_reservations, worker_turns;
