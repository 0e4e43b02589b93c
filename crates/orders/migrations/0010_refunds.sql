alter table orders add column pays_back bigint;
alter table order_settings add column refund_on_cancel text;
