alter table order_settings add column transfer_minutes bigint;
alter table order_settings add column most_of_a_thing bigint;
