create schema cell;
create schema log;
create function log.expect_rows(touched bigint, expected bigint) returns void language plpgsql as $$
begin
  if touched <> expected then
    raise exception '% rows instead of %', touched, expected;
  end if;
end
$$;
create table cell.migrations (
  context text not null,
  number bigint not null,
  name text not null,
  primary key (context, number)
);
create table cell.tenants (
  id uuid not null primary key,
  slug text collate "C" not null unique,
  name text not null,
  currency text not null,
  status text not null,
  created bigint not null
);
create table cell.tenant_hosts (
  host text collate "C" not null primary key,
  tenant uuid not null references cell.tenants (id)
);
create table cell.tenant_keys (
  id uuid not null primary key,
  tenant uuid not null references cell.tenants (id),
  name text not null,
  role text not null,
  created bigint not null,
  secret_hash bytea not null unique
);
