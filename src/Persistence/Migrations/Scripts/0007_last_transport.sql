-- Which transport was given the messages that count as delivered. When another one takes over, what the former one still held is lost
-- to the jobs, and everything that they have not handled is delivered again.
create table last_transport (
  only_row boolean not null default true constraint last_transport_pkey primary key check (only_row),
  name text not null
);

insert into last_transport (name) values ('inmemory');
