//! How counts are shown.

use serde::Serialize;
use utoipa::ToSchema;

use crate::finding::ask::{Counts, price_range_ends};

/// So many categories, and values of an attribute, are shown: those with the most products.
const MOST: usize = 100;

/// How many products each filter would leave. The filters of its own kind that are set already do not count for it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FacetsView {
    categories: Vec<CountView>,
    attributes: Vec<AttributeView>,
    prices: Vec<PriceRangeView>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CountView {
    value: String,
    count: u64,
}

/// An attribute, or an option of variants.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FoundAttribute)]
pub(crate) struct AttributeView {
    name: String,
    values: Vec<CountView>,
}

/// Products with a variant whose price lies in a range.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PriceRangeView {
    /// In minor units of the shop's currency, as `price_from` takes it.
    from: u64,
    /// As `price_to` takes it; absent where there is no end.
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<u64>,
    count: u64,
}

pub(crate) fn shown(counts: Counts) -> FacetsView {
    let prices = counts.prices.into_iter().map(|(range, count)| {
        let (from, to) = price_range_ends(range);
        PriceRangeView { from, to, count }
    });
    let attributes =
        counts.attributes.into_iter().map(|(name, values)| AttributeView { name, values: largest(values) });
    FacetsView {
        categories: largest(counts.categories),
        attributes: attributes.collect(),
        prices: prices.collect(),
    }
}

fn largest(counts: impl IntoIterator<Item = (String, u64)>) -> Vec<CountView> {
    let mut counts: Vec<CountView> =
        counts.into_iter().map(|(value, count)| CountView { value, count }).collect();
    counts.sort_by(|one, other| other.count.cmp(&one.count).then_with(|| one.value.cmp(&other.value)));
    counts.truncate(MOST);
    counts
}
