//! Addresses and lines as requests name them.

use catalog::{OfferBy, VariantId};
use kernel::Check;
use places::{check_address, tidy_postal_code};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::order::Address;

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAddress {
    #[schema(min_length = 1, max_length = 200, extensions(("x-write" = json!("street and number, in 1 to 200 letters"))))]
    pub line1: String,
    #[schema(max_length = 200)]
    pub line2: Option<String>,
    #[schema(min_length = 1, max_length = 100)]
    pub city: String,
    /// As the country writes it; left out where there are none.
    #[serde(default)]
    pub postal_code: String,
    #[schema(max_length = 100)]
    pub region: Option<String>,
    /// Two letters, ISO 3166-1: IE.
    pub country: String,
}

/// A variant, by its id or its SKU, and how many.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewLine {
    #[schema(value_type = Option<Uuid>)]
    pub variant_id: Option<VariantId>,
    pub sku: Option<String>,
    #[schema(minimum = 1, maximum = 10_000, extensions(("x-write" = json!("how many of it, 1 to 10,000"))))]
    pub quantity: i64,
}

impl NewAddress {
    /// Beside the limits of its schema.
    pub(crate) fn check(&self, at: &str, check: &mut Check) {
        check_address(check, at, &self.country, &self.postal_code);
    }

    pub(crate) fn address(&self) -> Address {
        Address {
            line1: self.line1.clone(),
            line2: self.line2.clone(),
            city: self.city.clone(),
            postal_code: tidy_postal_code(&self.country, &self.postal_code),
            region: self.region.clone(),
            country: self.country.clone(),
        }
    }
}

impl From<&Address> for NewAddress {
    fn from(known: &Address) -> Self {
        Self {
            line1: known.line1.clone(),
            line2: known.line2.clone(),
            city: known.city.clone(),
            postal_code: known.postal_code.clone(),
            region: known.region.clone(),
            country: known.country.clone(),
        }
    }
}

impl NewLine {
    /// Beside the limits of its schema.
    pub(crate) fn check(&self, at: &str, check: &mut Check) {
        let named = self.variant_id.is_some() != self.sku.is_some();
        check.that(
            named,
            format!("{at}/variant_id"),
            "name the variant by variant_id or by sku, and not by both",
        );
    }

    pub(crate) fn by(&self) -> OfferBy {
        match (&self.variant_id, &self.sku) {
            (Some(id), _) => OfferBy::Variant(*id),
            (None, sku) => OfferBy::Sku(sku.clone().unwrap_or_default()),
        }
    }

    pub(crate) fn named_by(&self) -> &'static str {
        if self.variant_id.is_some() { "variant_id" } else { "sku" }
    }
}
