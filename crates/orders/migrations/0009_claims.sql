alter table orders add column guest_id uuid;
create index orders_by_guest on orders (guest_id, id);
