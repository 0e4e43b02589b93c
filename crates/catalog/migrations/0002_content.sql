alter table products add column tax_class text not null default 'standard';
alter table product_variants add column weight_grams bigint;
alter table product_variants add column compare_at bigint;
alter table product_variants add column barcode text;
create index product_variants_by_barcode on product_variants (barcode);
create table attributes (
  id uuid not null,
  name text not null,
  version bigint not null,
  view text not null,
  primary key (id),
  unique (name)
);
