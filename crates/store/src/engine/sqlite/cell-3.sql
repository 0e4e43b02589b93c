alter table tenant_keys add column expires integer;
create table tenant_without (
  tenant blob not null references tenants (id),
  feature text not null,
  primary key (tenant, feature)
);
