//! Addresses and lines as requests name them.

use catalog::{OfferBy, VariantId};
use kernel::{Check, within};
use places::{check_address, tidy_postal_code};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::bounds::MOST_OF_A_THING;
use crate::order::Address;

#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAddress {
    pub line1: String,
    pub line2: Option<String>,
    pub city: String,
    /// As the country writes it; left out where there are none.
    #[serde(default)]
    pub postal_code: String,
    pub region: Option<String>,
    /// Two letters, ISO 3166-1: IE.
    pub country: String,
}

/// A variant, by its id or its SKU, and how many.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewLine {
    #[schema(value_type = Option<Uuid>)]
    pub variant_id: Option<VariantId>,
    pub sku: Option<String>,
    /// 1 to 10,000.
    pub quantity: i64,
}

impl NewAddress {
    pub(crate) fn check(&self, at: &str, check: &mut Check) {
        let field = |name| format!("{at}/{name}");
        check.that(
            within(&self.line1, 1, 200),
            field("line1"),
            "give street and number, in 1 to 200 letters",
        );
        check.that(
            self.line2.as_ref().is_none_or(|line| within(line, 0, 200)),
            field("line2"),
            "at most 200 letters",
        );
        check.that(within(&self.city, 1, 100), field("city"), "give a city of 1 to 100 letters");
        check.that(
            self.region.as_ref().is_none_or(|region| within(region, 0, 100)),
            field("region"),
            "at most 100 letters",
        );
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
    pub(crate) fn check(&self, at: &str, check: &mut Check) {
        let some = (1..=MOST_OF_A_THING).contains(&self.quantity);
        check.that(some, format!("{at}/quantity"), "order 1 to 10,000 of a thing");
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
