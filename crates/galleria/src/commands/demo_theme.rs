//! What a demo shop has beside products: its theme, its pictures, taxes, ways of delivery and a promotion.

use std::collections::HashMap;

use blobs::{Blobs, Limits};
use catalog::{Category, CategoryId, Media, NewProduct};
use files::{FileId, Store};
use futures_util::stream;
use kernel::Problem;
use orders::rules::{DeliveryOption, NewPromotion, NewTaxes, make_promotion};
use serde::Deserialize;
use store::{Asked, Tenant};
use storefront::theme::Theme;

const THEMES: &str = include_str!("../../demo/theme.json");

/// A picture of the demo is a few kilobytes.
const LARGEST: u64 = 1 << 20;

macro_rules! pictures {
    ($($name:literal,)+) => {
        &[$(($name, include_bytes!(concat!("../../demo/pictures/", $name, ".webp")).as_slice()),)+]
    };
}

const PICTURES: &[(&str, &[u8])] = pictures![
    "apron-flax",
    "apron-ink",
    "bolt-m10",
    "bolt-m4",
    "bolt-m6",
    "bolt-m8",
    "brass-lamp",
    "cafe-table",
    "candle",
    "iron-trivet",
    "jute-rug",
    "linen-sheets",
    "mug-fern",
    "mug-plum",
    "mug-salt",
    "nut-m10",
    "nut-m4",
    "nut-m6",
    "nut-m8",
    "oak-board",
    "oak-hooks",
    "paper-lamp",
    "pasta-bowl",
    "paste",
    "rivet",
    "rod",
    "screw",
    "throw-moss",
    "throw-oat",
    "throw-rust",
    "towel-ink",
    "towel-sand",
    "washers",
    "wrench",
];

#[derive(Deserialize)]
pub struct DemoTheme {
    theme: Theme,
    categories: Vec<Category>,
    taxes: NewTaxes,
    deliveries: Vec<DeliveryOption>,
    promotion: NewPromotion,
    /// What variants cost before, by SKU.
    compare_at: HashMap<String, i64>,
    /// For a title, each picture's name and what is to be seen on it.
    pictures: HashMap<String, Vec<(String, String)>>,
}

/// The theme of a demo shop.
pub fn of(slug: &str) -> Result<DemoTheme, String> {
    let mut all: HashMap<String, DemoTheme> =
        serde_json::from_str(THEMES).map_err(|error| format!("the demo's dress cannot be read: {error}"))?;
    all.remove(slug).ok_or_else(|| format!("the demo has no dress for {slug}"))
}

impl DemoTheme {
    /// The product with its pictures, which are stored now, where there is a place for files.
    pub async fn on(
        &self,
        product: &NewProduct,
        tenant: &Tenant,
        blobs: Option<&Blobs>,
        asked: &Asked,
    ) -> Result<NewProduct, Problem> {
        let mut product = product.clone();
        for variant in &mut product.variants {
            variant.compare_at = self.compare_at.get(&variant.sku).copied();
        }
        let Some(blobs) = blobs else { return Ok(product) };
        for (name, alt) in self.pictures.get(&product.title).into_iter().flatten() {
            let file = stored(name, tenant, blobs, asked).await?;
            product.media.push(Media { file: Some(file.uuid()), alt: Some(alt.clone()), ..Media::default() });
        }
        Ok(product)
    }

    /// Everything else, before anybody orders.
    pub async fn apply(self, tenant: &Tenant, asked: impl Fn() -> Asked) -> Result<(), Problem> {
        for category in self.categories {
            tenant.run(asked(), catalog::make_category(CategoryId::new(), category)).await?;
        }
        for DeliveryOption { id, terms } in self.deliveries {
            tenant.run(asked(), orders::rules::use_cases::keep_delivery(id, None, terms)).await?;
        }
        tenant.run(asked(), orders::rules::use_cases::set_taxes(None, self.taxes.rules())).await?;
        tenant.run(asked(), make_promotion(&self.promotion)?).await?;
        tenant.run(asked(), storefront::dress(0, self.theme)).await?;
        Ok(())
    }
}

async fn stored(name: &str, tenant: &Tenant, blobs: &Blobs, asked: &Asked) -> Result<FileId, Problem> {
    let bytes = PICTURES.iter().find(|(known, _)| *known == name).ok_or_else(Problem::bug)?.1;
    let pieces = stream::iter([Ok::<_, std::io::Error>(bytes.into())]);
    let kept = blobs.put(tenant.id(), Limits { bytes: LARGEST, types: None }, pieces).await?;
    let id = FileId(kept.id.0);
    let store = Store {
        size: i64::try_from(kept.size).unwrap_or(i64::MAX),
        sha256: kept.sha256,
        media_type: kept.media_type,
        name: Some(format!("{name}.webp")),
        about: None,
    };
    tenant.run(asked.clone(), files::use_cases::store_file(id, store)).await?;
    Ok(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_demo_shops_wear_can_be_read_and_shows_pictures_that_are_there() {
        for slug in ["demo", "kestrel"] {
            let theme = of(slug).unwrap();
            assert!(theme.theme.check().is_ok(), "{slug}");
            for (name, _) in theme.pictures.values().flatten() {
                assert!(PICTURES.iter().any(|(known, _)| known == name), "{name}");
            }
        }
    }
}
