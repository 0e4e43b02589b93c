create table product_imports (
  id uuid not null,
  job_id uuid not null,
  version bigint not null,
  state text not null,
  plan text not null,
  form text,
  total bigint not null,
  read_rows bigint not null,
  added bigint not null,
  changed bigint not null,
  unchanged bigint not null,
  refused bigint not null,
  told text not null,
  began_at bigint not null,
  ended_at bigint,
  primary key (id)
);
create table product_import_rejects (
  import_id uuid not null,
  row_number bigint not null,
  line bigint not null,
  column_name text not null,
  problem text not null,
  primary key (import_id, row_number)
);
