create table service_keys (
  id uuid not null,
  version bigint not null,
  name text not null,
  sealed text not null,
  tenants text not null,
  role text not null,
  networks text not null,
  legacy bigint not null,
  made_at bigint not null,
  status text not null,
  good_until bigint,
  primary key (id)
);
