create table events (
  position integer primary key,
  id blob not null,
  stream text not null,
  stream_id blob not null,
  version integer not null,
  kind text not null,
  schema integer not null,
  actor_kind text not null,
  actor_id blob not null,
  correlation blob not null,
  causation blob,
  at integer not null,
  recorded integer not null,
  data text not null
);
create unique index events_by_stream on events (stream_id, version);
create table states (
  id blob not null primary key,
  stream text not null,
  version integer not null,
  state text not null
);
create table replies (
  key blob not null primary key,
  fingerprint blob not null,
  status integer not null,
  body text not null,
  version integer,
  location text,
  created integer not null
);
create index replies_by_age on replies (created);
create table migrations (
  context text not null,
  number integer not null,
  name text not null,
  primary key (context, number)
);
