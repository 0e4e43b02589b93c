alter table inventory add column backordered bigint not null default 0;
alter table inventory add column low_at bigint;
alter table inventory add column backorder_limit bigint not null default 0;
create table inventory_levels (
  variant_id uuid not null,
  location_id uuid not null,
  on_hand bigint not null,
  primary key (variant_id, location_id),
  check (on_hand >= 0)
);
create index inventory_levels_by_location on inventory_levels (location_id, variant_id);
create table locations (
  id uuid not null,
  version bigint not null,
  priority bigint not null,
  content text not null,
  primary key (id)
);
create table holds (
  hold_id uuid not null,
  variant_id uuid not null,
  quantity bigint not null,
  ends bigint not null,
  primary key (hold_id, variant_id)
);
create index holds_by_variant on holds (variant_id, ends);
create index holds_by_end on holds (ends);
