-- Commands (measuring an image, assembling a result) that were begun and have not ended, well or badly: what is begun again and again without an end is
-- what ends the process. A row goes when the command ends.
create table commands_begun (
  job_id uuid not null,
  command text not null,
  times integer not null check (times > 0),
  last_begun_at timestamptz not null,
  constraint commands_begun_pkey primary key (job_id, command)
);
