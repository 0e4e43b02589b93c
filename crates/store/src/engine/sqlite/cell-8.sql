create table journeys (
  tenant blob not null primary key,
  id blob not null,
  fence blob not null,
  step text not null,
  moving integer not null,
  status text not null,
  until integer not null
);
