-- What was asked for, and by whom: written with the message to the saga, so that a request is known from the moment that it is accepted, and
-- recognised when it comes again.
create table submissions (
  tenant text not null,
  -- The id that the tenant's own system gave the job; the job's id where it gave none.
  key text not null,
  job_id uuid not null constraint submissions_job unique,
  -- SHA-256 of the request in its canonical form, without the job's id and without what Swath stamps on it.
  hash bytea not null,
  name text not null,
  image_url text not null,
  endpoint text not null,
  priority integer not null,
  submitted_at timestamptz not null default now(),
  constraint submissions_pkey primary key (tenant, key)
);

comment on table submissions is 'Every request that was accepted: one job for each (tenant, key), with one content.';

-- Serves the count of those that the saga has yet to hear of.
create index submissions_by_time on submissions (submitted_at);
