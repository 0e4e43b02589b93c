alter table heads add column form bigint not null default 0;
