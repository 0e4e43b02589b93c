//! Parcels that a carrier in its own process is asked about.

use galleria_tests::server::verify;
use galleria_tests::{Client, Partner, read_until};
use serde_json::{Value, json};

use crate::connect::{HERE, add};
use crate::over_both_engines;
use crate::world::{Engine, World, lamp};

over_both_engines!(
    a_parcel_is_followed_until_it_arrives_and_whoever_ordered_sees_where_it_is,
    a_carrier_that_is_down_delays_the_news_and_loses_none,
    of_whoever_was_erased_no_parcel_is_asked_about,
);

/// A shop whose parcels go with a carrier, and a guest's order that is ready to be sent.
struct Sent {
    admin: Client,
    guest: Client,
    cart: String,
    order: String,
}

async fn ordered(world: &World, carrier: &Partner) -> Sent {
    let mut admin = world.admin("a");
    assert_eq!(admin.post("/api/v1/products", &lamp("L", 50)).await.status, 201);
    let partner = json!({
        "kind": "shipping_rest", "name": "Swift", "address": carrier.address(), "secret": "key",
        "options": { "from_country": "IE" },
    });
    let partner = add(&mut admin, &partner).await;
    let option = json!({ "name": "Swift", "price": 490, "carrier": partner.rsplit('/').next() });
    assert_eq!(admin.post("/api/v1/delivery-options", &option).await.status, 201);
    let mut guest = world.server.client("a", None);
    let made = guest.post("/api/v1/carts", &json!({ "lines": [{ "sku": "L", "quantity": 2 }] })).await.json();
    let cart = made["id"].as_str().unwrap().to_owned();
    let details = json!({
        "name": "Ada", "email": "ada@example.com",
        "shipping_address": { "line1": "1 Quay", "city": "Cork", "postal_code": "T12", "country": "IE" },
    });
    let shown = guest.put(&format!("/api/v1/carts/{cart}"), &details).await.json();
    let chosen = json!({ "delivery_option_id": shown["delivery_options"][0]["id"] });
    guest.put(&format!("/api/v1/carts/{cart}/delivery"), &chosen).await;
    let placed = guest.post(&format!("/api/v1/carts/{cart}/checkout"), &json!({})).await;
    assert_eq!(placed.status, 201, "{}", placed.json());
    let order = format!("/api/v1/orders/{}", placed.json()["id"].as_str().unwrap());
    admin.put(&format!("{order}/status"), &json!({ "status": "confirmed" })).await;
    Sent { admin, guest, cart, order }
}

impl Sent {
    async fn send(&mut self, parcel: &Value) {
        let sent = self.admin.post(&format!("{}/parcels", self.order), parcel).await;
        assert_eq!(sent.status, 201, "{}", sent.json());
    }

    async fn order(&mut self) -> Value {
        self.admin.get(&self.order).await.json()
    }

    /// Has the carrier asked now; what the job says of it.
    async fn ask(&mut self) -> String {
        let job = self.admin.post("/api/v1/jobs", &json!({ "name": "connect.track" })).await.json();
        let path = format!("/api/v1/jobs/{}", job["id"].as_str().unwrap());
        let job = self.admin.until(&path, |job| job["state"] == "done").await;
        job["note"].as_str().unwrap().to_owned()
    }

    /// Waits until so many jobs are to ask again and again.
    async fn until_repeated(&mut self, jobs: usize, why: &str) {
        let repeated = |waiting: &Value| {
            let waiting = waiting["items"].as_array().unwrap();
            waiting.iter().filter(|job| job["name"] == "connect.track").count()
        };
        let waiting = async || self.admin.get("/api/v1/jobs?state=waiting&limit=100").await.json();
        read_until(why, waiting, |waiting| repeated(waiting) == jobs).await;
    }
}

fn milestone(hour: u32, text: &str) -> Value {
    json!({ "at": format!("2026-05-03T{hour:02}:00:00Z"), "text": text })
}

async fn a_parcel_is_followed_until_it_arrives_and_whoever_ordered_sees_where_it_is(engine: Engine) {
    let mut carrier = Partner::carrier("key").await;
    let world = World::start_with(engine, 2, &HERE).await;
    let mut sent = ordered(&world, &carrier).await;
    // What somebody else carries, or has no number, is nobody's to ask about.
    sent.send(
        &json!({ "lines": [{ "line": 1, "quantity": 1 }], "carrier": "An Post", "tracking_number": "X-1" }),
    )
    .await;
    assert_eq!(sent.ask().await, "0 parcels were asked about; of 0 nothing was heard.");
    sent.until_repeated(0, "nobody is asked again and again").await;
    sent.send(&json!({ "tracking_number": "P-1" })).await;
    sent.until_repeated(1, "the order's way of delivery says whom to ask").await;

    let (left, town) = (milestone(9, "Left the depot"), milestone(14, "Reached <Cork>"));
    carrier.say(&json!({ "parcels": { "P-1": { "state": "under_way", "milestones": [left] } } })).await;
    assert_eq!(sent.ask().await, "1 parcels were asked about; of 0 nothing was heard.");
    let version = sent.order().await["version"].clone();
    sent.ask().await;
    assert_eq!(sent.order().await["version"], version, "what is known is no news");
    carrier.say(&json!({ "parcels": { "P-1": { "state": "under_way", "milestones": [town, left] } } })).await;
    sent.ask().await;
    let order = sent.order().await;
    let parcels = order["parcels"].as_array().unwrap();
    assert_eq!((&parcels[0]["carrier"], &parcels[0]["state"]), (&json!("An Post"), &json!(null)));
    assert_eq!((&parcels[1]["tracking_number"], &parcels[1]["state"]), (&json!("P-1"), &json!("under_way")));
    let texts: Vec<&Value> =
        parcels[1]["milestones"].as_array().unwrap().iter().map(|milestone| &milestone["text"]).collect();
    assert_eq!(texts, ["Left the depot", "Reached <Cork>"]);
    let last = order["acts"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&last["kind"], &last["text"]), (&json!("parcel_seen"), &json!("Reached <Cork>")));
    let history = sent.admin.get(&sent.order.replace("/orders/", "/history/")).await;
    assert!(String::from_utf8_lossy(&history.body).contains("order.parcel_seen"), "{}", history.json());
    // The page of the order tells it to whoever knows the order.
    let page = sent.guest.get(&format!("/orders/{}", sent.cart)).await;
    let page = String::from_utf8_lossy(&page.body).into_owned();
    for text in ["On its way to you", "Number P-1", "Left the depot", "Reached &lt;Cork&gt;"] {
        assert!(page.contains(text), "{text}: {page}");
    }

    // Delivered ends it, whatever the carrier says then.
    let arrived = json!({ "P-1": { "state": "delivered", "milestones": [milestone(16, "Handed over")] } });
    carrier.say(&json!({ "parcels": arrived })).await;
    sent.ask().await;
    assert_eq!(sent.order().await["parcels"][1]["state"], "delivered");
    sent.until_repeated(0, "nobody is asked again and again").await;
    carrier.say(&json!({ "parcels": { "P-1": { "state": "lost", "milestones": [] } } })).await;
    let asked = carrier.say(&json!({})).await["tracked"].clone();
    assert_eq!(sent.ask().await, "0 parcels were asked about; of 0 nothing was heard.");
    assert_eq!(carrier.say(&json!({})).await["tracked"], asked);
    assert_eq!(sent.order().await["parcels"][1]["state"], "delivered");
    assert_eq!(sent.order().await["status"], "shipped", "nobody knows whether the other parcel is there");
    verify(&world.cell);
}

async fn a_carrier_that_is_down_delays_the_news_and_loses_none(engine: Engine) {
    let mut carrier = Partner::carrier("key").await;
    let world = World::start_with(engine, 1, &HERE).await;
    let mut sent = ordered(&world, &carrier).await;
    sent.send(&json!({ "tracking_number": "P-1" })).await;
    let told = json!({ "P-1": { "state": "under_way", "milestones": [milestone(9, "Left the depot")] } });
    carrier.say(&json!({ "mode": "down", "parcels": told })).await;
    assert_eq!(sent.ask().await, "1 parcels were asked about; of 1 nothing was heard.");
    assert_eq!(sent.order().await["parcels"][0]["state"], "announced");
    // What it says makes no sense: the same.
    let odd = json!({ "P-1": { "state": "eaten", "milestones": [] } });
    carrier.say(&json!({ "mode": "well", "parcels": odd })).await;
    assert_eq!(sent.ask().await, "1 parcels were asked about; of 1 nothing was heard.");
    carrier.say(&json!({ "parcels": told })).await;
    assert_eq!(sent.ask().await, "1 parcels were asked about; of 0 nothing was heard.");
    assert_eq!(sent.order().await["parcels"][0]["milestones"][0]["text"], "Left the depot");
    sent.until_repeated(1, "it is asked again and again until the parcel is there").await;
    assert_eq!(sent.order().await["status"], "shipped");
    carrier.say(&json!({ "parcels": { "P-1": { "state": "delivered", "milestones": [] } } })).await;
    sent.ask().await;
    assert_eq!(sent.order().await["status"], "delivered", "all of it is there");
    verify(&world.cell);
}

async fn of_whoever_was_erased_no_parcel_is_asked_about(engine: Engine) {
    let mut carrier = Partner::carrier("key").await;
    let world = World::start_with(engine, 1, &HERE).await;
    let mut sent = ordered(&world, &carrier).await;
    sent.send(&json!({ "tracking_number": "P-1" })).await;
    let told =
        json!({ "P-1": { "state": "under_way", "milestones": [milestone(9, "With Ada's neighbour")] } });
    carrier.say(&json!({ "parcels": told })).await;
    sent.ask().await;
    sent.until_repeated(1, "it is asked again and again").await;
    let customer = sent.order().await["customer"]["id"].clone();
    let erased = sent.admin.post("/api/v1/privacy/erasures", &json!({ "person": customer })).await;
    assert!((200..300).contains(&erased.status), "{}", erased.json());
    sent.until_repeated(0, "nobody is asked again and again").await;
    let order = sent.order().await;
    assert!(!order.to_string().contains("neighbour"), "{order}");
    assert_eq!(order["parcels"][0]["milestones"][0]["at"], "2026-05-03T09:00:00.000000Z");
    assert_eq!(sent.ask().await, "0 parcels were asked about; of 0 nothing was heard.");
    verify(&world.cell);
}
