-- What happened: one row per message that a job's saga accepted. The primary key is the optimistic concurrency,
-- the unique constraint is the idempotency.
create table job_events (
  job_id uuid not null,
  version integer not null check (version >= 1),
  message_id uuid not null,
  type text not null,
  data jsonb not null,
  occurred_at timestamptz not null,
  -- The messages that the saga sent when it accepted this one, in order, exactly as they go over the wire. Not jsonb: bodies keep their bytes.
  outgoing json null,
  constraint job_events_pkey primary key (job_id, version),
  constraint job_events_message unique (job_id, message_id)
);

comment on table job_events is 'Append-only: every message that a job accepted, in order.';

create function job_events_are_append_only() returns trigger language plpgsql as $$
begin
  raise exception 'job_events is append-only: % is refused', tg_op
    using errcode = 'restrict_violation', hint = 'Append an event that corrects; history is never rewritten.';
end
$$;

create trigger job_events_append_only
  before update or delete or truncate on job_events
  for each statement execute function job_events_are_append_only();

-- Where every job stands: the fold of its events, one plain column per fact.
create table jobs (
  job_id uuid not null constraint jobs_pkey primary key,
  name text null,
  tenant text null,
  kind text null,
  state text not null,
  waiting_reason text null,
  waiting_detail text null,
  queue_position integer null,
  image_url text null,
  endpoint text null,
  endpoint_type text null,
  variant text null,
  priority integer null,
  affinity jsonb null,
  load integer null,
  tile_workers integer null,
  regions_total integer null,
  regions_done integer null,
  regions_failed integer null,
  tiles_total integer null,
  tiles_done integer null,
  tiles_failed integer null,
  features bigint null,
  results text[] null,
  failure text null,
  requested_at timestamptz null,
  queued_at timestamptz null,
  started_at timestamptz null,
  finished_at timestamptz null,
  updated_at timestamptz not null,
  version integer not null,
  delivered_version integer not null default 0,
  admitted_at timestamptz null
) with (fillfactor = 80);

comment on column jobs.waiting_reason is 'Advisory, written by admission: why the job was not admitted yet.';
comment on column jobs.waiting_detail is 'Advisory, written by admission: what would unblock it.';
comment on column jobs.queue_position is 'Advisory, written by admission: place in the queue of its endpoint, from 1.';
comment on column jobs.admitted_at is 'Advisory, written by admission: when capacity was reserved; empty again when the job re-enters the queue.';
comment on column jobs.delivered_version is 'The messages of all events up to this version were handed to the transport.';

-- Serves the sweeper: jobs with messages that may have been left behind.
create index jobs_undelivered on jobs (job_id) where delivered_version < version;

-- Serves tenant limits and recovery: jobs that are not over.
create index jobs_unfinished on jobs (tenant, state) where state not in ('Completed', 'PartiallyCompleted', 'Failed', 'Cancelled');

-- Serves listing: the newest jobs first.
create index jobs_by_requested_at on jobs (requested_at desc, job_id);

-- Messages of code that has no stream: API, admission, workers, time-outs.
create table outbox (
  message_id uuid not null constraint outbox_pkey primary key,
  sequence bigint not null generated always as identity,
  job_id uuid null,
  destination text not null,
  message json not null,
  enqueued_at timestamptz not null,
  due_at timestamptz not null,
  token uuid null,
  delivered_at timestamptz null,
  consumed_at timestamptz null
);

comment on column outbox.consumed_at is 'The saga handled the message without making it an event: nothing else tells that it must not be delivered again.';
comment on column outbox.destination is 'A queue or exchange, or urn:message:... for a message that is published by its type.';

-- Serves delivery: what is due, oldest first.
create index outbox_due on outbox (due_at, sequence) where delivered_at is null;

-- Serves cancelling.
create index outbox_token on outbox (token) where token is not null and delivered_at is null;

-- Serves purging and, where the transport forgets, delivering again.
create index outbox_delivered on outbox (delivered_at) where delivered_at is not null;
