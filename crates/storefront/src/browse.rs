//! Looking through products: narrowed by what they say of themselves, sorted, and page by page.

use std::collections::BTreeMap;

use edge::Shop;
use kernel::{Currency, Problem, Word};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::format;
use crate::product::{Product, Tags};
use crate::visit::Pairs;

pub const ON_A_PAGE: usize = 24;
/// More values than this are no choice but a list.
const MOST_VALUES: usize = 24;
const MOST_FACETS: usize = 8;
/// In a query, what is asked of an attribute stands under its name behind this.
const FACET: &str = "a.";

const IN_QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Sort {
    Newest,
    Cheap,
    Dear,
    Title,
}

/// How somebody wants to look through products.
#[derive(Debug, Clone)]
pub struct Asked {
    pub ticked: BTreeMap<String, Vec<String>>,
    pub from: Option<i64>,
    pub to: Option<i64>,
    pub stocked: bool,
    pub sort: Sort,
    pub page: usize,
}

/// Something to narrow by: a name, and each value with how many products have it.
#[derive(Debug, PartialEq, Eq)]
pub struct Facet {
    pub name: String,
    pub values: Vec<Value>,
}

#[derive(Debug, PartialEq, Eq)]
pub struct Value {
    pub text: String,
    pub count: usize,
    pub ticked: bool,
}

pub struct Found<'a> {
    pub products: Vec<&'a Product>,
    pub total: usize,
    /// The last one, where a later one was asked for.
    pub page: usize,
    pub pages: usize,
    pub facets: Vec<Facet>,
    /// What those that are shown cost, and how many there are.
    pub tags: Tags,
}

impl Asked {
    pub fn read(query: &Pairs, currency: Currency) -> Self {
        let mut ticked: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, value) in &query.0 {
            if let Some(name) = name.strip_prefix(FACET).filter(|_| !value.is_empty()) {
                ticked.entry(name.to_owned()).or_default().push(value.clone());
            }
        }
        let sort = query.get("sort");
        Self {
            ticked,
            from: query.get("from").and_then(|text| format::typed(text, currency)),
            to: query.get("to").and_then(|text| format::typed(text, currency)),
            stocked: query.get("stock").is_some(),
            sort: sort.and_then(Sort::named).unwrap_or(Sort::Newest),
            page: query.get("page").and_then(|page| page.parse().ok()).unwrap_or(1).clamp(1, 10_000),
        }
    }

    pub fn narrows(&self) -> bool {
        !self.ticked.is_empty() || self.from.is_some() || self.to.is_some() || self.stocked
    }

    /// The name under which a facet is asked for.
    pub fn field(name: &str) -> String {
        format!("{FACET}{name}")
    }

    /// Whether a product is wanted, whatever it says under the name that does not count.
    fn wants(&self, product: &Product, but: Option<&str>) -> bool {
        let says = |(name, values): (&String, &Vec<String>)| {
            Some(name.as_str()) == but || product.says(name).iter().any(|said| values.contains(said))
        };
        let prices = || product.variants.iter().map(|variant| variant.price);
        let fits = prices()
            .any(|price| self.from.is_none_or(|from| price >= from) && self.to.is_none_or(|to| price <= to));
        fits && self.ticked.iter().all(says)
    }
}

/// Looks through these products, which stand in the order of the newest.
pub(crate) async fn browse<'a>(
    shop: &Shop,
    products: Vec<&'a Product>,
    asked: &Asked,
) -> Result<Found<'a>, Problem> {
    let mut candidates = products;
    if asked.stocked {
        let tags = Tags::of(shop, &candidates).await?;
        candidates.retain(|product| tags.is_there(product));
    }
    let facets = facets(&candidates, asked);
    let mut wanted: Vec<&Product> =
        candidates.into_iter().filter(|product| asked.wants(product, None)).collect();
    sort(&mut wanted, asked.sort);
    let total = wanted.len();
    let pages = total.div_ceil(ON_A_PAGE).max(1);
    let page = asked.page.min(pages);
    let products: Vec<&Product> = wanted.into_iter().skip((page - 1) * ON_A_PAGE).take(ON_A_PAGE).collect();
    let tags = Tags::of(shop, &products).await?;
    Ok(Found { products, total, page, pages, facets, tags })
}

fn sort(products: &mut [&Product], by: Sort) {
    let least = |product: &&Product| product.variants.iter().map(|variant| variant.price).min().unwrap_or(0);
    match by {
        Sort::Newest => {}
        Sort::Cheap => products.sort_by_key(least),
        Sort::Dear => products.sort_by_key(|product| std::cmp::Reverse(least(product))),
        Sort::Title => products.sort_by_cached_key(|product| product.title.to_lowercase()),
    }
}

/// What can be narrowed by. How many have a value is counted as if nothing were ticked of the same name, for ticking
/// another widens what is found.
fn facets(products: &[&Product], asked: &Asked) -> Vec<Facet> {
    let mut names: Vec<&String> = Vec::new();
    for product in products {
        let options = product.variants.iter().flat_map(|variant| variant.options.keys());
        for name in product.attributes.keys().chain(options) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names.sort();
    let facets = names.into_iter().filter_map(|name| facet(products, asked, name));
    facets.take(MOST_FACETS).collect()
}

fn facet(products: &[&Product], asked: &Asked, name: &str) -> Option<Facet> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for product in products.iter().filter(|product| asked.wants(product, Some(name))) {
        for said in product.says(name) {
            *counts.entry(said).or_default() += 1;
        }
    }
    let ticked = asked.ticked.get(name);
    let tells = (2..=MOST_VALUES).contains(&counts.len()) && counts.values().any(|count| *count > 1);
    if !tells && ticked.is_none() {
        return None;
    }
    let is_ticked = |text: &String| ticked.is_some_and(|ticked| ticked.contains(text));
    let values = counts.into_iter().map(|(text, count)| Value { ticked: is_ticked(&text), text, count });
    Some(Facet { name: name.to_owned(), values: values.collect() })
}

/// The address of a page, with what was asked for and one thing set otherwise.
pub fn address(path: &str, query: &Pairs, name: &str, value: Option<&str>) -> String {
    let others = query.0.iter().filter(|(known, _)| known != name && known != "page");
    let mut pairs: Vec<(&str, &str)> = others.map(|(name, value)| (&**name, &**value)).collect();
    pairs.extend(value.map(|value| (name, value)));
    if pairs.is_empty() {
        return path.to_owned();
    }
    let written = |text: &str| utf8_percent_encode(text, IN_QUERY).to_string();
    let pairs: Vec<String> =
        pairs.into_iter().map(|(name, value)| format!("{}={}", written(name), written(value))).collect();
    format!("{path}?{}", pairs.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn product(title: &str, colour: &str, size: &str, price: i64) -> Product {
        serde_json::from_value(serde_json::json!({
            "id": uuid::Uuid::now_v7(), "handle": title, "title": title, "description": "", "categories": [],
            "attributes": { "material": "linen" }, "updated_at": "",
            "variants": [{ "id": uuid::Uuid::now_v7(), "sku": title, "title": "", "price": price,
                "options": { "colour": colour, "size": size } }],
        }))
        .unwrap()
    }

    fn asked(query: &str) -> Asked {
        Asked::read(&Pairs::read(query), "EUR".parse().unwrap())
    }

    #[test]
    fn a_facet_is_counted_as_if_nothing_of_it_were_ticked() {
        let shelf =
            [product("a", "red", "S", 100), product("b", "red", "M", 200), product("c", "blue", "M", 300)];
        let all: Vec<&Product> = shelf.iter().collect();
        let found = facets(&all, &asked("a.colour=red"));
        let counts = |name: &str| -> Vec<(String, usize, bool)> {
            let facet = found.iter().find(|facet| facet.name == name).unwrap();
            facet.values.iter().map(|value| (value.text.clone(), value.count, value.ticked)).collect()
        };
        assert_eq!(counts("colour"), [("blue".into(), 1, false), ("red".into(), 2, true)]);
        assert!(!found.iter().any(|facet| facet.name == "material"), "all say the same: nothing to choose");
    }

    #[test]
    fn what_is_wanted_has_one_of_each_name_and_a_price_within() {
        let shelf = [product("a", "red", "S", 100), product("b", "blue", "M", 200)];
        let names = |query: &str| -> Vec<&str> {
            let asked = asked(query);
            let wanted = shelf.iter().filter(|product| asked.wants(product, None));
            wanted.map(|product| &*product.title).collect()
        };
        assert_eq!(names("a.colour=red&a.colour=blue"), ["a", "b"]);
        assert_eq!(names("a.colour=red&a.size=M"), Vec::<&str>::new());
        assert_eq!(names("from=1,50"), ["b"]);
        assert_eq!(names("to=1"), ["a"]);
    }

    #[test]
    fn an_address_keeps_what_was_asked_for_and_begins_at_the_first_page() {
        let query = Pairs::read("a.colour=red+brown&page=3&sort=cheap");
        assert_eq!(address("/c/x", &query, "sort", Some("dear")), "/c/x?a.colour=red%20brown&sort=dear");
        assert_eq!(address("/c/x", &Pairs::default(), "page", None), "/c/x");
    }
}
