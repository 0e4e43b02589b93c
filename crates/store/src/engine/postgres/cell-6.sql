create table cell.usage (
  tenant uuid not null,
  day bigint not null,
  caller text collate "C" not null,
  operation text collate "C" not null,
  requests bigint not null,
  refused bigint not null,
  primary key (tenant, day, caller, operation)
);
