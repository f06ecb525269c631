-- What a tenant has in the queue, or on its way into it: counted when one more of its jobs asks to be let in.
create index jobs_of_tenant_waiting on jobs (tenant) include (job_id, state)
  where state in ('Requested', 'Queued') and admitted_at is null;
