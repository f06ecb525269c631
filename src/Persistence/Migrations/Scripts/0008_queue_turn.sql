-- How many times a job has entered the queue: admission answers one turn, and an answer to an earlier one starts nothing.
alter table jobs add column queue_turn int not null default 0;
