alter table carts add column kind text;
alter table carts add column draft text;
alter table carts add column drafted_by text;
alter table carts add column invited_at bigint;
create index carts_by_kind on carts (kind, state, updated_at);
