create table customers (
  id uuid not null,
  version bigint not null,
  origin text not null,
  name text not null,
  email text not null,
  phone_index uuid,
  person text,
  merged_into uuid,
  merged_because text,
  opened_at bigint not null,
  changed_at bigint not null,
  primary key (id)
);
create index customers_by_phone on customers (phone_index, id);
create index customers_by_merged on customers (merged_into, id);
create table customer_emails (
  customer_id uuid not null,
  email_index uuid not null,
  proven_at bigint,
  primary key (customer_id, email_index),
  foreign key (customer_id) references customers (id)
);
create index customer_emails_by_index on customer_emails (email_index, customer_id);
create table customer_words (
  customer_id uuid not null,
  source uuid not null,
  word text not null,
  primary key (customer_id, source, word),
  foreign key (customer_id) references customers (id)
);
create index customer_words_by_word on customer_words (word, customer_id);
create table customer_marks (
  customer_id uuid not null,
  mark text not null,
  primary key (customer_id, mark),
  foreign key (customer_id) references customers (id)
);
create index customer_marks_by_mark on customer_marks (mark, customer_id);
create table customer_external_ids (
  customer_id uuid not null,
  system text not null,
  value text not null,
  primary key (customer_id, system),
  foreign key (customer_id) references customers (id)
);
create index customer_external_ids_by_value on customer_external_ids (system, value, customer_id);
create table customer_guests (
  guest_id uuid not null,
  customer_id uuid not null,
  primary key (guest_id)
);
create index customer_guests_by_customer on customer_guests (customer_id, guest_id);
create table customer_addresses (
  id uuid not null,
  customer_id uuid not null,
  address text not null,
  delivery bigint not null,
  billing bigint not null,
  primary key (id),
  foreign key (customer_id) references customers (id)
);
create index customer_addresses_by_customer on customer_addresses (customer_id, id);
create table customer_notes (
  id uuid not null,
  customer_id uuid not null,
  text text not null,
  author text not null,
  written_at bigint not null,
  primary key (id),
  foreign key (customer_id) references customers (id)
);
create index customer_notes_by_customer on customer_notes (customer_id, id);
create table held_addresses (
  id uuid not null,
  customer_id uuid not null,
  primary key (id)
);
create index held_addresses_by_customer on held_addresses (customer_id);
