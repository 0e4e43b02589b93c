create table orders (
  id uuid not null,
  version bigint not null,
  status text not null,
  customer_id uuid not null,
  name text not null,
  email text not null,
  currency text not null,
  total bigint not null,
  items bigint not null,
  placed_at bigint not null,
  updated_at bigint not null,
  details text not null,
  primary key (id),
  check (total >= 0)
);
create index orders_by_status on orders (status, id);
create index orders_by_customer on orders (customer_id, id);
create index orders_by_email on orders (email, id);
create table order_items (
  order_id uuid not null,
  line bigint not null,
  variant_id uuid not null,
  product_id uuid not null,
  sku text not null,
  title text not null,
  quantity bigint not null,
  unit_price bigint not null,
  total bigint not null,
  primary key (order_id, line),
  foreign key (order_id) references orders (id),
  check (quantity > 0)
);
create table order_status_history (
  order_id uuid not null,
  version bigint not null,
  status text not null,
  reason text,
  actor text not null,
  at bigint not null,
  primary key (order_id, version),
  foreign key (order_id) references orders (id)
);
