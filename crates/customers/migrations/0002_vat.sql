alter table organisations add column vat_registered bigint;
alter table organisations add column vat_checked_at bigint;
