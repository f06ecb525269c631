-- Messages that were committed and are not yet delivered. One way for all of them: the log of the processes that deliver what they write themselves, and
-- the table of what waits for something else than its own process.

-- Written by the transaction that caused the messages, deleted when all messages of the row are settled (the broker has them; with a transport that
-- lives in the process: they were consumed). `seq` grows within its writer. What stands here of a writer that is gone goes to message_pending.
create table message_log (
  writer uuid not null,
  seq bigint not null,
  at timestamptz not null default swath_now(),
  -- A JSON array of messages, each as in message_pending. As text: it is read by nobody but who delivers, and is checked then.
  items text not null,
  constraint message_log_pkey primary key (writer, seq)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000, autovacuum_vacuum_insert_threshold = -1, autovacuum_analyze_threshold = 100000);

comment on table message_log is 'Messages that their own process is about to deliver; rows go when they are delivered.';

-- Group after group repeats the same envelope: packed, a row is a fraction of its messages. Fast packing where the server was built with it.
do $$
begin
  alter table message_log alter column items set compression lz4;
exception when feature_not_supported or syntax_error then
  null;
end $$;

-- Processes that have rows in the log, or messages in hand; a process without either has no row. Whose lease lapses is taken for dead.
create table message_writers (
  writer uuid not null constraint message_writers_pkey primary key,
  lease_until timestamptz not null
) with (fillfactor = 50);

-- Timers, messages of processes without a bus, those whose sending failed, and what dead processes left.
create table message_pending (
  message_id uuid not null constraint message_pending_pkey primary key,
  seq bigint not null generated always as identity,
  job_id uuid null,
  destination text not null,
  message json not null,
  due_at timestamptz not null,
  next_try timestamptz not null,
  tries integer not null default 0,
  error text null,
  faulted_at timestamptz null,
  token uuid null,
  writer uuid null
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);

comment on column message_pending.tries is 'How often it could not be delivered though the transport was there.';
comment on column message_pending.faulted_at is 'It is not tried any more until an operator says so (swath faults retry).';
comment on column message_pending.writer is 'The process that has it in hand.';
comment on column message_pending.destination is 'A queue or exchange, or urn:message:... for a message that is published by its type.';

-- Serves delivery: what may be tried, the longest waiting first.
create index message_pending_next on message_pending (next_try, seq) where writer is null and faulted_at is null;

-- Serves the order of a job's messages.
create index message_pending_job on message_pending (job_id, seq);

-- Serves giving back what a dead process had in hand.
create index message_pending_writer on message_pending (writer) where writer is not null;

-- Serves cancelling.
create index message_pending_token on message_pending (token) where token is not null;

-- Serves health and operators.
create index message_pending_faults on message_pending (faulted_at) where faulted_at is not null;

-- Serves asking again: jobs that wait for the answer to a command.
create index jobs_awaiting on jobs (job_id) where state in ('Requested', 'Assembling');

comment on column jobs.delivered_version is 'Kept level with the version, for releases that delivered from job_events: below it, messages of such a release wait.';
comment on column job_events.outgoing is 'Messages of releases that delivered from here; newer ones write them to message_log.';
comment on table outbox is 'Messages of earlier releases; carried to message_pending.';
