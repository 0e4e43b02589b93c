alter table carts add column organisation_id uuid;
alter table carts add column decline_reason text;
create index carts_by_organisation on carts (organisation_id, state, updated_at);
alter table orders add column organisation text;
