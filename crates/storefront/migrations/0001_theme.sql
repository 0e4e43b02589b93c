create table themes (
  id uuid not null,
  version bigint not null,
  theme text not null,
  primary key (id)
);
