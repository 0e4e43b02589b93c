create table folded (
  form integer not null
);
