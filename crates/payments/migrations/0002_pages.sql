alter table payments add column return_url text;
alter table payments add column description text;
