create table partners (
  id uuid not null,
  version bigint not null,
  kind text not null,
  definition text not null,
  secret text,
  changed_at bigint not null,
  primary key (id)
);
create table syncs (
  id uuid not null,
  partner_id uuid not null,
  job_id uuid not null,
  version bigint not null,
  state text not null,
  since text,
  stage text not null,
  page bigint not null,
  items bigint not null,
  created bigint not null,
  adjusted bigint not null,
  unchanged bigint not null,
  rejected bigint not null,
  conflicts bigint not null,
  told text not null,
  began_at bigint not null,
  ended_at bigint,
  primary key (id)
);
create index syncs_by_partner on syncs (partner_id, id);
create table sync_rejects (
  sync_id uuid not null,
  number bigint not null,
  stage text not null,
  page bigint not null,
  sku text not null,
  kind text not null,
  reason text not null,
  primary key (sync_id, number)
);
