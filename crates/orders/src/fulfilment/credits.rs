//! Ledger entries for what an order gives back.

use kernel::Problem;
use pricing::{Entry, Kind, Ledger};

use crate::Refusal;
use crate::order::{Credited, Part};
use crate::views::queries::OrderView;

/// Everything that is still charged, as a cancelled order gives it back.
pub(crate) fn written_off(order: &OrderView) -> Result<Option<Credited>, Problem> {
    let Some(ledger) = order.ledger.clone() else { return Ok(None) };
    let left = ledger.entries().iter().filter_map(|entry| match (&entry.kind, entry.of) {
        (Kind::Item { quantity, .. }, pricing::Part::Line(line)) => {
            Some((line.0, quantity - ledger.returned(line)))
        }
        _ => None,
    });
    let left: Vec<Part> = left.filter(|(_, left)| *left > 0).collect();
    let (mut ledger, mut entries) = give_back(ledger, &left, "Cancelled")?;
    if ledger.totals_of(pricing::Part::Shipping).total > 0 {
        let delivery = ledger.give_shipping_back(None, "Cancelled").map_err(Refusal::from)?;
        ledger = ledger.and(delivery.iter().cloned()).map_err(Refusal::from)?;
        entries.extend(delivery);
    }
    Ok(Some(Credited { entries, total: ledger.total(), reason: None }))
}

/// What giving these pieces back adds, and the ledger with it.
pub(crate) fn give_back(
    mut ledger: Ledger,
    parts: &[Part],
    why: &str,
) -> Result<(Ledger, Vec<Entry>), Problem> {
    let mut all = Vec::new();
    for (line, count) in parts {
        let entries = ledger.give_back(pricing::LineId(*line), *count, why).map_err(Refusal::from)?;
        ledger = ledger.and(entries.iter().cloned()).map_err(Refusal::from)?;
        all.extend(entries);
    }
    Ok((ledger, all))
}
