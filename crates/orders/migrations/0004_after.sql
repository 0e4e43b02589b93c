create table order_acts (
  order_id uuid not null,
  version bigint not null,
  kind text not null,
  data text not null,
  entries text,
  reason text,
  actor text not null,
  at bigint not null,
  primary key (order_id, version),
  foreign key (order_id) references orders (id)
);
alter table order_items add column taken bigint;
alter table order_items add column sent bigint;
alter table order_items add column back bigint;
