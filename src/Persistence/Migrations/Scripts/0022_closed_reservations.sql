-- Outside a transaction: it is built beside working processes.

-- Serves the removal of what a job held.
create index concurrently if not exists capacity_reservations_closed on capacity_reservations (job_id) where closed_at is not null;
