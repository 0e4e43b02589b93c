create table cell.journeys (
  tenant uuid not null primary key,
  id uuid not null,
  fence uuid not null,
  step text not null,
  moving bigint not null,
  status text not null,
  until bigint not null
);
