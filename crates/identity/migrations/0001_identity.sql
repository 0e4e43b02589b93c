create table accounts (
  id uuid not null,
  version bigint not null,
  audience text not null,
  email_index uuid,
  email text not null,
  name text not null,
  password text,
  password_round bigint not null,
  verified_at bigint,
  app_since bigint,
  recovery_left bigint not null,
  roles text not null,
  opened_at bigint not null,
  disabled_at bigint,
  primary key (id)
);
create index accounts_by_email on accounts (email_index, audience);
create index accounts_by_audience on accounts (audience, id);
create table account_addresses (
  id uuid not null,
  holder uuid not null,
  primary key (id)
);
create index account_addresses_by_holder on account_addresses (holder);
create table passkeys (
  id uuid not null,
  account_id uuid not null,
  credential bytea not null,
  record text not null,
  name text not null,
  added_at bigint not null,
  used_at bigint,
  primary key (id),
  foreign key (account_id) references accounts (id)
);
create index passkeys_by_account on passkeys (account_id, id);
create index passkeys_by_credential on passkeys (credential);
create table sessions (
  id uuid not null,
  version bigint not null,
  account_id uuid not null,
  kind text not null,
  methods text not null,
  device text not null,
  generation bigint not null,
  opened_at bigint not null,
  proven_at bigint not null,
  seen_at bigint not null,
  expires_at bigint not null,
  ended_at bigint,
  ended_because text,
  primary key (id),
  foreign key (account_id) references accounts (id)
);
create index sessions_by_account on sessions (account_id, id);
create table roles (
  name text not null,
  version bigint not null,
  about text not null,
  grants text not null,
  changed_at bigint not null,
  removed_at bigint,
  primary key (name)
);
create table token_rings (
  one bigint not null,
  version bigint not null,
  sealed text not null,
  turned_at bigint not null,
  primary key (one)
);
