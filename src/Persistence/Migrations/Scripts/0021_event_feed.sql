-- Outside a transaction: one index after another is built beside working processes.

-- Serves feeds over all jobs, in the order of commits.
create index concurrently if not exists job_events_feed on job_events (txid, seq) where txid is not null;

-- Serves the beginning of such a feed: what was appended before events knew their transaction. Never grows.
create index concurrently if not exists job_events_before_feed on job_events (job_id, version) where txid is null;
