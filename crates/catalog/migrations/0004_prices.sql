create table price_lists (
  id uuid not null,
  version bigint not null,
  status text not null,
  currency text not null,
  terms text not null,
  primary key (id)
);
create table prices (
  list_id uuid not null,
  variant_id uuid not null,
  from_quantity bigint not null,
  amount bigint,
  off_basis_points bigint,
  primary key (list_id, variant_id, from_quantity)
);
create index prices_by_variant on prices (variant_id);
create table pricing (
  id uuid not null,
  version bigint not null,
  primary key (id)
);
