//! What is asked for: words, filters, an order, a page.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};
use uuid::Uuid;

use crate::language::Language;
use crate::stopped::Stopped;

/// A search.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Ask {
    /// Everything when left out.
    pub(crate) q: Option<String>,
    pub(crate) language: Option<Language>,
    /// Only products of this status; of every status when left out.
    pub(crate) status: Option<String>,
    pub(crate) filters: Filters,
    pub(crate) sort: Sort,
}

/// Within one of these a product needs to be one of several things; it needs to be something of each.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Filters {
    pub(crate) categories: BTreeSet<String>,
    /// Values by the attribute's name.
    pub(crate) attributes: BTreeMap<String, BTreeSet<String>>,
    pub(crate) price: Option<Prices>,
}

/// From one amount to another, both included, in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Prices {
    pub(crate) from: u64,
    pub(crate) to: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[derive(IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub(crate) enum Sort {
    Relevance,
    Newest,
    #[strum(serialize = "price")]
    PriceUp,
    #[strum(serialize = "-price")]
    PriceDown,
    Title,
}

/// What a product is put in order by. The larger number comes first; titles come by their letters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Rank {
    Number(u64),
    Title(String),
}

/// Which part of what is found is wanted.
#[derive(Debug, Clone)]
pub(crate) struct Slice {
    /// Behind this one.
    pub(crate) after: Option<(Rank, Uuid)>,
    pub(crate) most: usize,
    pub(crate) facets: bool,
    /// Whether words are looked for in titles only.
    pub(crate) titles: bool,
    /// When it is given up.
    pub(crate) until: Instant,
}

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) hits: Vec<(Rank, Uuid)>,
    pub(crate) total: u64,
    /// Whether no product had all of the words, and these have most of them.
    pub(crate) relaxed: bool,
    pub(crate) facets: Counts,
}

/// How many products there are of each thing that could be filtered by. The filters of the same kind do not count.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) categories: BTreeMap<String, u64>,
    pub(crate) attributes: BTreeMap<String, BTreeMap<String, u64>>,
    /// By the number of the range.
    pub(crate) prices: BTreeMap<usize, u64>,
}

/// Counts steps, and looks at the clock now and then.
pub(crate) struct Patience {
    until: Instant,
    steps: u32,
}

impl Patience {
    pub(crate) fn until(until: Instant) -> Self {
        Self { until, steps: 0 }
    }

    pub(crate) fn step(&mut self) -> Result<(), Stopped> {
        self.steps += 1;
        let late = self.steps.is_multiple_of(1024) && Instant::now() > self.until;
        if late { Err(Stopped::TooLate) } else { Ok(()) }
    }
}

/// Prices lie in ranges that begin at 0, 5, 10, 25, 50, 100, … of a currency with two decimals. These are the beginnings.
const BEGINNINGS: [u64; PRICE_RANGES] = {
    let mut beginnings = [0; PRICE_RANGES];
    let (mut range, mut power) = (1, 100);
    while range < PRICE_RANGES {
        beginnings[range] = power * [5, 10, 25][(range - 1) % 3];
        if range.is_multiple_of(3) {
            power *= 10;
        }
        range += 1;
    }
    beginnings
};

pub(crate) const PRICE_RANGES: usize = 31;

/// The number of the range that a price lies in.
pub(crate) fn price_range(price: u64) -> usize {
    BEGINNINGS.partition_point(|beginning| *beginning <= price) - 1
}

/// The lowest and the highest price of a range; the last has no end.
pub(crate) fn price_range_ends(range: usize) -> (u64, Option<u64>) {
    (BEGINNINGS[range], BEGINNINGS.get(range + 1).map(|next| next - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_price_lies_in_one_range() {
        for (price, low, end) in [
            (0, 0, 499),
            (499, 0, 499),
            (500, 500, 999),
            (1999, 1000, 2499),
            (2500, 2500, 4999),
            (5000, 5000, 9999),
        ] {
            assert_eq!(price_range_ends(price_range(price)), (low, Some(end)), "{price}");
        }
        assert_eq!(price_range_ends(price_range(u64::MAX)).1, None);
        assert!(BEGINNINGS.is_sorted());
    }
}
