//! Both engines answer the same to the same history.

use std::collections::HashMap;

use galleria_tests::{Client, until};
use serde_json::{Value, json};

use crate::world::{Dice, Engine, World, lamp, order};

#[tokio::test(flavor = "multi_thread")]
async fn both_engines_answer_the_same_to_the_same_history() {
    for seed in [11, 12] {
        let embedded = World::start(Engine::Embedded, 1).await;
        let database = World::start(Engine::Database, 1).await;
        let (one, other) =
            (history(embedded.admin("a"), seed).await, history(database.admin("a"), seed).await);
        for (step, (one, other)) in one.iter().zip(&other).enumerate() {
            assert_eq!(one, other, "seed {seed}, step {step}");
        }
        for world in [&embedded, &database] {
            galleria_tests::server::verify(&world.cell);
        }
    }
}

async fn history(mut client: Client, seed: u64) -> Vec<Value> {
    let mut dice = Dice(seed);
    let (mut products, mut orders, mut answers) = (Vec::new(), Vec::new(), Vec::new());
    let mut names = Names::default();
    for step in 0..120 {
        let sku = format!("S{}", dice.roll(8));
        let (method, path, headers, body) = match dice.roll(10) {
            0 | 1 => (
                "POST",
                "/api/v1/products".to_owned(),
                None,
                Some(lamp(&sku, i64::try_from(dice.roll(12)).unwrap())),
            ),
            2 => {
                let version = format!("\"{}\"", 1 + dice.roll(3));
                (
                    "PUT",
                    pick(&products, "/api/v1/products", &mut dice),
                    Some(("if-match", version)),
                    Some(lamp(&sku, 3)),
                )
            }
            3..6 => {
                let line = i64::try_from(dice.roll(5)).unwrap();
                let key = format!("k{}", dice.roll(40));
                (
                    "POST",
                    "/api/v1/orders".to_owned(),
                    Some(("idempotency-key", key)),
                    Some(order(&[(&sku, line), ("S1", 1)])),
                )
            }
            6 => ("DELETE", pick(&orders, "/api/v1/orders", &mut dice), None, None),
            7 => {
                let to = ["confirmed", "packed", "shipped", "delivered", "cancelled"]
                    [usize::try_from(dice.roll(5)).unwrap()];
                let path = pick(&orders, "/api/v1/orders", &mut dice) + "/status";
                ("PUT", path, None, Some(json!({ "status": to })))
            }
            8 => ("GET", format!("/api/v1/products/search?q={}&limit=3", sku.to_lowercase()), None, None),
            _ => ("GET", "/api/v1/orders?limit=5".to_owned(), None, None),
        };
        let headers: Vec<(&str, &str)> =
            headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let body = body.map(|body| body.to_string());
        // How soon an index has caught up is the one thing in which they may differ.
        let answer = until("the index has caught up", async || {
            let answer = client.send(method, &path, &headers, body.as_deref()).await.unwrap();
            let waits = answer.json()["up_to_date"] == false || answer.code() == "search_not_ready";
            (!waits).then_some(answer)
        })
        .await;
        assert_ne!(answer.status, 500, "step {step}: {method} {path}");
        if answer.status == 201 {
            let made = answer.header("location").unwrap().to_owned();
            if path.ends_with("products") { products.push(made) } else { orders.push(made) }
        }
        let body = answer.json();
        answers.push(json!([
            answer.status,
            answer.header("etag"),
            answer.header("idempotent-replayed"),
            names.blank(body)
        ]));
    }
    answers
}

fn pick(known: &[String], path: &str, dice: &mut Dice) -> String {
    let number = usize::try_from(dice.roll(1000)).unwrap();
    if known.is_empty() {
        format!("{path}/0198c0de-0000-7000-8000-000000000000")
    } else {
        known[number % known.len()].clone()
    }
}

/// Ids and times differ from run to run; in the order in which they appear they do not.
#[derive(Default)]
struct Names(HashMap<String, usize>);

impl Names {
    fn blank(&mut self, value: Value) -> Value {
        match value {
            Value::String(text) if text.parse::<uuid::Uuid>().is_ok() => {
                let next = self.0.len();
                json!(format!("id {}", self.0.entry(text).or_insert(next)))
            }
            Value::Array(items) => items.into_iter().map(|item| self.blank(item)).collect(),
            Value::Object(members) => members
                .into_iter()
                .map(|(name, value)| match name.as_str() {
                    "correlation_id" | "next_cursor" | "actor" | "at" | "held_until" => (name, json!("…")),
                    _ if name.ends_with("_at") => (name, json!("…")),
                    _ => (name, self.blank(value)),
                })
                .collect(),
            other => other,
        }
    }
}
