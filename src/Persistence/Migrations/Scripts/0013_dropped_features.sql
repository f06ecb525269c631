-- Features of a model's answer that could not be used: how many of each tile, and why the first few could not.
alter table tile_results add column dropped integer not null default 0 check (dropped >= 0);
alter table tile_results add column dropped_reason text null;
