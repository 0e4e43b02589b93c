//! Writes the tables of products and attributes.

use std::collections::BTreeMap;

use kernel::{Currency, Envelope, Projector, Timestamp, Word, Write, args};
use serde::Serialize;

use super::Choice;
use super::product::{Changed, Created, ProductEvent};

use crate::attributes::attribute::{self, Attribute, AttributeEvent, Value};
use crate::media::{Media, Seo};
use crate::{Content, Product, ProductId, Status, VariantId};

/// A product as it is shown. The projector writes it as text, and reading a product is copying that text.
#[derive(Serialize)]
struct View<'a> {
    id: ProductId,
    handle: &'a str,
    title: &'a str,
    description: &'a str,
    status: Status,
    categories: &'a [String],
    attributes: &'a BTreeMap<String, Value>,
    variants: Vec<VariantView<'a>>,
    version: i64,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// Absent where the event is of the first schema: what was written then reads as it was written.
    #[serde(flatten)]
    details: Option<Details<'a>>,
}

/// What the second schema added.
#[derive(Serialize)]
struct Details<'a> {
    tax_class: &'a str,
    brand: Option<&'a str>,
    tags: &'a [String],
    options: &'a [Choice],
    media: &'a [Media],
    seo: &'a Seo,
}

#[derive(Serialize)]
struct VariantView<'a> {
    id: VariantId,
    sku: &'a str,
    title: &'a str,
    price: i64,
    currency: Currency,
    options: &'a BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    weight_grams: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    compare_at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    barcode: Option<&'a str>,
}

impl Projector for Product {
    fn project(event: &Envelope<&ProductEvent>) -> Vec<Write> {
        let id = ProductId(event.stream_id);
        match event.data {
            ProductEvent::Created(Created { content, created }) => {
                let view = view(event, content, *created);
                let mut writes = vec![Write::one(
                    "insert into products (id, version, handle, title, status, view, tax_class) values ($1, $2, $3, $4, $5, $6, $7)",
                    args![
                        id,
                        event.version,
                        &content.handle,
                        &content.title,
                        content.status.as_str(),
                        view,
                        &content.tax_class.0
                    ],
                )];
                writes.extend(parts(id, content));
                writes
            }
            ProductEvent::Changed(Changed { content, created }) => {
                let view = view(event, content, *created);
                let mut writes = vec![
                    Write::one(
                        "update products set version = $2, handle = $3, title = $4, status = $5, view = $6, tax_class = $7 where id = $1",
                        args![
                            id,
                            event.version,
                            &content.handle,
                            &content.title,
                            content.status.as_str(),
                            view,
                            &content.tax_class.0
                        ],
                    ),
                    Write::any("delete from product_categories where product_id = $1", args![id]),
                    Write::any("delete from product_variants where product_id = $1", args![id]),
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
            "insert into product_variants (id, product_id, sku, title, price, currency, weight_grams, compare_at, barcode) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            args![
                variant.id,
                id,
                &variant.sku,
                &variant.title,
                variant.price.amount,
                variant.price.currency.code(),
                variant.weight_grams,
                variant.compare_at,
                variant.barcode.clone()
            ],
        )
    });
    categories.chain(variants).collect()
}

fn view(event: &Envelope<&ProductEvent>, content: &Content, created: Timestamp) -> String {
    let variants = content.variants.iter().map(|variant| VariantView {
        id: variant.id,
        sku: &variant.sku,
        title: &variant.title,
        price: variant.price.amount,
        currency: variant.price.currency,
        options: &variant.options,
        weight_grams: variant.weight_grams,
        compare_at: variant.compare_at,
        barcode: variant.barcode.as_deref(),
    });
    let details = Details {
        tax_class: &content.tax_class.0,
        brand: content.brand.as_deref(),
        tags: &content.tags,
        options: &content.options,
        media: &content.media,
        seo: &content.seo,
    };
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
        details: (event.schema > 1).then_some(details),
    };
    serde_json::to_string(&view).expect("a view has string keys and no failing serializers")
}

impl Projector for Attribute {
    fn project(event: &Envelope<&AttributeEvent>) -> Vec<Write> {
        let (id, version) = (event.stream_id, event.version);
        let view = |declaration: &attribute::Declaration| {
            serde_json::to_string(declaration)
                .expect("a declaration has string keys and no failing serializers")
        };
        let write = match event.data {
            AttributeEvent::Declared(attribute::Declared { declaration }) => Write::one(
                "insert into attributes (id, name, version, view) values ($1, $2, $3, $4)",
                args![id, &declaration.name, version, view(declaration)],
            ),
            AttributeEvent::Changed(attribute::Changed { declaration }) => Write::one(
                "update attributes set version = $2, view = $3 where id = $1",
                args![id, version, view(declaration)],
            ),
            AttributeEvent::Removed(_) => Write::one("delete from attributes where id = $1", args![id]),
        };
        vec![write]
    }
}
