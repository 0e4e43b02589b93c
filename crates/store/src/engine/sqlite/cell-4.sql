create table nonces (
  key text not null,
  nonce text not null,
  until integer not null,
  primary key (key, nonce)
) without rowid;
create index nonces_by_end on nonces (until);
