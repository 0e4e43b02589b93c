create table former_handles (
  claim_id uuid not null,
  handle text not null,
  product_id uuid not null,
  primary key (claim_id)
);
create index former_handles_by_handle on former_handles (handle);
