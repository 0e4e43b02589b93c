create table tenants (
  id blob not null primary key,
  slug text not null unique,
  name text not null,
  currency text not null,
  status text not null,
  created integer not null
);
create table tenant_hosts (
  host text not null primary key,
  tenant blob not null references tenants (id)
);
create table tenant_keys (
  id blob not null primary key,
  tenant blob not null references tenants (id),
  name text not null,
  role text not null,
  created integer not null,
  secret_hash blob not null unique
);
