//! The use cases of stock.

use kernel::{Check, Problem};
use store::{Reply, Work};

use super::location::{self, Place};
use super::queries::{Named, StockView};
use super::{Adjust, Stock};
use crate::LocationId;

/// Corrects the count of a variant in a location.
pub(crate) fn adjust_stock(
    named: Named,
    seen: Option<i64>,
    delta: i64,
    reason: String,
    location: LocationId,
) -> Work {
    let id = named.variant;
    Work::over::<Stock>([id]).and::<Place>([location]).decide(move |desk| {
        desk.get::<Stock>(id)?;
        desk.expect_version::<Stock>(id, seen)?;
        check_location(desk, location, "/location_id")?;
        desk.ask::<Stock, _>(id, &Adjust { delta, reason: reason.clone(), location })?;
        counted(desk, &named)
    })
}

/// Whether something may be put into a location.
pub(crate) fn check_location(
    desk: &mut store::Desk<'_>,
    id: LocationId,
    pointer: &str,
) -> Result<(), Problem> {
    let location = location::location(desk, id);
    let mut check = Check::default();
    let open = location.is_some_and(|location| location.status == location::Status::Active);
    check.that(open, pointer, "there is no such location, or it is closed");
    check.done()
}

/// What there is of a variant, after it was counted or moved.
pub(crate) fn counted(desk: &mut store::Desk<'_>, named: &Named) -> Result<Reply, Problem> {
    let (version, now) = (desk.version::<Stock>(named.variant), desk.now());
    let stock = desk.get::<Stock>(named.variant)?;
    let held = stock.held(now);
    let view = StockView {
        variant_id: named.variant,
        product_id: named.product,
        sku: named.sku.clone(),
        on_hand: stock.on_hand,
        reserved: stock.reserved,
        backordered: stock.backordered,
        held,
        available: stock.available() - held,
        low_at: stock.policy.low_at,
        backorder_limit: stock.policy.backorder_limit,
        version,
    };
    Ok(Reply::json(200, &view).version(version))
}
