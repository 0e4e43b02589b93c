create table parcels_awaited (
  id uuid not null,
  order_id uuid not null,
  carrier_id uuid not null,
  number text not null,
  sent_at bigint not null,
  primary key (id),
  foreign key (order_id) references orders (id)
);
