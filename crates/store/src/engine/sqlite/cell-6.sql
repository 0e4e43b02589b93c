create table usage (
  tenant blob not null,
  day integer not null,
  caller text not null,
  operation text not null,
  requests integer not null,
  refused integer not null,
  primary key (tenant, day, caller, operation)
) without rowid;
