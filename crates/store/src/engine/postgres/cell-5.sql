create table cell.tenant_networks (
  tenant uuid not null references cell.tenants (id),
  network text collate "C" not null,
  primary key (tenant, network)
);
create table cell.tenant_origins (
  tenant uuid not null references cell.tenants (id),
  origin text collate "C" not null,
  credentials bigint not null,
  primary key (tenant, origin)
);
