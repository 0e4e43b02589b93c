//! What an order costs in a tenant with little history, and in one with much.

use std::time::Duration;

use crate::orders::Shop;
use crate::table::Table;

/// Events that an order of two lines leaves behind.
const EVENTS: f64 = 3.0;

pub fn growth(table: &mut Table, most: u64) {
    println!("Growth");
    let shop = Shop::embedded();
    // Reads warm the process up, so that the first sample is not slow for another reason than its history.
    shop.warm();
    let (mut events, mut samples, mut next) = (0.0, Vec::new(), 0.0);
    let first = shop.press(64, Duration::from_millis(300), None);
    events += first.done as f64 * EVENTS;
    samples.push((events, 1e6 / first.per_second()));
    println!("    up to {events:.0} events: {:.0} µs an order", samples[0].1);
    while events < most as f64 {
        let pressed = shop.press(64, Duration::from_secs(2), None);
        events += pressed.done as f64 * EVENTS;
        if events >= next {
            let micros = 1e6 / pressed.per_second();
            println!("    up to {events:.0} events: {micros:.0} µs an order");
            samples.push((events, micros));
            next = events * 2.0;
        }
    }
    let last = shop.press(64, Duration::from_secs(2), None);
    samples.push((events + last.done as f64 * EVENTS, 1e6 / last.per_second()));
    let (early, late) = (samples[0], samples[samples.len() - 1]);
    let change = (late.1 / early.1 - 1.0) * 100.0;
    table.line(
        &format!("cost of an order, up to {:.0} events against up to {:.0}", late.0, early.0),
        format!("{:.0} µs against {:.0} µs, {change:+.0} %", late.1, early.1),
        "within 20 %",
        change < 20.0,
    );
}
