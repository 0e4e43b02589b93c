//! A carrier in its own process, booked and tracked.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use connect::{Booking, Carrier, PartnerError, Rest, RestCarrier, Trip};
use galleria_tests::Partner;
use outbound::{Allowed, Outbound, Policy};
use serde_json::json;

fn carrier(peer: &Partner, key: &str) -> RestCarrier {
    let allow = vec![Allowed::parse("127.0.0.1").unwrap()];
    let outbound = Outbound::new(Policy { allow, allow_http: true, ..Policy::default() }).unwrap();
    RestCarrier(Rest { outbound, address: peer.address(), key: key.into() })
}

fn booking(reference: &str) -> Booking {
    let trip = Trip {
        weight_grams: 700,
        worth: 2_000,
        currency: "EUR".into(),
        from_country: "IE".into(),
        from_postal_code: "D01".into(),
        to_country: "IE".into(),
        to_postal_code: "T12".into(),
    };
    Booking { reference: reference.into(), service: "standard".into(), trip }
}

#[tokio::test]
async fn a_parcel_that_is_booked_twice_is_one_and_is_tracked_by_its_number() {
    let mut peer = Partner::carrier("key").await;
    let swift = carrier(&peer, "key");
    let number = swift.book(&booking("order-1")).await.unwrap();
    assert_eq!(swift.book(&booking("order-1")).await.unwrap(), number);
    assert_ne!(swift.book(&booking("order-2")).await.unwrap(), number);
    let booked = peer.say(&json!({})).await["booked"].clone();
    assert_eq!(booked, json!({ "order-1": "N-order-1", "order-2": "N-order-2" }));
    let tracked = swift.track(&number).await.unwrap();
    assert_eq!((tracked.number.as_str(), tracked.state.as_str()), ("N-order-1", "under_way"));
    assert_eq!(tracked.milestones[0].text, "Left the depot");
}

#[tokio::test]
async fn what_was_typed_as_a_number_stays_within_its_part_of_the_address() {
    let peer = Partner::carrier("key").await;
    for number in ["../account", "x?y=1", "x#y", "%2e%2e/account"] {
        let tracked = carrier(&peer, "key").track(number).await;
        assert_eq!(tracked.unwrap_err(), PartnerError::Status(404), "{number}");
    }
    assert_eq!(carrier(&peer, "other").track("N-1").await.unwrap_err(), PartnerError::Refused);
}
