//! What an order costs in a tenant with little history, and in one with much.

use std::time::Duration;

use crate::orders::Shop;
use crate::table::Table;

/// Events that an order of two lines leaves behind.
const EVENTS: f64 = 3.0;

pub fn growth(table: &mut Table, most: u64) {
    println!("Growth");
    let shop = Shop::embedded();
    let (mut events, mut mark, mut samples) = (0.0, 1_000.0, Vec::new());
    while events < most as f64 {
        let pressed = shop.press(64, Duration::from_secs(2), None);
        events += pressed.done as f64 * EVENTS;
        if events >= mark {
            let micros = 1e6 / pressed.per_second();
            println!("    around {events:.0} events: {micros:.0} µs an order");
            samples.push((events, micros));
            mark = (mark * 10.0).max(events * 1.5);
        }
    }
    // The first sample warms caches up; what is compared is the second with the last.
    let (early, late) = (samples[samples.len().min(2) - 1], samples[samples.len() - 1]);
    let change = (late.1 / early.1 - 1.0) * 100.0;
    table.line(
        &format!("cost of an order, around {:.0} events against {:.0}", late.0, early.0),
        format!("{:.0} µs against {:.0} µs, {change:+.0} %", late.1, early.1),
        "within 20 %",
        change < 20.0,
    );
}
