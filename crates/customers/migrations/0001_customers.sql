create table organisations (
  id uuid not null,
  version bigint not null,
  name text not null,
  status text not null,
  purchase_order_required bigint not null,
  approval_limit bigint,
  details text,
  primary key (id)
);
create table organisation_members (
  organisation_id uuid not null,
  customer_id uuid not null,
  role text not null,
  approval_limit bigint,
  primary key (organisation_id, customer_id),
  foreign key (organisation_id) references organisations (id)
);
create index organisation_members_by_customer on organisation_members (customer_id, organisation_id);
create table memberships (
  id uuid not null,
  version bigint not null,
  member_id uuid not null,
  primary key (id)
);
create index memberships_by_member on memberships (member_id);
create table segments (
  id uuid not null,
  version bigint not null,
  name text not null,
  about text,
  primary key (id)
);
create table segment_members (
  segment_id uuid not null,
  member_id uuid not null,
  kind text not null,
  primary key (segment_id, member_id),
  foreign key (segment_id) references segments (id)
);
create index segment_members_by_member on segment_members (member_id, segment_id);
