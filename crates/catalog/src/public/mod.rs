//! What the catalog tells everybody else of products and how they are sorted. Money is in minor units.

pub mod prices;
pub mod stock;

use std::collections::BTreeMap;

use edge::published::{About, Example};
use kernel::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::{Uuid, uuid};

use crate::Category;
use crate::attributes::attribute::{AttributeEvent, Declaration, Type, Value};
use crate::categories::category::TreeEvent;
use crate::media::{Media, Seo};
use crate::products::Choice;
use crate::products::product::ProductEvent;
use crate::products::{Content, Status, Variant};

edge::published! {
    /// What is sold.
    pub enum ProductTold of ProductEvent, on CatalogEvents {
        /// A product was made.
        Created(ProductDescribed) = ("product.created", 1),
        /// A product was changed.
        Changed(ProductDescribed) = ("product.changed", 1),
    } = of_product;
}

edge::published! {
    /// What the shop declares of its products' attributes.
    pub enum AttributeTold of AttributeEvent, on CatalogEvents {
        /// An attribute was declared.
        Declared(AttributeDeclared) = ("attribute.declared", 1),
        /// An attribute was changed.
        Changed(AttributeDeclared) = ("attribute.changed", 1),
        /// An attribute was removed.
        Removed(AttributeRemoved) = ("attribute.removed", 1),
    } = of_attribute;
}

edge::published! {
    /// How products are sorted.
    pub enum CategoryTold of TreeEvent, on CatalogEvents {
        /// A category was made.
        Made(CategoryDescribed) = ("category.made", 1),
        /// A category was changed or moved.
        Changed(CategoryDescribed) = ("category.changed", 1),
        /// A category was removed.
        Removed(CategoryRemoved) = ("category.removed", 1),
    } = of_category;
}

/// All that a product says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProductDescribed {
    pub product_id: Uuid,
    /// Its name in addresses.
    pub handle: String,
    pub title: String,
    pub description: String,
    pub status: Status,
    /// The handles of the categories that it is in.
    pub categories: Vec<String>,
    pub attributes: BTreeMap<String, Value>,
    pub variants: Vec<VariantDescribed>,
    /// Under which name taxes are looked up.
    pub tax_class: String,
    pub brand: Option<String>,
    pub tags: Vec<String>,
    /// What is chosen by.
    pub options: Vec<Choice>,
    /// In the order in which they are shown.
    pub media: Vec<Media>,
    pub seo: Seo,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
}

/// What can be put into an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct VariantDescribed {
    pub variant_id: Uuid,
    pub sku: String,
    pub title: String,
    /// In minor units of the currency; price lists may say otherwise.
    #[schema(extensions(("x-money" = json!("currency"))))]
    pub price: i64,
    pub currency: String,
    /// What it cost before.
    #[schema(extensions(("x-money" = json!("currency"))))]
    pub compare_at: Option<i64>,
    pub options: BTreeMap<String, String>,
    pub weight_grams: Option<i64>,
    /// The number under its bars: EAN, UPC, ISBN.
    pub barcode: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AttributeDeclared {
    pub attribute_id: Uuid,
    pub declaration: Declaration,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AttributeRemoved {
    pub attribute_id: Uuid,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CategoryDescribed {
    pub category_id: Uuid,
    pub category: Category,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CategoryRemoved {
    pub category_id: Uuid,
}

fn of_product(event: &ProductEvent, about: &About) -> Option<ProductTold> {
    Some(match event {
        ProductEvent::Created(made) => {
            ProductTold::Created(ProductDescribed::of(about.id, &made.content, made.created))
        }
        ProductEvent::Changed(changed) => {
            ProductTold::Changed(ProductDescribed::of(about.id, &changed.content, changed.created))
        }
    })
}

fn of_attribute(event: &AttributeEvent, about: &About) -> Option<AttributeTold> {
    let attribute_id = about.id;
    let declared =
        |declaration: &Declaration| AttributeDeclared { attribute_id, declaration: declaration.clone() };
    Some(match event {
        AttributeEvent::Declared(event) => AttributeTold::Declared(declared(&event.declaration)),
        AttributeEvent::Changed(event) => AttributeTold::Changed(declared(&event.declaration)),
        AttributeEvent::Removed(_) => AttributeTold::Removed(AttributeRemoved { attribute_id }),
    })
}

/// All categories are of one stream, so each event says which of them it is about.
fn of_category(event: &TreeEvent, _: &About) -> Option<CategoryTold> {
    Some(match event {
        TreeEvent::Made(made) => CategoryTold::Made(CategoryDescribed {
            category_id: made.id.uuid(),
            category: made.category.clone(),
        }),
        TreeEvent::Changed(changed) => CategoryTold::Changed(CategoryDescribed {
            category_id: changed.id.uuid(),
            category: changed.category.clone(),
        }),
        TreeEvent::Removed(removed) => {
            CategoryTold::Removed(CategoryRemoved { category_id: removed.id.uuid() })
        }
    })
}

impl ProductDescribed {
    fn of(product_id: Uuid, content: &Content, created_at: Timestamp) -> Self {
        let content = content.clone();
        Self {
            product_id,
            handle: content.handle,
            title: content.title,
            description: content.description,
            status: content.status,
            categories: content.categories,
            attributes: content.attributes,
            variants: content.variants.into_iter().map(VariantDescribed::of).collect(),
            tax_class: content.tax_class.0,
            brand: content.brand,
            tags: content.tags,
            options: content.options,
            media: content.media,
            seo: content.seo,
            created_at,
        }
    }
}

impl VariantDescribed {
    fn of(variant: Variant) -> Self {
        Self {
            variant_id: variant.id.uuid(),
            sku: variant.sku,
            title: variant.title,
            price: variant.price.amount,
            currency: variant.price.currency.code().to_owned(),
            compare_at: variant.compare_at,
            options: variant.options,
            weight_grams: variant.weight_grams,
            barcode: variant.barcode,
        }
    }
}

const PRODUCT: Uuid = uuid!("01934900-aa11-7bb2-8cc3-4dd5ee6ff776");
const VARIANT: Uuid = uuid!("01934900-aa11-7bb2-8cc3-4dd5ee6ff787");
const ORDER: Uuid = uuid!("01934b2e-7c41-7a05-9d3f-5f2c8e6a1b10");
const CATEGORY: Uuid = uuid!("01934800-3c5e-7d71-a2b4-6c8e0f1a3b98");
const ATTRIBUTE: Uuid = uuid!("5f0c7d1e-2b3a-5c4d-8e6f-7a9b0c1d2ea9");
/// 2026-05-03T14:00:00Z
const THEN: Timestamp = Timestamp::from_micros(1_777_816_800_000_000);

impl Example for ProductDescribed {
    fn example() -> Self {
        Self {
            product_id: PRODUCT,
            handle: "mug".into(),
            title: "Mug".into(),
            description: "Stoneware, for a third of a litre.".into(),
            status: Status::Active,
            categories: vec!["kitchen".into()],
            attributes: BTreeMap::from([("dishwasher-safe".to_owned(), Value::Flag(true))]),
            variants: vec![VariantDescribed::example()],
            tax_class: "standard".into(),
            brand: Some("Quay Pottery".into()),
            tags: vec!["new".into()],
            options: vec![Choice { name: "colour".into(), values: vec!["white".into()] }],
            media: Vec::new(),
            seo: Seo::default(),
            created_at: THEN,
        }
    }
}

impl Example for VariantDescribed {
    fn example() -> Self {
        Self {
            variant_id: VARIANT,
            sku: "MUG-WHITE".into(),
            title: "white".into(),
            price: 1450,
            currency: "EUR".into(),
            compare_at: None,
            options: BTreeMap::from([("colour".to_owned(), "white".to_owned())]),
            weight_grams: Some(350),
            barcode: None,
        }
    }
}

impl Example for AttributeDeclared {
    fn example() -> Self {
        let (name, kind) = ("dishwasher-safe".into(), Type::Boolean);
        let declaration = Declaration { name, kind, filterable: true, ..Declaration::default() };
        Self { attribute_id: ATTRIBUTE, declaration }
    }
}

impl Example for AttributeRemoved {
    fn example() -> Self {
        Self { attribute_id: ATTRIBUTE }
    }
}

impl Example for CategoryDescribed {
    fn example() -> Self {
        let (handle, title) = ("kitchen".into(), "Kitchen".into());
        Self { category_id: CATEGORY, category: Category { handle, title, ..Category::default() } }
    }
}

impl Example for CategoryRemoved {
    fn example() -> Self {
        Self { category_id: CATEGORY }
    }
}
