alter table orders add column email_index uuid;
create index orders_by_email_index on orders (email_index, id);
drop index orders_by_email;
