create table tenant_networks (
  tenant blob not null references tenants (id),
  network text not null,
  primary key (tenant, network)
);
create table tenant_origins (
  tenant blob not null references tenants (id),
  origin text not null,
  credentials integer not null,
  primary key (tenant, origin)
);
