create table order_settings (
  id uuid not null,
  version bigint not null,
  unpaid_minutes bigint,
  primary key (id)
);
alter table orders add column held_until bigint;
create index orders_by_held on orders (held_until, id);
