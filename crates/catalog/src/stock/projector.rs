//! Writes the tables of stocks, locations and holds.

use kernel::{Envelope, Projector, Write, args};
use uuid::Uuid;

use super::hold::{Hold, HoldEvent};
use super::location::{Changed, Made, Place, PlaceEvent};
use super::{Stock, StockEvent};
use crate::LocationId;

impl Projector for Stock {
    fn project(event: &Envelope<&StockEvent>) -> Vec<Write> {
        let (id, version) = (event.stream_id, event.version);
        match event.data {
            StockEvent::Opened(opened) => vec![Write::one(
                "insert into inventory (variant_id, product_id, sku, on_hand, reserved, version) values ($1, $2, $3, $4, 0, $5)",
                args![id, opened.product, &opened.sku, opened.on_hand, version],
            )],
            StockEvent::Adjusted(adjusted) => {
                let mut writes = vec![Write::one(
                    "update inventory set on_hand = on_hand + $2, version = $3 where variant_id = $1",
                    args![id, adjusted.delta, version],
                )];
                writes.extend(promised(id, adjusted.covered, -adjusted.covered));
                writes.extend(level(id, adjusted.location, adjusted.left));
                writes
            }
            StockEvent::Transferred(moved) => {
                let mut writes = touched(id, version);
                writes.extend(level(id, moved.from.location, moved.from.left));
                writes.extend(level(id, moved.to, moved.to_has));
                writes
            }
            StockEvent::Reserved(reserved) => reserve(id, version, reserved.quantity, reserved.backordered),
            StockEvent::Released(released) => {
                let mut writes = vec![Write::one(
                    "update inventory set reserved = reserved - $2, version = $3 where variant_id = $1",
                    args![id, released.quantity - released.backordered, version],
                )];
                writes.extend(promised(id, 0, -released.backordered));
                writes
            }
            StockEvent::Shipped(shipped) => {
                let mut writes = vec![Write::one(
                    "update inventory set on_hand = on_hand - $2, reserved = reserved - $2, version = $3 where variant_id = $1",
                    args![id, shipped.quantity, version],
                )];
                writes.extend(shipped.from.iter().flat_map(|taken| level(id, taken.location, taken.left)));
                writes
            }
            StockEvent::Configured(configured) => vec![Write::one(
                "update inventory set low_at = $2, backorder_limit = $3, version = $4 where variant_id = $1",
                args![id, configured.policy.low_at, configured.policy.backorder_limit, version],
            )],
            StockEvent::HoldClaimed(claimed) => reserve(id, version, claimed.quantity, claimed.backordered),
            StockEvent::Low(_)
            | StockEvent::Held(_)
            | StockEvent::HoldReleased(_)
            | StockEvent::HoldsLapsed(_) => touched(id, version),
        }
    }
}

fn reserve(id: Uuid, version: i64, quantity: i64, backordered: i64) -> Vec<Write> {
    let mut writes = vec![Write::one(
        "update inventory set reserved = reserved + $2, version = $3 where variant_id = $1 and on_hand - reserved >= $2",
        args![id, quantity - backordered, version],
    )];
    writes.extend(promised(id, 0, backordered));
    writes
}

/// For the few events that are about what is not there: the usual ones write one row once.
fn promised(id: Uuid, reserved: i64, backordered: i64) -> Option<Write> {
    (reserved != 0 || backordered != 0).then(|| {
        Write::one(
            "update inventory set reserved = reserved + $2, backordered = backordered + $3 where variant_id = $1",
            args![id, reserved, backordered],
        )
    })
}

fn touched(id: Uuid, version: i64) -> Vec<Write> {
    vec![Write::one("update inventory set version = $2 where variant_id = $1", args![id, version])]
}

/// What lies in the default location is what lies in no other, so it has no row.
fn level(id: Uuid, location: LocationId, on_hand: i64) -> Vec<Write> {
    if location == LocationId::DEFAULT {
        return Vec::new();
    }
    let mut writes = vec![Write::any(
        "delete from inventory_levels where variant_id = $1 and location_id = $2",
        args![id, location],
    )];
    if on_hand != 0 {
        writes.push(Write::one(
            "insert into inventory_levels (variant_id, location_id, on_hand) values ($1, $2, $3)",
            args![id, location, on_hand],
        ));
    }
    writes
}

impl Projector for Place {
    fn project(event: &Envelope<&PlaceEvent>) -> Vec<Write> {
        let (PlaceEvent::Made(Made { location }) | PlaceEvent::Changed(Changed { location })) = event.data;
        let sql = match event.data {
            PlaceEvent::Made(_) => {
                "insert into locations (id, version, priority, content) values ($1, $2, $3, $4)"
            }
            PlaceEvent::Changed(_) => {
                "update locations set version = $2, priority = $3, content = $4 where id = $1"
            }
        };
        let text =
            serde_json::to_string(location).expect("a location has string keys and no failing serializers");
        vec![Write::one(sql, args![event.stream_id, event.version, location.priority, text])]
    }
}

impl Projector for Hold {
    fn project(event: &Envelope<&HoldEvent>) -> Vec<Write> {
        let id = event.stream_id;
        match event.data {
            HoldEvent::Placed(placed) => {
                let row = |line: &super::hold::HeldLine| {
                    Write::one(
                        "insert into holds (hold_id, variant_id, quantity, ends) values ($1, $2, $3, $4)",
                        args![id, line.variant, line.quantity, placed.until],
                    )
                };
                placed.lines.iter().map(row).collect()
            }
            HoldEvent::Ended(_) => vec![Write::any("delete from holds where hold_id = $1", args![id])],
        }
    }
}
