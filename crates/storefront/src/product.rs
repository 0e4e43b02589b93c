//! A product as the pages show it, and what its variants cost and how many there are at this moment.

use std::collections::{BTreeMap, HashMap};

use catalog::attribute::Value;
use catalog::stock::StockReading;
use catalog::{Buyer, Choice, Media, MediaKind, OfferBy, QuoteReading, Seo, VariantId};
use edge::Shop;
use serde::Deserialize;
use store::Failure;
use uuid::Uuid;

#[derive(Debug, Deserialize)]
pub struct Product {
    pub id: Uuid,
    pub handle: String,
    pub title: String,
    pub description: String,
    pub categories: Vec<String>,
    pub attributes: BTreeMap<String, Value>,
    pub variants: Vec<Variant>,
    pub updated_at: String,
    #[serde(default)]
    pub brand: Option<String>,
    #[serde(default)]
    options: Option<Vec<Choice>>,
    #[serde(default)]
    media: Option<Vec<Media>>,
    #[serde(default)]
    pub seo: Option<Seo>,
}

#[derive(Debug, Deserialize)]
pub struct Variant {
    pub id: VariantId,
    pub sku: String,
    pub title: String,
    pub price: i64,
    #[serde(default)]
    pub options: BTreeMap<String, String>,
    #[serde(default)]
    pub compare_at: Option<i64>,
}

/// Of how many variants one statement asks.
const AT_ONCE: usize = 500;

impl Product {
    /// What it is chosen by: what it declares, or else what its variants say of themselves.
    pub fn choices(&self) -> Vec<Choice> {
        if let Some(declared) = self.options.as_ref().filter(|declared| !declared.is_empty()) {
            return declared.clone();
        }
        let mut found: Vec<Choice> = Vec::new();
        for (name, value) in self.variants.iter().flat_map(|variant| &variant.options) {
            match found.iter_mut().find(|choice| choice.name == *name) {
                Some(choice) if choice.values.contains(value) => {}
                Some(choice) => choice.values.push(value.clone()),
                None => found.push(Choice { name: name.clone(), values: vec![value.clone()] }),
            }
        }
        found
    }

    pub fn pictures(&self) -> impl Iterator<Item = &Media> {
        self.media.iter().flatten().filter(|media| media.kind == MediaKind::Image)
    }

    /// Those of its variants that were asked for, and the first one when none was.
    pub fn variant(&self, id: Option<VariantId>) -> Option<&Variant> {
        let named = self.variants.iter().find(|variant| Some(variant.id) == id);
        named.or(self.variants.first())
    }

    /// What it says of itself by a name, as an attribute or as what its variants are chosen by.
    pub fn says(&self, name: &str) -> Vec<String> {
        let own = self.attributes.get(name).map(Value::to_string);
        let of_variants = self.variants.iter().filter_map(|variant| variant.options.get(name).cloned());
        let mut said: Vec<String> = own.into_iter().chain(of_variants).collect();
        said.sort_unstable();
        said.dedup();
        said
    }
}

/// Where a picture is.
pub fn address(media: &Media) -> String {
    match (media.file, &media.url) {
        (Some(file), _) => format!("/pictures/{file}"),
        (None, url) => url.clone().unwrap_or_default(),
    }
}

/// The same in sizes, for a browser to choose from; `None` for what lies elsewhere.
pub fn sizes(media: &Media) -> Option<String> {
    let file = media.file?;
    let sizes = files::sizes::WIDTHS.map(|width| format!("/pictures/{file}/{width} {width}w"));
    Some(sizes.join(", "))
}

/// What some products cost, and how many can be ordered.
#[derive(Default)]
pub struct Tags {
    prices: HashMap<VariantId, i64>,
    stocks: HashMap<VariantId, i64>,
}

impl Tags {
    pub(crate) async fn of(shop: &Shop, products: &[&Product]) -> Result<Self, Failure> {
        let variants: Vec<VariantId> =
            products.iter().flat_map(|product| product.variants.iter().map(|variant| variant.id)).collect();
        let buyer = Buyer::anyone(shop.record.currency);
        let mut tags = Self::default();
        for some in variants.chunks(AT_ONCE) {
            let wanted = some.iter().map(|id| OfferBy::Variant(*id)).collect();
            let mut quotes = QuoteReading::new(&shop.tenant, wanted, true);
            let mut stocks = StockReading::new(some, shop.now);
            shop.tenant.read_together(&mut [&mut quotes, &mut stocks]).await?;
            let (offers, prices) = quotes.answer(&shop.tenant).await?;
            let sold = offers.iter().flatten().filter_map(|offer| prices.quote(offer, 1, &buyer, shop.now));
            tags.prices.extend(sold.map(|quote| (quote.offer.variant, quote.offer.price.amount)));
            tags.stocks.extend(stocks.sellable);
        }
        Ok(tags)
    }

    pub fn price(&self, variant: &Variant) -> i64 {
        self.prices.get(&variant.id).copied().unwrap_or(variant.price)
    }

    pub fn left(&self, variant: &Variant) -> i64 {
        self.stocks.get(&variant.id).copied().unwrap_or(0).max(0)
    }

    pub fn is_there(&self, product: &Product) -> bool {
        product.variants.iter().any(|variant| self.left(variant) > 0)
    }

    /// The lowest price, and whether there are higher ones.
    pub fn least(&self, product: &Product) -> (i64, bool) {
        let prices = || product.variants.iter().map(|variant| self.price(variant));
        let (least, most) = (prices().min().unwrap_or(0), prices().max().unwrap_or(0));
        (least, most > least)
    }

    /// What it cost before, when it costs less now.
    pub fn before(&self, variant: &Variant) -> Option<i64> {
        variant.compare_at.filter(|before| *before > self.price(variant))
    }
}
