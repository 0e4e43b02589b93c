alter table carts add column email_index uuid;
alter table carts add column agreed text;
create index carts_by_email_index on carts (email_index, id);
alter table orders add column words text;
alter table orders add column organisation_id uuid;
alter table orders add column organisation_name text;
create index orders_by_organisation on orders (organisation_id, id);
alter table order_acts add column said text;
