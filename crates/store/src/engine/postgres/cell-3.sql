alter table cell.tenant_keys add column expires bigint;
create table cell.tenant_without (
  tenant uuid not null references cell.tenants (id),
  feature text collate "C" not null,
  primary key (tenant, feature)
);
