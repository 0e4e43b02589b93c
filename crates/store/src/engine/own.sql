create table subject_keys (
  subject uuid not null,
  wrapped bytea,
  created bigint not null,
  primary key (subject)
);
create table cursors (
  subscriber text not null,
  position bigint not null,
  fence bigint not null,
  attempts bigint not null,
  retry_at bigint not null,
  problem text,
  primary key (subscriber)
);
create table dead_letters (
  id uuid not null,
  subscriber text not null,
  position bigint not null,
  event uuid not null,
  kind text not null,
  attempts bigint not null,
  problem text not null,
  parked bigint not null,
  primary key (id),
  unique (subscriber, position)
);
create table jobs (
  id uuid not null,
  name text not null,
  args text not null,
  state text not null,
  due bigint not null,
  every bigint,
  attempts bigint not null,
  fence bigint not null,
  leased_until bigint not null,
  done bigint not null,
  total bigint not null,
  note text,
  problem text,
  created bigint not null,
  started bigint,
  ended bigint,
  primary key (id)
);
create index jobs_by_due on jobs (state, due);
create index jobs_by_name on jobs (name, id);
