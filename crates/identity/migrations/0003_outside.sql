create table providers (
  id uuid not null,
  version bigint not null,
  audience text not null,
  definition text not null,
  secret text,
  changed_at bigint not null,
  removed_at bigint,
  primary key (id)
);
create table outsiders (
  id uuid not null,
  account_id uuid not null,
  provider_id uuid not null,
  linked_at bigint not null,
  primary key (id)
);
create index outsiders_by_account on outsiders (account_id, id);
alter table sessions add column provider_id uuid;
