alter table service_keys add column requests bigint;
