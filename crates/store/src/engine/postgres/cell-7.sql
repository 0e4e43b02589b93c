alter table cell.tenant_keys add column requests bigint;
