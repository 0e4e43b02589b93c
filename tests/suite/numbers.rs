//! Order numbers: one after the other, whatever is refused in between and whoever stops.

use galleria_tests::server::verify;
use serde_json::json;

use crate::over_both_engines;
use crate::world::{Engine, World, all, lamp, order};

over_both_engines!(no_number_is_left_out_and_none_is_given_twice);

async fn no_number_is_left_out_and_none_is_given_twice(engine: Engine) {
    let mut world = World::start(engine, 1).await;
    let mut admin = world.admin("a");
    admin.post("/api/v1/products", &lamp("L", 1000)).await;
    admin.post("/api/v1/products", &lamp("R", 0)).await;
    for round in 0..2 {
        let people: Vec<_> = (0..4)
            .map(|_| {
                let mut admin = world.admin("a");
                tokio::spawn(async move {
                    for n in 0..10 {
                        let wanted = if n % 2 == 0 { [("L", 1)] } else { [("R", 1)] };
                        let placed = admin.post("/api/v1/orders", &order(&wanted)).await;
                        assert_eq!(placed.status, if n % 2 == 0 { 201 } else { 409 }, "{}", placed.json());
                    }
                })
            })
            .collect();
        for person in people {
            person.await.unwrap();
        }
        let mut numbers: Vec<i64> = all(&mut admin, "/api/v1/orders")
            .await
            .iter()
            .map(|order| order["number"].as_i64().unwrap())
            .collect();
        numbers.sort_unstable();
        assert_eq!(numbers, (1001..1001 + 20 * (round + 1)).collect::<Vec<i64>>());
        world.server.kill();
        world.server.up().await;
        admin = world.admin("a");
    }
    // Kept under its key, an order is placed once and has one number.
    let (key, body) = ([("idempotency-key", "once")], order(&[("L", 1)]).to_string());
    for _ in 0..2 {
        let placed = admin.send("POST", "/api/v1/orders", &key, Some(&body)).await.unwrap();
        assert_eq!(placed.json()["number"], json!(1041));
    }
    let next = admin.post("/api/v1/orders", &order(&[("L", 1)])).await;
    assert_eq!(next.json()["number"], json!(1042));
    verify(&world.cell);
}
