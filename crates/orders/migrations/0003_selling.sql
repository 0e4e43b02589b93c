create table carts (
  id uuid not null,
  version bigint not null,
  state text not null,
  subject uuid not null,
  owner uuid,
  currency text not null,
  contact text,
  purchase_order text,
  delivery uuid,
  leads_to uuid,
  opened_at bigint not null,
  updated_at bigint not null,
  primary key (id)
);
create index carts_by_owner on carts (owner, state, updated_at);
create index carts_by_subject on carts (subject);
create table cart_lines (
  cart_id uuid not null,
  variant_id uuid not null,
  quantity bigint not null,
  added bigint not null,
  primary key (cart_id, variant_id),
  foreign key (cart_id) references carts (id),
  check (quantity > 0)
);
create table cart_codes (
  cart_id uuid not null,
  code text not null,
  entered bigint not null,
  primary key (cart_id, code),
  foreign key (cart_id) references carts (id)
);
create table rulebook (
  id uuid not null,
  version bigint not null,
  primary key (id)
);
create table taxes (
  id uuid not null,
  version bigint not null,
  rules text not null,
  primary key (id)
);
create table delivery_options (
  id uuid not null,
  version bigint not null,
  position bigint not null,
  terms text not null,
  primary key (id)
);
create table promotions (
  id uuid not null,
  version bigint not null,
  code text,
  enabled bigint not null,
  used bigint not null,
  promotion text not null,
  limits text not null,
  primary key (id)
);
create index promotions_by_code on promotions (code, id);
create table promotion_uses (
  id uuid not null,
  promotion_id uuid not null,
  customer_id uuid not null,
  used bigint not null,
  primary key (id)
);
create index promotion_uses_by_customer on promotion_uses (customer_id, promotion_id);
alter table orders add column number bigint;
alter table orders add column ledger text;
alter table orders add column cart_id uuid;
alter table orders add column purchase_order text;
alter table orders add column delivery text;
alter table orders add column paid bigint;
alter table orders add column refunded bigint;
create index orders_by_number on orders (number, id);
alter table orders add column redeemed text;
