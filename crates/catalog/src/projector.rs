//! Events in, table writes out.

use kernel::{Currency, Envelope, Projector, Timestamp, Write, args};
use serde::Serialize;
use std::collections::BTreeMap;

use crate::product::{Changed, Created, ProductEvent};
use crate::stock::StockEvent;
use crate::{Content, Product, ProductId, Status, Stock, VariantId};

/// A product as it is shown. The projector writes it as text, and reading a product is copying that text.
#[derive(Serialize)]
struct View<'a> {
    id: ProductId,
    handle: &'a str,
    title: &'a str,
    description: &'a str,
    status: Status,
    categories: &'a [String],
    attributes: &'a BTreeMap<String, String>,
    variants: Vec<VariantView<'a>>,
    version: i64,
    created_at: Timestamp,
    updated_at: Timestamp,
}

#[derive(Serialize)]
struct VariantView<'a> {
    id: VariantId,
    sku: &'a str,
    title: &'a str,
    price: i64,
    currency: Currency,
    options: &'a BTreeMap<String, String>,
}

impl Projector for Product {
    fn project(event: &Envelope<&ProductEvent>) -> Vec<Write> {
        let id = ProductId(event.stream_id);
        match event.data {
            ProductEvent::Created(Created { content, created }) => {
                let view = view(event, content, *created);
                let mut writes = vec![Write::one(
                    "insert into products (id, version, handle, title, status, view) values ($1, $2, $3, $4, $5, $6)",
                    args![id, event.version, &content.handle, &content.title, content.status.as_str(), view],
                )];
                writes.extend(parts(id, content));
                writes
            }
            ProductEvent::Changed(Changed { content, created }) => {
                let view = view(event, content, *created);
                let mut writes = vec![
                    Write::one(
                        "update products set version = $2, handle = $3, title = $4, status = $5, view = $6 where id = $1",
                        args![
                            id,
                            event.version,
                            &content.handle,
                            &content.title,
                            content.status.as_str(),
                            view
                        ],
                    ),
                    Write::any("delete from product_categories where product_id = $1", args![id]),
                    Write::any("delete from product_variants where product_id = $1", args![id]),
                    Write::any("delete from product_words where product_id = $1", args![id]),
                ];
                writes.extend(parts(id, content));
                writes
            }
        }
    }
}

fn parts(id: ProductId, content: &Content) -> Vec<Write> {
    let categories = content.categories.iter().map(|category| {
        Write::one(
            "insert into product_categories (product_id, category) values ($1, $2)",
            args![id, category],
        )
    });
    let variants = content.variants.iter().map(|variant| {
        Write::one(
            "insert into product_variants (id, product_id, sku, title, price, currency) values ($1, $2, $3, $4, $5, $6)",
            args![variant.id, id, &variant.sku, &variant.title, variant.price.amount, variant.price.currency.code()],
        )
    });
    let words = content.words().into_iter().map(|word| {
        Write::one("insert into product_words (word, product_id) values ($1, $2)", args![word, id])
    });
    categories.chain(variants).chain(words).collect()
}

fn view(event: &Envelope<&ProductEvent>, content: &Content, created: Timestamp) -> String {
    let variants = content.variants.iter().map(|variant| VariantView {
        id: variant.id,
        sku: &variant.sku,
        title: &variant.title,
        price: variant.price.amount,
        currency: variant.price.currency,
        options: &variant.options,
    });
    let view = View {
        id: ProductId(event.stream_id),
        handle: &content.handle,
        title: &content.title,
        description: &content.description,
        status: content.status,
        categories: &content.categories,
        attributes: &content.attributes,
        variants: variants.collect(),
        version: event.version,
        created_at: created,
        updated_at: event.at,
    };
    serde_json::to_string(&view).expect("a view has string keys and no failing serializers")
}

impl Projector for Stock {
    fn project(event: &Envelope<&StockEvent>) -> Vec<Write> {
        let (id, version) = (event.stream_id, event.version);
        let write = match event.data {
            StockEvent::Opened(opened) => Write::one(
                "insert into inventory (variant_id, product_id, sku, on_hand, reserved, version) values ($1, $2, $3, $4, 0, $5)",
                args![id, opened.product, &opened.sku, opened.on_hand, version],
            ),
            StockEvent::Adjusted(adjusted) => Write::one(
                "update inventory set on_hand = on_hand + $2, version = $3 where variant_id = $1",
                args![id, adjusted.delta, version],
            ),
            StockEvent::Reserved(reserved) => Write::one(
                "update inventory set reserved = reserved + $2, version = $3 where variant_id = $1 and on_hand - reserved >= $2",
                args![id, reserved.quantity, version],
            ),
            StockEvent::Released(released) => Write::one(
                "update inventory set reserved = reserved - $2, version = $3 where variant_id = $1",
                args![id, released.quantity, version],
            ),
            StockEvent::Shipped(shipped) => Write::one(
                "update inventory set on_hand = on_hand - $2, reserved = reserved - $2, version = $3 where variant_id = $1",
                args![id, shipped.quantity, version],
            ),
        };
        vec![write]
    }
}
