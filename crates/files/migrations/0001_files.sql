create table files (
  id uuid not null,
  version bigint not null,
  size bigint not null,
  sha256 text,
  media_type text not null,
  name text,
  about uuid,
  stored_at bigint not null,
  removed_at bigint,
  primary key (id),
  check (size >= 0)
);
create index files_by_about on files (about, id);
