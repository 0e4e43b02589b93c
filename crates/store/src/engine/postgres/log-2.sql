alter table heads add column frozen bigint not null default 0;
