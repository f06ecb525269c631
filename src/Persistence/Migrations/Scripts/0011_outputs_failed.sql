-- How many outputs of a job could not be written: they can be retried as long as its finished tiles are kept.
alter table jobs add column outputs_failed int not null default 0;
