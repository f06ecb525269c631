-- Finished tiles: the checkpoints that a retried region resumes from, and what the result is assembled from.
-- A job's rows are deleted when it is final.
create table tile_results (
  job_id uuid not null,
  region_id integer not null check (region_id >= 0),
  -- The tile in pixels of the whole image.
  x integer not null check (x >= 0),
  y integer not null check (y >= 0),
  width integer not null check (width > 0),
  height integer not null check (height > 0),
  -- The fencing token of the region's placement: an older attempt never overwrites a newer one.
  attempt integer not null,
  features integer not null check (features >= 0),
  -- Swath's binary feature records; empty for a tile that failed.
  payload bytea not null,
  -- Why the tile could not be processed; null when it was.
  failure text null,
  -- In the order in which a result is assembled, so that it needs no sort.
  primary key (job_id, region_id, y, x)
);

-- Already dense, and read once: compressing them costs more than it saves.
alter table tile_results alter column payload set storage external;
