//! What the catalog tells everybody else of price lists.

use edge::published::{About, Example};
use kernel::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::{Uuid, uuid};

use super::VARIANT;
use crate::prices::price_list::{Price, PriceListEvent, Status, Terms, Tier};

edge::published! {
    /// What variants cost some buyers, or all of them for a while.
    pub enum PriceListTold of PriceListEvent, on CatalogEvents {
        /// A price list was made.
        Made(PriceListDescribed) = ("price_list.made", 1),
        /// A price list was changed.
        Changed(PriceListDescribed) = ("price_list.changed", 1),
        /// Prices were set in a price list.
        Priced(PriceListPriced) = ("price_list.priced", 1),
        /// A price list was removed.
        Removed(PriceListRemoved) = ("price_list.removed", 1),
    } = of_price_list;
}

/// For whom a price list is, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PriceListDescribed {
    pub price_list_id: Uuid,
    pub name: String,
    pub currency: String,
    /// One that names no segments, organisations and groups is for everybody.
    pub segments: Vec<Uuid>,
    pub organisations: Vec<Uuid>,
    /// Segments by their names.
    pub groups: Vec<String>,
    /// Where it is bought; everywhere when nothing is said.
    pub channel: Option<String>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub from: Option<Timestamp>,
    /// Not in force any more from this moment on.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub to: Option<Timestamp>,
    /// Of the lists that are for a buyer the one with the highest priority is followed.
    pub priority: i64,
    pub status: Status,
}

/// The variants of which something else is said from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PriceListPriced {
    pub price_list_id: Uuid,
    pub prices: Vec<VariantPriced>,
}

/// All that the list says of a variant; nothing any more when there are no tiers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct VariantPriced {
    pub variant_id: Uuid,
    pub tiers: Vec<TierPriced>,
}

/// What one piece costs from a quantity on: an amount, or a part off the variant's own price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TierPriced {
    pub from_quantity: i64,
    /// In minor units of the list's currency.
    pub amount: Option<i64>,
    /// In hundredths of a percent: 1250 is 12.5 % less.
    pub off_basis_points: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PriceListRemoved {
    pub price_list_id: Uuid,
}

fn of_price_list(event: &PriceListEvent, about: &About) -> Option<PriceListTold> {
    let price_list_id = about.id;
    Some(match event {
        PriceListEvent::Made(made) => PriceListTold::Made(PriceListDescribed::of(price_list_id, &made.terms)),
        PriceListEvent::Changed(changed) => {
            PriceListTold::Changed(PriceListDescribed::of(price_list_id, &changed.terms))
        }
        PriceListEvent::Priced(priced) => {
            let prices = priced.prices.iter().map(VariantPriced::of).collect();
            PriceListTold::Priced(PriceListPriced { price_list_id, prices })
        }
        PriceListEvent::Removed(_) => PriceListTold::Removed(PriceListRemoved { price_list_id }),
    })
}

impl PriceListDescribed {
    fn of(price_list_id: Uuid, terms: &Terms) -> Self {
        let terms = terms.clone();
        Self {
            price_list_id,
            name: terms.name,
            currency: terms.currency.code().to_owned(),
            segments: terms.segments,
            organisations: terms.organisations,
            groups: terms.groups,
            channel: terms.channel,
            from: terms.from,
            to: terms.to,
            priority: terms.priority,
            status: terms.status,
        }
    }
}

impl VariantPriced {
    fn of(price: &Price) -> Self {
        let tiers = price.tiers.iter().map(TierPriced::of).collect();
        Self { variant_id: price.variant.uuid(), tiers }
    }
}

impl TierPriced {
    fn of(tier: &Tier) -> Self {
        let Tier { from_quantity, amount, off_basis_points } = *tier;
        Self { from_quantity, amount, off_basis_points }
    }
}

const LIST: Uuid = uuid!("01934650-0a1b-7c2d-8e3f-4a5b6c7d8ecb");
const TRADE: Uuid = uuid!("01934640-9f8e-7d6c-8b5a-4f3e2d1c0bdc");

impl Example for PriceListDescribed {
    fn example() -> Self {
        Self {
            price_list_id: LIST,
            name: "Trade".into(),
            currency: "EUR".into(),
            segments: vec![TRADE],
            organisations: Vec::new(),
            groups: Vec::new(),
            channel: None,
            from: None,
            to: None,
            priority: 10,
            status: Status::Active,
        }
    }
}

impl Example for PriceListPriced {
    fn example() -> Self {
        let tiers = vec![
            TierPriced { from_quantity: 1, amount: Some(1300), off_basis_points: None },
            TierPriced { from_quantity: 100, amount: None, off_basis_points: Some(1250) },
        ];
        Self { price_list_id: LIST, prices: vec![VariantPriced { variant_id: VARIANT, tiers }] }
    }
}

impl Example for PriceListRemoved {
    fn example() -> Self {
        Self { price_list_id: LIST }
    }
}
