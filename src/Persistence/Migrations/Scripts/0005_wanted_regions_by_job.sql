-- Regions that wait for a worker are read job by job, so that one job's many regions do not hide those of the others.
drop index job_regions_wanted;
create index job_regions_wanted_by_job on job_regions (job_id, wanted_since, region_id) where wanted_since is not null;
