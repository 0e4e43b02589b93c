//! Filters, and how many products each thing that could be filtered by would leave. A filter does not count for those
//! of its own kind: who has chosen red still sees how many are blue.

use std::ops::Range;

use tantivy::SegmentReader;
use tantivy::columnar::{Column, StrColumn};
use tantivy::index::InvertedIndexReader;
use tantivy::schema::IndexRecordOption;

use super::ask::{Counts, Filters, PRICE_RANGES, Prices, price_range};
use crate::index::entry::{APART, Fields, column};
use crate::stopped::Stopped;

/// The filters of one segment, one bit each.
pub(crate) struct Groups {
    /// Documents that pass, by filter; the attributes in the order of their names, after the categories.
    passing: Vec<(Kind, Vec<u64>)>,
    prices: Option<(Column<u64>, Prices)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    Categories,
    Attribute(String),
}

impl Groups {
    pub(crate) fn of(segment: &SegmentReader, fields: &Fields, filters: &Filters) -> Result<Self, Stopped> {
        let mut passing = Vec::new();
        if !filters.categories.is_empty() {
            let index = segment.inverted_index(fields.category)?;
            let names = filters.categories.iter().cloned();
            passing.push((Kind::Categories, documents(segment, &index, names)?));
        }
        if !filters.attributes.is_empty() {
            let index = segment.inverted_index(fields.attribute)?;
            for (name, values) in &filters.attributes {
                let names = values.iter().map(|value| format!("{name}{APART}{value}"));
                passing.push((Kind::Attribute(name.clone()), documents(segment, &index, names)?));
            }
        }
        let prices = match filters.price {
            Some(range) => Some((segment.fast_fields().u64(column::PRICE)?, range)),
            None => None,
        };
        Ok(Self { passing, prices })
    }

    /// The filters that a document does not pass, one bit each.
    pub(crate) fn missed(&self, document: u32) -> u32 {
        let (word, bit) = place(document);
        let mut missed = 0;
        for (number, (_, passing)) in self.passing.iter().enumerate() {
            let passes = passing.get(word).is_some_and(|bits| bits & bit != 0);
            missed |= u32::from(!passes) << number;
        }
        if let Some((column, Prices { from, to })) = &self.prices {
            let passes = column.values_for_doc(document).any(|price| (*from..=*to).contains(&price));
            missed |= u32::from(!passes) << PRICES;
        }
        missed
    }
}

/// The bit of the price; attributes and categories have those below.
const PRICES: u32 = 31;

fn documents(
    segment: &SegmentReader,
    index: &InvertedIndexReader,
    names: impl Iterator<Item = String>,
) -> Result<Vec<u64>, Stopped> {
    let mut bits = vec![0_u64; usize::try_from(segment.max_doc()).unwrap_or(0).div_ceil(64)];
    for name in names {
        let Some(term) = index.terms().get(&name)? else { continue };
        let mut postings = index.read_block_postings_from_terminfo(&term, IndexRecordOption::Basic)?;
        while !postings.docs().is_empty() {
            for document in postings.docs() {
                let (word, bit) = place(*document);
                bits[word] |= bit;
            }
            postings.advance();
        }
    }
    Ok(bits)
}

fn place(document: u32) -> (usize, u64) {
    (usize::try_from(document / 64).unwrap_or(usize::MAX), 1 << (document % 64))
}

/// The counts of one segment, by the numbers that its texts have there.
pub(crate) struct Counting {
    categories: Numbered,
    attributes: Numbered,
    prices: Option<Column<u64>>,
    by_price: [u64; PRICE_RANGES],
    /// The bit of the categories, and those of attributes with the numbers of their values.
    own_categories: u32,
    own_attributes: Vec<(u32, Range<u64>)>,
}

struct Numbered {
    column: Option<StrColumn>,
    counts: Vec<u64>,
}

impl Numbered {
    fn of(segment: &SegmentReader, name: &str) -> Result<Self, Stopped> {
        let column = segment.fast_fields().str(name)?;
        let counts = vec![0; column.as_ref().map_or(0, |column| column.num_terms())];
        Ok(Self { column, counts })
    }

    /// Counts what a document has, as far as it lies in the range.
    fn count(&mut self, document: u32, range: Option<&Range<u64>>) {
        let Some(column) = &self.column else { return };
        for number in column.term_ords(document) {
            let counts = range.is_none_or(|range| range.contains(&number));
            if let Some(count) = usize::try_from(number).ok().and_then(|number| self.counts.get_mut(number))
                && counts
            {
                *count += 1;
            }
        }
    }

    /// The number of the first text that is not before this one.
    fn first_from(&self, text: &str) -> Result<u64, Stopped> {
        let Some(column) = &self.column else { return Ok(0) };
        let (mut low, mut high, mut at) = (0, self.counts.len() as u64, String::new());
        while low < high {
            let middle = low.midpoint(high);
            at.clear();
            column.ord_to_str(middle, &mut at)?;
            if at.as_str() < text { low = middle + 1 } else { high = middle }
        }
        Ok(low)
    }

    /// Every text that was counted.
    fn each(&self, mut told: impl FnMut(&str, u64)) -> Result<(), Stopped> {
        let Some(column) = &self.column else { return Ok(()) };
        let mut stream = column.dictionary().stream()?;
        let mut counts = self.counts.iter();
        while stream.advance() {
            let Some(count) = counts.next() else { break };
            if *count > 0
                && let Ok(text) = std::str::from_utf8(stream.key())
            {
                told(text, *count);
            }
        }
        Ok(())
    }
}

impl Counting {
    pub(crate) fn of(segment: &SegmentReader, groups: &Groups) -> Result<Self, Stopped> {
        let attributes = Numbered::of(segment, column::ATTRIBUTE)?;
        let (mut own_categories, mut own_attributes) = (0, Vec::new());
        for (number, (kind, _)) in groups.passing.iter().enumerate() {
            match kind {
                Kind::Categories => own_categories = 1 << number,
                Kind::Attribute(name) => {
                    let from = attributes.first_from(&format!("{name}{APART}"))?;
                    let to = attributes.first_from(&format!("{name}{}", char::from(APART as u8 + 1)))?;
                    own_attributes.push((1 << number, from..to));
                }
            }
        }
        Ok(Self {
            categories: Numbered::of(segment, column::CATEGORY)?,
            attributes,
            prices: segment.fast_fields().column_opt(column::PRICE)?,
            by_price: [0; PRICE_RANGES],
            own_categories,
            own_attributes,
        })
    }

    /// Counts a document for whatever it would pass but for a filter of that kind.
    pub(crate) fn count(&mut self, document: u32, missed: u32) {
        if missed & !self.own_categories == 0 {
            self.categories.count(document, None);
        }
        if missed == 0 {
            self.attributes.count(document, None);
        } else if let Some((_, range)) = self.own_attributes.iter().find(|(bit, _)| missed == *bit) {
            self.attributes.count(document, Some(range));
        }
        if missed & !(1 << PRICES) == 0
            && let Some(prices) = &self.prices
        {
            // Each range once, however many prices of the product lie in it.
            let mut ranges = 0_u64;
            for price in prices.values_for_doc(document) {
                ranges |= 1 << price_range(price);
            }
            while ranges != 0 {
                self.by_price[ranges.trailing_zeros() as usize] += 1;
                ranges &= ranges - 1;
            }
        }
    }

    pub(crate) fn add_to(self, counts: &mut Counts) -> Result<(), Stopped> {
        self.categories.each(|category, count| {
            *counts.categories.entry(category.to_owned()).or_default() += count;
        })?;
        self.attributes.each(|attribute, count| {
            let (name, value) = attribute.split_once(APART).unwrap_or((attribute, ""));
            let values = counts.attributes.entry(name.to_owned()).or_default();
            *values.entry(value.to_owned()).or_default() += count;
        })?;
        for (range, count) in self.by_price.into_iter().enumerate().filter(|(_, count)| *count > 0) {
            *counts.prices.entry(range).or_default() += count;
        }
        Ok(())
    }
}
