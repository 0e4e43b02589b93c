//! Writes the lines of an order.

use kernel::{Write, args};
use uuid::Uuid;

use crate::order::Line;

/// Writes a line of an order.
pub(crate) fn item(order: Uuid, number: u32, line: &Line) -> Write {
    // The decision has summed these already, so the product cannot overflow.
    let total = line.unit_price.amount.saturating_mul(line.quantity);
    Write::one(
        "insert into order_items (order_id, line, variant_id, product_id, sku, title, quantity, unit_price, total) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        args![
            order,
            i64::from(number),
            line.variant,
            line.product,
            &line.sku,
            &line.title,
            line.quantity,
            line.unit_price.amount,
            total
        ],
    )
}
