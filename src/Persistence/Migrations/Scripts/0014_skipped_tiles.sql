-- Blank tiles that were not sent to the model: finished without one, and counted apart.
alter table tile_results add column skipped boolean not null default false;
alter table jobs add column tiles_skipped integer not null default 0;
