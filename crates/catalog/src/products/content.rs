//! The content of a product: its texts, attributes, variants, and media.

use std::collections::BTreeMap;

use kernel::problem::pointer_part;
use kernel::{Check, Currency, within};
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};
use utoipa::ToSchema;

use super::Choice;
use super::variant::{LONGEST_TITLE, Variant};
use crate::attributes::attribute::Value;
use crate::handle::is_handle;
use crate::media::{Media, Seo};

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ProductStatus)]
#[derive(IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Status {
    Draft,
    #[default]
    Active,
    Archived,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    pub handle: String,
    pub title: String,
    pub description: String,
    pub status: Status,
    pub categories: Vec<String>,
    pub attributes: BTreeMap<String, Value>,
    pub variants: Vec<Variant>,
    // What came with the second schema is not written where it says nothing, so that a state reads the same whether
    // it was kept before or is folded today.
    #[serde(default, skip_serializing_if = "TaxClass::is_standard")]
    pub tax_class: TaxClass,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brand: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<Choice>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub media: Vec<Media>,
    #[serde(default, skip_serializing_if = "Seo::is_empty")]
    pub seo: Seo,
}

/// Under which name taxes are looked up: `standard`, unless the product says otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TaxClass(pub String);

impl Default for TaxClass {
    fn default() -> Self {
        Self("standard".into())
    }
}

impl TaxClass {
    fn is_standard(&self) -> bool {
        self.0 == "standard"
    }
}

/// What a variant is, in the order in which it is chosen, or else of the names. As long as a title may be.
fn name_of(declared: &[Choice], variant: &Variant) -> String {
    let options = &variant.options;
    let values: Vec<&str> = match declared {
        [] => options.values().map(String::as_str).collect(),
        declared => {
            declared.iter().filter_map(|choice| options.get(&choice.name)).map(String::as_str).collect()
        }
    };
    values.join(" / ").chars().take(LONGEST_TITLE).collect()
}

impl Content {
    /// Names each variant that has no title after what it is: `Coal / Large`. One that was named so before is named anew,
    /// so that it does not keep the name of what it was.
    pub fn name_variants(&mut self, before: &Self) {
        for variant in &mut self.variants {
            let was = before.variants.iter().find(|was| was.sku == variant.sku);
            let own = |was: &Variant| was.title == variant.title && was.title == before.name_of(was);
            if variant.title.is_empty() || was.is_some_and(own) {
                variant.title = name_of(&self.options, variant);
            }
        }
    }

    fn name_of(&self, variant: &Variant) -> String {
        name_of(&self.options, variant)
    }

    /// Notes what is wrong beside the limits of `NewProduct`.
    pub(super) fn check_rules(&self, currency: Currency, check: &mut Check) {
        for (n, category) in self.categories.iter().enumerate() {
            check.that(
                is_handle(category),
                format!("/categories/{n}"),
                "write a category with lower-case letters, digits and hyphens",
            );
            check.that(
                !self.categories[..n].contains(category),
                format!("/categories/{n}"),
                "name a category once",
            );
        }
        check.that(self.attributes.len() <= 100, "/attributes", "a product has at most 100 attributes");
        for (name, value) in &self.attributes {
            check.that(
                within(name, 1, 100) && within(&value.to_string(), 0, 1000),
                format!("/attributes/{}", pointer_part(name)),
                "name and value are too long or empty",
            );
        }
        for (n, tag) in self.tags.iter().enumerate() {
            let once = within(tag, 1, 100) && !self.tags[..n].contains(tag);
            check.that(once, format!("/tags/{n}"), "a tag has 1 to 100 letters, and is named once");
        }
        Media::check_all(&self.media, check);
        for (n, variant) in self.variants.iter().enumerate() {
            variant.check(n, currency, check);
            let twice = self.variants[..n].iter().any(|other| other.sku == variant.sku);
            check.that(!twice, format!("/variants/{n}/sku"), "each variant needs a SKU of its own");
        }
        Choice::check_all(&self.options, &self.variants, check);
    }
}
