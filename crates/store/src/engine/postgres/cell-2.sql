create table cell.tenant_secrets (
  tenant uuid not null primary key,
  origin uuid not null,
  key text not null,
  wrapped bytea not null
);
create table cell.erasures (
  origin uuid not null,
  subject uuid not null,
  at bigint not null,
  primary key (origin, subject)
);
create table cell.leases (
  name text collate "C" not null primary key,
  holder uuid not null,
  fence bigint not null,
  until bigint not null
);
create table cell.nodes (
  id uuid not null primary key,
  seen bigint not null
);
alter table cell.migrations add column if not exists contracts bigint not null default 0;
create function log.expect_open(touched bigint, expected bigint) returns void language plpgsql as $$
begin
  if touched <> expected then
    raise exception 'the log is held back' using errcode = 'GA001';
  end if;
end
$$;
