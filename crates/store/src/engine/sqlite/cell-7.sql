alter table tenant_keys add column requests integer;
