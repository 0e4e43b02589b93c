//! What the catalog tells everybody else of how much there is, and where it lies.

use edge::published::{About, Example};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::{Uuid, uuid};

use super::{ORDER, PRODUCT, VARIANT};
use crate::LocationId;
use crate::stock::{Location, PlaceEvent};
use crate::stock::{StockEvent, Taken};

edge::published! {
    /// How much there is of a variant, and how much of that is promised.
    pub enum StockTold of StockEvent, on CatalogEvents {
        /// The stock of a variant is counted from now on.
        Opened(StockOpened) = ("stock.opened", 1),
        /// The stock of a variant was adjusted.
        Adjusted(StockAdjusted) = ("stock.adjusted", 1),
        /// Stock was moved to another location.
        Transferred(StockTransferred) = ("stock.transferred", 1),
        /// Stock was reserved for an order.
        Reserved(StockPromised) = ("stock.reserved", 1),
        /// Stock that was reserved for an order was released.
        Released(StockPromised) = ("stock.released", 1),
        /// Stock that was reserved for an order left.
        Shipped(StockShipped) = ("stock.shipped", 1),
        /// The stock policy of a variant was set.
        Configured(StockConfigured) = ("stock.configured", 1),
        /// Little of a variant is left.
        Low(StockLow) = ("stock.low", 1),
    } = of_stock;
}

edge::published! {
    /// Where stock lies.
    pub enum LocationTold of PlaceEvent, on CatalogEvents {
        /// A location was made.
        Made(LocationDescribed) = ("location.made", 1),
        /// A location was changed.
        Changed(LocationDescribed) = ("location.changed", 1),
    } = of_location;
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct StockOpened {
    pub variant_id: Uuid,
    pub product_id: Uuid,
    pub sku: String,
    pub on_hand: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct StockAdjusted {
    pub variant_id: Uuid,
    pub location_id: Uuid,
    /// How many more there are, or fewer.
    pub delta: i64,
    pub reason: String,
    /// What lies there now; 0 is said of a correction from before there were locations.
    pub left: i64,
    /// How many that orders waited for are there now.
    pub covered: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct StockTransferred {
    pub variant_id: Uuid,
    pub from: StockTaken,
    pub to_location_id: Uuid,
    /// What lies there now.
    pub to_has: i64,
    pub reason: String,
}

/// So many left a location.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct StockTaken {
    pub location_id: Uuid,
    pub quantity: i64,
    /// What still lies there; 0 is said of what left before there were locations.
    pub left: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct StockPromised {
    pub variant_id: Uuid,
    pub order_id: Uuid,
    pub quantity: i64,
    /// How many of them are not there yet.
    pub backordered: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct StockShipped {
    pub variant_id: Uuid,
    pub order_id: Uuid,
    pub quantity: i64,
    pub from: Vec<StockTaken>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct StockConfigured {
    pub variant_id: Uuid,
    /// When no more than this is left, that is said.
    pub low_at: Option<i64>,
    /// How many may be promised beyond what is there; 0 denies it.
    pub backorder_limit: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct StockLow {
    pub variant_id: Uuid,
    /// What is there and promised to no order; below zero while orders wait for it.
    pub available: i64,
    pub threshold: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct LocationDescribed {
    pub location_id: Uuid,
    pub location: Location,
}

fn of_stock(event: &StockEvent, about: &About) -> Option<StockTold> {
    let variant_id = about.id;
    let promised = |order_id: Uuid, quantity: i64, backordered: i64| StockPromised {
        variant_id,
        order_id,
        quantity,
        backordered,
    };
    Some(match event {
        StockEvent::Opened(opened) => StockTold::Opened(StockOpened {
            variant_id,
            product_id: opened.product.uuid(),
            sku: opened.sku.clone(),
            on_hand: opened.on_hand,
        }),
        StockEvent::Adjusted(adjusted) => StockTold::Adjusted(StockAdjusted {
            variant_id,
            location_id: adjusted.location.uuid(),
            delta: adjusted.delta,
            reason: adjusted.reason.clone(),
            left: adjusted.left,
            covered: adjusted.covered,
        }),
        StockEvent::Transferred(moved) => StockTold::Transferred(StockTransferred {
            variant_id,
            from: StockTaken::of(&moved.from),
            to_location_id: moved.to.uuid(),
            to_has: moved.to_has,
            reason: moved.reason.clone(),
        }),
        StockEvent::Reserved(some) => {
            StockTold::Reserved(promised(some.order, some.quantity, some.backordered))
        }
        // Whether a checkout held it before is nothing to others: it is an order's from now on.
        StockEvent::HoldClaimed(some) => {
            StockTold::Reserved(promised(some.order, some.quantity, some.backordered))
        }
        StockEvent::Released(some) => {
            StockTold::Released(promised(some.order, some.quantity, some.backordered))
        }
        StockEvent::Shipped(shipped) => StockTold::Shipped(StockShipped {
            variant_id,
            order_id: shipped.order,
            quantity: shipped.quantity,
            from: shipped.from.iter().map(StockTaken::of).collect(),
        }),
        StockEvent::Configured(configured) => StockTold::Configured(StockConfigured {
            variant_id,
            low_at: configured.policy.low_at,
            backorder_limit: configured.policy.backorder_limit,
        }),
        StockEvent::Low(low) => {
            let (available, threshold) = (low.available, low.threshold);
            StockTold::Low(StockLow { variant_id, available, threshold })
        }
        StockEvent::Held(_) | StockEvent::HoldReleased(_) | StockEvent::HoldsLapsed(_) => return None,
    })
}

fn of_location(event: &PlaceEvent, about: &About) -> Option<LocationTold> {
    let location_id = about.id;
    Some(match event {
        PlaceEvent::Made(made) => {
            LocationTold::Made(LocationDescribed { location_id, location: made.location.clone() })
        }
        PlaceEvent::Changed(changed) => {
            LocationTold::Changed(LocationDescribed { location_id, location: changed.location.clone() })
        }
    })
}

impl StockTaken {
    fn of(taken: &Taken) -> Self {
        Self { location_id: taken.location.uuid(), quantity: taken.quantity, left: taken.left }
    }
}

const SHED: Uuid = uuid!("01934700-5d6e-7f80-91a2-b3c4d5e6f7ba");

fn some_taken() -> StockTaken {
    StockTaken { location_id: LocationId::DEFAULT.uuid(), quantity: 2, left: 38 }
}

impl Example for StockOpened {
    fn example() -> Self {
        Self { variant_id: VARIANT, product_id: PRODUCT, sku: "MUG-WHITE".into(), on_hand: 40 }
    }
}

impl Example for StockAdjusted {
    fn example() -> Self {
        Self {
            variant_id: VARIANT,
            location_id: LocationId::DEFAULT.uuid(),
            delta: -2,
            reason: "Broken on the shelf".into(),
            left: 38,
            covered: 0,
        }
    }
}

impl Example for StockTransferred {
    fn example() -> Self {
        let (from, reason) = (some_taken(), "For the market".into());
        Self { variant_id: VARIANT, from, to_location_id: SHED, to_has: 2, reason }
    }
}

impl Example for StockPromised {
    fn example() -> Self {
        Self { variant_id: VARIANT, order_id: ORDER, quantity: 2, backordered: 0 }
    }
}

impl Example for StockShipped {
    fn example() -> Self {
        Self { variant_id: VARIANT, order_id: ORDER, quantity: 2, from: vec![some_taken()] }
    }
}

impl Example for StockConfigured {
    fn example() -> Self {
        Self { variant_id: VARIANT, low_at: Some(5), backorder_limit: 0 }
    }
}

impl Example for StockLow {
    fn example() -> Self {
        Self { variant_id: VARIANT, available: 4, threshold: 5 }
    }
}

impl Example for LocationDescribed {
    fn example() -> Self {
        let location = Location { name: "Shed".into(), ships: true, ..Location::default() };
        Self { location_id: SHED, location }
    }
}
