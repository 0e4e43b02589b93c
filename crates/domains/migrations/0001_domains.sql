create table domains (
  id uuid not null,
  version bigint not null,
  name text not null,
  token text not null,
  status text not null,
  way text,
  found text,
  claimed_at bigint not null,
  proven_at bigint,
  checked_at bigint,
  primary key (id)
);
create index domains_by_name on domains (name);
