create table tenant_secrets (
  tenant blob not null primary key,
  origin blob not null,
  key text not null,
  wrapped blob not null
);
create table erasures (
  origin blob not null,
  subject blob not null,
  at integer not null,
  primary key (origin, subject)
);
create table leases (
  name text not null primary key,
  holder blob not null,
  fence integer not null,
  until integer not null
);
create table nodes (
  id blob not null primary key,
  seen integer not null
);
