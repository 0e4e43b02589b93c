create table payments (
  id uuid not null,
  version bigint not null,
  order_id uuid not null,
  payer_id uuid not null,
  provider_id uuid not null,
  status text not null,
  currency text not null,
  asked bigint not null,
  authorised bigint not null,
  captured bigint not null,
  refunded bigint not null,
  lost bigint not null,
  open bigint not null,
  by_hand bigint not null,
  capture text not null,
  attempt bigint not null,
  method text not null,
  card text,
  reference text,
  challenge text,
  problem_code text,
  problem_detail text,
  begun_at bigint not null,
  updated_at bigint not null,
  primary key (id),
  check (captured >= 0 and refunded >= 0 and lost >= 0),
  check (captured <= authorised and refunded + lost <= captured)
);
create index payments_by_order on payments (order_id, id);
create index payments_by_payer on payments (payer_id, id);
create index payments_by_status on payments (status, id);
create index payments_by_reference on payments (reference);
create table payment_transactions (
  id uuid not null,
  payment_id uuid not null,
  provider_id uuid,
  request text not null,
  number bigint not null,
  key text not null,
  amount bigint not null,
  moved bigint not null,
  state text not null,
  tries bigint not null,
  detail text,
  note text,
  asked_at bigint not null,
  ask_at bigint,
  answered_at bigint,
  primary key (id),
  foreign key (payment_id) references payments (id)
);
create index payment_transactions_by_payment on payment_transactions (payment_id, id);
create index payment_transactions_by_ask on payment_transactions (ask_at, id);
create index payment_transactions_by_answer on payment_transactions (answered_at, id);
create table refunds (
  id uuid not null,
  payment_id uuid not null,
  number bigint not null,
  amount bigint not null,
  reason text,
  state text not null,
  reference text,
  requested_at bigint not null,
  settled_at bigint,
  primary key (id),
  foreign key (payment_id) references payments (id),
  check (amount > 0)
);
create index refunds_by_payment on refunds (payment_id, id);
create table disputes (
  id uuid not null,
  payment_id uuid not null,
  reference text not null,
  amount bigint not null,
  reason text not null,
  state text not null,
  opened_at bigint not null,
  closed_at bigint,
  primary key (id),
  foreign key (payment_id) references payments (id)
);
create index disputes_by_payment on disputes (payment_id, id);
create table tabs (
  id uuid not null,
  version bigint not null,
  open_payment uuid,
  primary key (id)
);
create table payment_providers (
  id uuid not null,
  version bigint not null,
  definition text not null,
  secret text,
  webhook_secret text,
  changed_at bigint not null,
  removed_at bigint,
  primary key (id)
);
create table payment_notices (
  id uuid not null,
  provider_id uuid not null,
  event text not null,
  kind text not null,
  payment_id uuid,
  received_at bigint not null,
  primary key (id)
);
create table payment_reports (
  id uuid not null,
  version bigint not null,
  day text not null,
  provider_id uuid not null,
  report text not null,
  made_at bigint not null,
  primary key (id)
);
create index payment_reports_by_day on payment_reports (day, id);
