//! Tests of the decisions about stock.

use kernel::aggregate::{Given, given};
use kernel::{Aggregate, Decide, Timestamp};
use proptest::prelude::*;
use uuid::Uuid;

use super::reservations::Hold;
use super::*;
use crate::{LocationId, ProductId, Refusal};

const NOW: Timestamp = Timestamp::from_micros(0);

fn opened(on_hand: i64) -> StockEvent {
    Opened { product: ProductId(Uuid::nil()), sku: "A".into(), on_hand }.into()
}

fn ten() -> Given<Stock> {
    given([opened(10)])
}

fn depot(number: u128) -> LocationId {
    LocationId(Uuid::from_u128(number))
}

fn adjust(delta: i64, location: LocationId) -> Adjust {
    Adjust { delta, reason: "counted".into(), location }
}

fn minutes(number: i64) -> Timestamp {
    Timestamp::from_micros(number * 60_000_000)
}

/// The stock after these commands, each of which is accepted.
macro_rules! after {
    ($stock:expr; $($command:expr),+ $(,)?) => {{
        let mut stock: Stock = $stock.0.clone();
        $(for event in stock.decide(&$command, NOW).unwrap() { stock.apply(&event); })+
        Given(stock)
    }};
}

#[test]
fn promises_what_is_there() {
    let order = Uuid::now_v7();
    let events = ten().when(&Reserve { order, quantity: 10 }, NOW).unwrap();
    assert_eq!(events, [Reserved { order, quantity: 10, backordered: 0 }.into()]);
}

#[test]
fn refuses_to_promise_more_than_is_there() {
    let refusal = ten().when(&Reserve { order: Uuid::nil(), quantity: 11 }, NOW).unwrap_err();
    assert_eq!(refusal, Refusal::OutOfStock { available: 10 });
}

#[test]
fn refuses_to_fall_below_what_is_promised() {
    let stock = after!(ten(); Reserve { order: Uuid::nil(), quantity: 4 });
    let refusal = stock.when(&adjust(-7, LocationId::DEFAULT), NOW).unwrap_err();
    assert_eq!(refusal, Refusal::BelowReserved { reserved: 4 });
}

#[test]
fn refuses_to_count_more_than_can_be_counted() {
    assert_eq!(ten().when(&adjust(i64::MAX, LocationId::DEFAULT), NOW), Err(Refusal::TooMuch));
}

#[test]
fn events_of_the_first_schema_are_about_the_default_location_and_keep_the_state_as_it_was() {
    use kernel::Event;
    let order = Uuid::nil();
    let mut stock = ten().0;
    for (kind, data) in [
        ("stock.adjusted", r#"{"delta":5,"reason":"found"}"#.to_owned()),
        ("stock.reserved", format!(r#"{{"order":"{order}","quantity":4}}"#)),
        ("stock.shipped", format!(r#"{{"order":"{order}","quantity":3}}"#)),
        ("stock.released", format!(r#"{{"order":"{order}","quantity":1}}"#)),
    ] {
        stock.apply(&StockEvent::decode(kind, 1, &data).unwrap());
    }
    assert_eq!((stock.on_hand, stock.reserved, stock.at(LocationId::DEFAULT)), (12, 0, 12));
    assert_eq!(serde_json::to_string(&stock).unwrap(), r#"{"opened":true,"on_hand":12,"reserved":0}"#);
}

#[test]
fn what_lies_elsewhere_is_counted_and_moved_by_location() {
    let transfer = |quantity| Transfer {
        from: LocationId::DEFAULT,
        to: depot(2),
        quantity,
        reason: "to the shop".into(),
    };
    let stock = after!(ten(); adjust(5, depot(1)), transfer(4));
    assert_eq!((stock.0.on_hand, stock.0.at(LocationId::DEFAULT), stock.0.at(depot(2))), (15, 6, 4));
    assert_eq!(stock.when(&transfer(7), NOW), Err(Refusal::NotThere { there: 6 }));
    assert_eq!(stock.when(&adjust(-6, depot(1)), NOW), Err(Refusal::NotThere { there: 5 }));
}

#[test]
fn ships_from_the_first_location_that_has_enough_and_splits_only_if_need_be() {
    let order = Uuid::nil();
    let stock = after!(
        given::<Stock>([opened(3)]);
        adjust(2, depot(1)), adjust(8, depot(2)), Reserve { order, quantity: 13 }
    );
    let from = |quantity| {
        let events = stock.when(&Ship { order, quantity }, NOW).unwrap();
        let [StockEvent::Shipped(shipped)] = events.as_slice() else { panic!("{events:?}") };
        shipped.from.iter().map(|taken| (taken.location, taken.quantity, taken.left)).collect::<Vec<_>>()
    };
    assert_eq!(from(3), [(LocationId::DEFAULT, 3, 0)]);
    assert_eq!(from(4), [(depot(2), 4, 4)]);
    assert_eq!(from(12), [(LocationId::DEFAULT, 3, 0), (depot(1), 2, 0), (depot(2), 7, 1)]);
    let named = |quantity| ShipFrom { order, quantity, locations: vec![depot(1)] };
    assert_eq!(stock.when(&named(2), NOW).unwrap().len(), 1);
    assert_eq!(stock.when(&named(3), NOW), Err(Refusal::NothingToShip));
}

#[test]
fn promises_beyond_what_is_there_up_to_the_limit_and_what_arrives_covers_it() {
    let order = Uuid::nil();
    let limit = Configure(Policy { low_at: None, backorder_limit: 5 });
    let stock = after!(ten(); limit, Reserve { order, quantity: 13 });
    assert_eq!((stock.0.reserved, stock.0.backordered), (10, 3));
    let more = stock.when(&Reserve { order, quantity: 3 }, NOW);
    assert_eq!(more, Err(Refusal::OutOfStock { available: 2 }));
    assert_eq!(stock.when(&Ship { order, quantity: 13 }, NOW), Err(Refusal::NothingToShip));
    let arrived = after!(stock; adjust(2, depot(1)));
    assert_eq!((arrived.0.reserved, arrived.0.backordered), (12, 1));
    let cancelled = after!(stock; Release { order, quantity: 4 });
    assert_eq!((cancelled.0.reserved, cancelled.0.backordered), (9, 0));
}

#[test]
fn says_once_that_little_is_left_until_there_is_more_again() {
    let order = Uuid::nil();
    let stock = after!(ten(); Configure(Policy { low_at: Some(3), backorder_limit: 0 }));
    let first = stock.when(&Reserve { order, quantity: 7 }, NOW).unwrap();
    assert_eq!(first[1], Low { available: 3, threshold: 3 }.into());
    let low = after!(stock; Reserve { order, quantity: 7 });
    assert_eq!(low.when(&Reserve { order, quantity: 1 }, NOW).unwrap().len(), 1);
    let again = after!(low; Release { order, quantity: 1 });
    assert_eq!(again.when(&Reserve { order, quantity: 1 }, NOW).unwrap().len(), 2);
}

#[test]
fn what_a_checkout_holds_is_nobody_elses_until_its_time_is_over() {
    let (order, hold) = (Uuid::nil(), Uuid::max());
    let stock = after!(ten(); Hold { hold, quantity: 8, until: minutes(15) });
    let reserve = Reserve { order, quantity: 3 };
    assert_eq!(stock.when(&reserve, minutes(14)), Err(Refusal::OutOfStock { available: 2 }));
    assert_eq!(stock.when(&reserve, minutes(15)).unwrap().len(), 1);
    let claim = ClaimHold { hold, quantity: 8, until: minutes(15), order };
    let claimed = after!(stock; claim);
    assert_eq!((claimed.0.reserved, claimed.0.held(NOW)), (8, 0));
    let released = after!(stock; ReleaseHold { hold, quantity: 8, until: minutes(15) });
    assert_eq!(released.0, ten().0);
}

#[test]
fn a_checkout_that_is_late_gets_it_only_if_it_is_still_there() {
    let (order, hold) = (Uuid::nil(), Uuid::max());
    let stock = after!(ten(); Hold { hold, quantity: 8, until: minutes(15) });
    let late = ClaimHold { hold, quantity: 8, until: minutes(15), order };
    let events = stock.when(&late, minutes(20)).unwrap();
    assert_eq!(events, [Reserved { order, quantity: 8, backordered: 0 }.into()]);
    let mut sold = stock.0.clone();
    sold.apply(&Reserved { order, quantity: 5, backordered: 0 }.into());
    assert_eq!(sold.decide(&late, minutes(20)), Err(Refusal::OutOfStock { available: 5 }));
}

#[test]
fn a_state_does_not_remember_holds_whose_time_is_over() {
    let hold = Uuid::max();
    let mut stock = after!(ten(); Hold { hold, quantity: 8, until: minutes(15) }).0;
    for event in stock.decide(&Hold { hold, quantity: 1, until: minutes(40) }, minutes(30)).unwrap() {
        stock.apply(&event);
    }
    assert_eq!(stock.holds.len(), 1);
}

proptest! {
    #[test]
    fn no_history_promises_more_than_there_is(
        steps in prop::collection::vec((0u8..9, 1i64..50, 0u128..3, 1i64..4), 0..200),
        limit in prop_oneof![Just(0), 1i64..20],
    ) {
        let mut stock = after!(ten(); Configure(Policy { low_at: Some(3), backorder_limit: limit })).0;
        let (order, mut now, mut open) = (Uuid::nil(), NOW, Vec::<(Uuid, i64, Timestamp)>::new());
        for (step, quantity, place, time) in steps {
            now = now.plus(std::time::Duration::from_secs(20));
            let location = if place == 0 { LocationId::DEFAULT } else { depot(place) };
            let until = now.plus(std::time::Duration::from_secs(time.unsigned_abs() * 100));
            let hold = Uuid::now_v7();
            let events = match (step, open.pop()) {
                (0, _) => stock.decide(&Reserve { order, quantity }, now),
                (1, _) => stock.decide(&Release { order, quantity }, now),
                (2, _) => stock.decide(&Ship { order, quantity }, now),
                (3, _) => stock.decide(&adjust(quantity - 25, location), now),
                (4, _) => {
                    let to = if place == 0 { depot(1) } else { LocationId::DEFAULT };
                    stock.decide(&Transfer { from: location, to, quantity, reason: String::new() }, now)
                }
                (5, Some((hold, quantity, until))) => {
                    stock.decide(&ReleaseHold { hold, quantity, until }, now)
                }
                (6, Some((hold, quantity, until))) => {
                    stock.decide(&ClaimHold { hold, quantity, until, order }, now)
                }
                _ => {
                    let held = stock.decide(&Hold { hold, quantity, until }, now);
                    if held.is_ok() {
                        open.push((hold, quantity, until));
                    }
                    held
                }
            };
            for event in events.unwrap_or_default() {
                stock.apply(&event);
            }
            prop_assert!(stock.reserved >= 0 && stock.on_hand >= stock.reserved, "{stock:?}");
            prop_assert!((0..=limit).contains(&stock.backordered), "{stock:?}");
            prop_assert!(stock.at(LocationId::DEFAULT) >= 0, "{stock:?}");
            prop_assert!(stock.elsewhere.values().all(|level| *level > 0), "{stock:?}");
            prop_assert!(stock.holds.values().all(|held| *held > 0), "{stock:?}");
        }
    }
}
