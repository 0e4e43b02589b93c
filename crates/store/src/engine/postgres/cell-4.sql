create table cell.nonces (
  key text collate "C" not null,
  nonce text collate "C" not null,
  until bigint not null,
  primary key (key, nonce)
);
create index nonces_by_end on cell.nonces (until);
