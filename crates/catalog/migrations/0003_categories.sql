create table categories (
  id uuid not null,
  version bigint not null,
  handle text not null,
  parent_id uuid,
  position bigint not null,
  title text not null,
  content text not null,
  primary key (id),
  unique (handle)
);
