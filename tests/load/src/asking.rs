//! What it costs to know who is asking and whether they may, beside the same route asked by nobody.

use std::sync::Arc;
use std::time::Duration;

use galleria_tests::server::{command, make_key};
use serde_json::{Value, json};

use crate::orders::{Shop, run};
use crate::press::{Request, press};
use crate::table::Table;

const PASSWORD: &str = "seven wet otters";

pub fn asking(table: &mut Table, duration: Duration) {
    println!("Who is asking");
    let shop = Shop::embedded();
    let products = run(shop.server.client("bench", None).get("/api/v1/products?limit=1")).json();
    let path = format!("/api/v1/products/{}", products["items"][0]["id"].as_str().unwrap());
    let key = make_key(&shop.place(), "bench", "viewer");
    let (token, cookie) = staff(&shop);
    let asked = |name: &str, value: &str| {
        let headers = if name.is_empty() { Vec::new() } else { vec![(name, value)] };
        shop.server.client("bench", None).request("GET", &path, &headers, None)
    };
    let ways = [
        ("as many letters as a token has, in a header that nobody reads,", asked("x-letters", &token)),
        ("a key of the shop", asked("authorization", &format!("Bearer {key}"))),
        ("an access token", asked("authorization", &format!("Bearer {token}"))),
        ("a browser's session", asked("cookie", &cookie)),
    ];
    let nobody = asked("", "");
    for (name, somebody) in ways {
        // Turn and turn about, so that both meet the same neighbours on the machine.
        let (mut with, mut without) = (0.0, 0.0);
        for _ in 0..4 {
            without += pressed(shop.server.port, &nobody, duration / 4);
            with += pressed(shop.server.port, &somebody, duration / 4);
        }
        let cost = (without / with - 1.0) * 100.0;
        table.line(
            &format!("a product asked for with {name} / by nobody"),
            format!("{:.0}/s / {:.0}/s: {cost:+.1} %", with / 4.0, without / 4.0),
            "< 15 %",
            cost < 15.0,
        );
    }
}

fn pressed(port: u16, request: &[u8], duration: Duration) -> f64 {
    let bytes = request.to_vec();
    let request: Request = Arc::new(move |_, _| bytes.clone());
    press(port, 64, duration, None, request).per_second()
}

/// Somebody who works there, with a token and with a cookie.
fn staff(shop: &Shop) -> (String, String) {
    let words = [
        "account",
        "create",
        "--tenant",
        "bench",
        "--name",
        "Ada",
        "--email",
        "ada@example.com",
        "--role",
        "viewer",
    ];
    let link = command(&shop.place(), &words);
    let ticket = link.split_once('#').unwrap().1;
    let mut client = shop.server.client("bench", None);
    let sign_in =
        |kind: &str| json!({ "email": "ada@example.com", "password": PASSWORD, "as": "staff", "kind": kind });
    run(async {
        let set = client.post("/api/v1/passwords", &json!({ "ticket": ticket, "password": PASSWORD })).await;
        assert_eq!(set.status, 204, "{}", set.json());
        let token: Value = client.post("/api/v1/sign-in", &sign_in("program")).await.json();
        let browser = client.post("/api/v1/sign-in", &sign_in("browser")).await;
        let cookie = browser.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
        (token["access_token"].as_str().unwrap().to_owned(), cookie)
    })
}
