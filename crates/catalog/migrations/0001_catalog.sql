create table products (
  id uuid not null,
  version bigint not null,
  handle text not null,
  title text not null,
  status text not null,
  view text not null,
  primary key (id),
  unique (handle)
);
create index products_by_status on products (status, id);
create table product_categories (
  product_id uuid not null,
  category text not null,
  primary key (category, product_id),
  foreign key (product_id) references products (id)
);
create index product_categories_by_product on product_categories (product_id);
create table product_variants (
  id uuid not null,
  product_id uuid not null,
  sku text not null,
  title text not null,
  price bigint not null,
  currency text not null,
  primary key (id),
  foreign key (product_id) references products (id),
  unique (sku)
);
create index product_variants_by_product on product_variants (product_id);
create table product_words (
  word text not null,
  product_id uuid not null,
  primary key (word, product_id)
);
create index product_words_by_product on product_words (product_id);
create table inventory (
  variant_id uuid not null,
  product_id uuid not null,
  sku text not null,
  on_hand bigint not null,
  reserved bigint not null,
  version bigint not null,
  primary key (variant_id),
  check (reserved >= 0),
  check (on_hand >= reserved)
);
create index inventory_by_product on inventory (product_id);
