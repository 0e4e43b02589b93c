create table events (
  position bigint not null,
  id uuid not null,
  stream text not null,
  stream_id uuid not null,
  version bigint not null,
  kind text not null,
  schema bigint not null,
  actor_kind text not null,
  actor_id uuid not null,
  correlation uuid not null,
  causation uuid,
  at bigint not null,
  recorded bigint not null,
  data text not null,
  primary key (position),
  unique (stream_id, version)
);
create table states (
  id uuid not null,
  stream text not null,
  version bigint not null,
  state text not null,
  primary key (id)
);
create table replies (
  key uuid not null,
  fingerprint bytea not null,
  status bigint not null,
  body text not null,
  version bigint,
  location text,
  created bigint not null,
  primary key (key)
);
create index replies_by_age on replies (created);
create table heads (
  one bigint not null,
  position bigint not null,
  primary key (one),
  check (one = 1)
);
