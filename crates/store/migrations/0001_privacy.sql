create table erasures_done (
  subject uuid not null,
  at bigint not null,
  actor text not null,
  primary key (subject)
);
