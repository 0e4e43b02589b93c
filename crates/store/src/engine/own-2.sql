alter table jobs add column destination text not null default '';
create index jobs_by_destination on jobs (state, name, destination, due);
