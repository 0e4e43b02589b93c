//! A product as people write it, with the limits to which every product keeps.

use std::collections::{BTreeMap, HashMap};

use kernel::{Check, Currency, Money, Problem};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Choice, Content, Status, TaxClass, Variant};
use crate::VariantId;
use crate::attributes::attribute::Value;
use crate::handle::handle_from;
use crate::media::{Media, Seo};

/// A product, as it is to be.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewProduct {
    #[schema(min_length = 1, max_length = 200)]
    pub title: String,
    /// Its name in addresses. Made from the title of a new product, and kept as it is of one that is there, when left out;
    /// what is changed leads on to what it became.
    #[schema(
        pattern = "^[a-z0-9]([a-z0-9-]{0,98}[a-z0-9])?$",
        extensions(("x-write" = json!("the handle with 1 to 100 lower-case letters, digits and hyphens")))
    )]
    pub handle: Option<String>,
    #[serde(default)]
    #[schema(max_length = 20000)]
    pub description: String,
    #[serde(default)]
    pub status: Status,
    #[serde(default)]
    #[schema(max_items = 50)]
    pub categories: Vec<String>,
    #[serde(default)]
    pub attributes: BTreeMap<String, Value>,
    #[schema(min_items = 1, max_items = 200)]
    pub variants: Vec<NewVariant>,
    /// Under which name taxes are looked up; `standard` when left out.
    #[schema(
        pattern = "^[a-z0-9]([a-z0-9-]{0,98}[a-z0-9])?$",
        extensions(("x-write" = json!("a tax class with 1 to 100 lower-case letters, digits and hyphens")))
    )]
    pub tax_class: Option<String>,
    #[schema(min_length = 1, max_length = 100)]
    pub brand: Option<String>,
    #[serde(default)]
    #[schema(max_items = 100)]
    pub tags: Vec<String>,
    /// What is chosen by. Once something is declared, each variant is one combination of it.
    #[serde(default)]
    #[schema(max_items = 10)]
    pub options: Vec<Choice>,
    /// In the order in which they are shown.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub media: Vec<Media>,
    #[serde(default)]
    pub seo: Seo,
}

/// What can be put into an order.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewVariant {
    #[schema(
        pattern = "^[!-~]{1,64}$",
        extensions(("x-write" = json!("a SKU with 1 to 64 letters, digits or signs, without spaces")))
    )]
    pub sku: String,
    /// Made of its options when left out: `Coal / Large`.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub title: String,
    /// In minor units: 1999 is 19.99 €.
    #[schema(
        minimum = 0,
        maximum = 1_000_000_000_000_i64,
        extensions(
            ("x-money" = json!("currency")),
            ("x-write" = json!("the price in minor units, 0 to 1,000,000,000,000"))
        )
    )]
    pub price: i64,
    /// The shop's currency when left out.
    pub currency: Option<String>,
    #[serde(default)]
    pub options: BTreeMap<String, String>,
    /// How many there are, for a variant that is new.
    #[schema(
        minimum = 0,
        maximum = 1_000_000_000_000_i64,
        extensions(("x-write" = json!("how many there are, 0 to 1,000,000,000,000")))
    )]
    pub stock: Option<i64>,
    #[schema(
        minimum = 0,
        maximum = 1_000_000_000,
        extensions(("x-write" = json!("the weight in grams, 0 to 1,000,000,000")))
    )]
    pub weight_grams: Option<i64>,
    /// What it cost before, in minor units.
    #[schema(
        minimum = 0,
        maximum = 1_000_000_000_000_i64,
        extensions(
            ("x-money" = json!("currency")),
            ("x-write" = json!("it in minor units, 0 to 1,000,000,000,000"))
        )
    )]
    pub compare_at: Option<i64>,
    /// The number under its bars: EAN, UPC, ISBN.
    #[schema(
        pattern = "^[!-~]{1,50}$",
        extensions(("x-write" = json!("a barcode with 1 to 50 digits or letters")))
    )]
    pub barcode: Option<String>,
}

impl NewProduct {
    pub fn content(&self, currency: Currency) -> Result<Content, Problem> {
        let mut check = Check::default();
        let mut variants = Vec::with_capacity(self.variants.len());
        for (n, variant) in self.variants.iter().enumerate() {
            let named = variant.currency.as_deref().map_or(Ok(currency), str::parse);
            check.that(
                named.is_ok(),
                format!("/variants/{n}/currency"),
                "write a currency as its three ISO 4217 letters, such as EUR",
            );
            variants.push(Variant {
                id: VariantId::new(),
                sku: variant.sku.clone(),
                title: variant.title.clone(),
                price: Money::new(variant.price, named.unwrap_or(currency)),
                options: variant.options.clone(),
                weight_grams: variant.weight_grams,
                compare_at: variant.compare_at,
                barcode: variant.barcode.clone(),
            });
        }
        check.done()?;
        Ok(Content {
            handle: self.handle.clone().unwrap_or_else(|| handle_from(&self.title)),
            title: self.title.clone(),
            description: self.description.clone(),
            status: self.status,
            categories: self.categories.clone(),
            attributes: self.attributes.clone(),
            variants,
            tax_class: self.tax_class.clone().map(TaxClass).unwrap_or_default(),
            brand: self.brand.clone(),
            tags: self.tags.clone(),
            options: self.options.clone(),
            media: self.media.clone(),
            seo: self.seo.clone(),
        })
    }

    /// How many there are of each SKU, where it says.
    pub fn stock(&self) -> HashMap<String, i64> {
        self.variants.iter().filter_map(|variant| Some((variant.sku.clone(), variant.stock?))).collect()
    }
}

/// What a product says, as it would be written.
impl From<&Content> for NewProduct {
    fn from(content: &Content) -> Self {
        let variant = |variant: &Variant| NewVariant {
            sku: variant.sku.clone(),
            title: variant.title.clone(),
            price: variant.price.amount,
            currency: Some(variant.price.currency.code().to_owned()),
            options: variant.options.clone(),
            stock: None,
            weight_grams: variant.weight_grams,
            compare_at: variant.compare_at,
            barcode: variant.barcode.clone(),
        };
        Self {
            title: content.title.clone(),
            handle: Some(content.handle.clone()),
            description: content.description.clone(),
            status: content.status,
            categories: content.categories.clone(),
            attributes: content.attributes.clone(),
            variants: content.variants.iter().map(variant).collect(),
            tax_class: Some(content.tax_class.0.clone()),
            brand: content.brand.clone(),
            tags: content.tags.clone(),
            options: content.options.clone(),
            media: content.media.clone(),
            seo: content.seo.clone(),
        }
    }
}

impl Content {
    /// Whether a product can be so. Everything that is wrong is told at once.
    pub fn check(&self, currency: Currency) -> Result<(), Problem> {
        let mut check = Check::default();
        edge::check_limits(&NewProduct::from(self), "", &mut check);
        self.check_rules(currency, &mut check);
        check.done()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_is_wrong_is_told_at_once() {
        let content = Content { handle: "Not A Handle".into(), ..Content::default() };
        let problem = content.check("EUR".parse().unwrap()).unwrap_err();
        let pointers: Vec<_> = problem.fields.iter().map(|field| field.pointer.as_str()).collect();
        assert_eq!(pointers, ["/handle", "/title", "/variants"]);
    }
}
