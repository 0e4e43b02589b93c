//! Filters and counts, against counting by hand over small random shops.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use kernel::Word;
use proptest::prelude::*;
use uuid::Uuid;

use super::ask::{Ask, Counts, Filters, Prices, Slice, Sort, price_range};
use super::find::find;
use crate::index::entry::{APART, Entry, EntryVariant};
use crate::index::volume::{Place, Volume};

fn entry() -> impl Strategy<Value = Entry> {
    let color = prop::option::of(prop::sample::select(vec!["red", "blue", "green"]));
    let size = prop::collection::vec(prop::sample::select(vec!["s", "m", "l"]), 1..4);
    let categories = prop::collection::btree_set(prop::sample::select(vec!["a", "a/b", "a/c", "d"]), 0..3);
    let title = prop::collection::vec(prop::sample::select(vec!["lamp", "lamps", "table", "oak"]), 1..4);
    (title, any::<bool>(), color, size, categories, prop::collection::vec(0_i64..6000, 3)).prop_map(
        |(title, active, color, sizes, categories, prices)| Entry {
            title: title.join(" "),
            status: if active { "active" } else { "draft" }.into(),
            categories: categories.into_iter().map(str::to_owned).collect(),
            attributes: color.map(|color| ("color".to_owned(), color.to_owned())).into_iter().collect(),
            variants: sizes
                .iter()
                .zip(prices)
                .enumerate()
                .map(|(number, (size, price))| EntryVariant {
                    sku: format!("S-{number}"),
                    price,
                    options: BTreeMap::from([("size".to_owned(), (*size).to_owned())]),
                    ..EntryVariant::default()
                })
                .collect(),
            ..Entry::default()
        },
    )
}

fn filters() -> impl Strategy<Value = Filters> {
    let some = |values: Vec<&'static str>| prop::collection::btree_set(prop::sample::select(values), 0..3);
    let price = prop::option::of((0_u64..6000, 0_u64..3000));
    (some(vec!["a", "a/b", "d", "none"]), some(vec!["red", "blue", "pink"]), some(vec!["s", "m"]), price)
        .prop_map(|(categories, colors, sizes, price)| {
            let named = [("color", colors), ("size", sizes)];
            let attributes = named.into_iter().filter(|(_, values)| !values.is_empty());
            let owned = |values: BTreeSet<&str>| values.into_iter().map(str::to_owned).collect();
            Filters {
                categories: owned(categories),
                attributes: attributes.map(|(name, values)| (name.to_owned(), owned(values))).collect(),
                price: price.map(|(from, width)| Prices { from, to: from + width }),
            }
        })
}

/// The kinds of filters that a product does not pass.
fn missed(entry: &Entry, filters: &Filters) -> BTreeSet<String> {
    let mut missed = BTreeSet::new();
    let within = entry.within();
    if !filters.categories.is_empty() && filters.categories.is_disjoint(&within) {
        missed.insert("category".to_owned());
    }
    for (name, values) in &filters.attributes {
        if !values.iter().any(|value| entry.has().contains(&format!("{name}{APART}{value}"))) {
            missed.insert(format!("attribute {name}"));
        }
    }
    if let Some(Prices { from, to }) = filters.price
        && !entry.prices().iter().any(|price| (from..=to).contains(price))
    {
        missed.insert("price".to_owned());
    }
    missed
}

fn counted(shop: &[(Uuid, Entry)], filters: &Filters) -> (BTreeSet<Uuid>, Counts) {
    let (mut found, mut counts) = (BTreeSet::new(), Counts::default());
    for (id, entry) in shop {
        let missed = missed(entry, filters);
        let all_but = |kind: &str| missed.iter().all(|one| one == kind);
        if missed.is_empty() {
            found.insert(*id);
        }
        if all_but("category") {
            entry
                .within()
                .into_iter()
                .for_each(|category| *counts.categories.entry(category).or_default() += 1);
        }
        for attribute in entry.has() {
            let (name, value) = attribute.split_once(APART).unwrap();
            if all_but(&format!("attribute {name}")) {
                *counts.attributes.entry(name.into()).or_default().entry(value.into()).or_default() += 1;
            }
        }
        if all_but("price") {
            let ranges: BTreeSet<usize> = entry.prices().into_iter().map(price_range).collect();
            ranges.into_iter().for_each(|range| *counts.prices.entry(range).or_default() += 1);
        }
    }
    (found, counts)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn what_passes_and_what_is_counted_is_what_counting_by_hand_gives(
        entries in prop::collection::vec(entry(), 1..40),
        changed in prop::collection::vec(entry(), 0..10),
        filters in filters(),
        word in prop::option::of(prop::sample::select(vec!["table", "oak"])),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let volume = Volume::begin(&folder.path().join("1"), Place::beginning(0, None)).unwrap();
        let mut shop: Vec<(Uuid, Entry)> = entries.into_iter().map(|entry| (Uuid::now_v7(), entry)).collect();
        // In several parts, some of which are out of date.
        for some in shop.chunks(9) {
            let changes = some.iter().map(|(id, entry)| (*id, Some(entry.clone()))).collect();
            volume.write(changes, Place::beginning(0, None)).unwrap();
        }
        for (known, entry) in shop.iter_mut().zip(changed) {
            known.1 = entry;
            volume.write(vec![(known.0, Some(known.1.clone()))], Place::beginning(0, None)).unwrap();
        }
        shop.retain(|(_, entry)| entry.status == "active");
        shop.retain(|(_, entry)| word.is_none_or(|word| entry.title.contains(word)));
        // Without any that has the word, words that are like it are found instead.
        prop_assume!(!shop.is_empty());
        let (expected, counts) = counted(&shop, &filters);
        for &sort in Sort::ALL {
            let ask = Ask {
                q: word.map(str::to_owned), language: None, status: Some("active".into()),
                filters: filters.clone(), sort,
            };
            let (mut seen, mut after, mut pages) = (Vec::new(), None, 0);
            loop {
                let until = Instant::now() + Duration::from_secs(20);
                let slice = Slice { after: after.clone(), most: 7, facets: true, titles: false, until };
                let found = find(&volume, &ask, &slice).unwrap();
                prop_assert_eq!(&found.facets, &counts);
                prop_assert_eq!(usize::try_from(found.total).unwrap(), expected.len());
                seen.extend(found.hits.iter().map(|(_, id)| *id));
                pages += 1;
                prop_assert!(pages < 20);
                let Some(last) = found.hits.last() else { break };
                after = Some(last.clone());
            }
            prop_assert_eq!(seen.len(), expected.len());
            prop_assert_eq!(seen.into_iter().collect::<BTreeSet<_>>(), expected.clone());
        }
    }
}
