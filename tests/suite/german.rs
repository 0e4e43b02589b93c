//! A shop whose visitors read German: no page of it, and nothing that a page refuses, says an English sentence.

use galleria_tests::{Answer, Client};
use serde_json::json;

use crate::over_both_engines;
use crate::world::{Engine, World};

over_both_engines!(a_german_shopper_reads_no_english);

/// Words of English sentences that no German one has, nor the names of our elements, attributes and addresses.
const ENGLISH: [&str; 15] = [
    "the", "your", "you", "are", "this", "there", "please", "cannot", "nothing", "what", "which", "holds",
    "been", "only", "because",
];

struct Shopper {
    client: Client,
    cookie: String,
}

impl Shopper {
    async fn looks(&mut self, path: &str) -> String {
        let headers = [("accept", "text/html"), ("accept-language", "de-DE"), ("cookie", &*self.cookie)];
        let answer = self.client.send("GET", path, &headers, None).await.unwrap();
        self.keeps(&answer);
        read(path, &answer)
    }

    async fn sends(&mut self, path: &str, form: &str) -> String {
        self.answered(path, form, &[]).await.0
    }

    /// As the script sends it, which is told in short.
    async fn told(&mut self, path: &str, form: &str) -> String {
        self.answered(path, form, &[("x-by-script", "1")]).await.0
    }

    async fn answered(&mut self, path: &str, form: &str, more: &[(&str, &str)]) -> (String, Option<String>) {
        let headers = [
            ("content-type", "application/x-www-form-urlencoded"),
            ("sec-fetch-site", "same-origin"),
            ("accept-language", "de"),
            ("cookie", &*self.cookie),
        ];
        let headers = [&headers[..], more].concat();
        let answer = self.client.send("POST", path, &headers, Some(form)).await.unwrap();
        self.keeps(&answer);
        (read(path, &answer), answer.header("location").map(str::to_owned))
    }

    fn keeps(&mut self, answer: &Answer) {
        let set = answer.headers.iter().filter(|(name, _)| name == "set-cookie");
        let pairs: Vec<&str> = set.map(|(_, cookie)| cookie.split(';').next().unwrap()).collect();
        if !pairs.is_empty() {
            self.cookie = pairs.join("; ");
        }
    }
}

/// The page, which holds no word of English.
fn read(path: &str, answer: &Answer) -> String {
    let page = String::from_utf8_lossy(&answer.body).into_owned();
    let lower = page.to_lowercase();
    let words = lower.split(|letter: char| !letter.is_alphabetic() && !['_', '-'].contains(&letter));
    let found: Vec<&str> = words.filter(|word| ENGLISH.contains(word)).collect();
    assert!(found.is_empty(), "{path} says {found:?}:\n{page}");
    page
}

async fn a_german_shopper_reads_no_english(engine: Engine) {
    let world = World::start(engine, 1).await;
    let mut admin = world.admin("a");
    let made = |answer: Answer| assert!([200, 201].contains(&answer.status), "{}", answer.json());
    let lamp = json!({
        "title": "Lampe", "description": "Macht Licht.", "categories": ["licht"],
        "variants": [
            { "sku": "L-1", "price": 1999, "stock": 3, "options": { "Farbe": "Rot" } },
            { "sku": "L-2", "price": 2999, "stock": 0, "options": { "Farbe": "Blau" } },
        ],
    });
    let lamp = admin.post("/api/v1/products", &lamp).await;
    let lamp = admin.get(lamp.header("location").unwrap()).await.json();
    let [red, blue] = [0, 1].map(|n| lamp["variants"][n]["id"].as_str().unwrap().to_owned());
    made(admin.post("/api/v1/payment-providers", &json!({ "name": "Probekarte", "kind": "sandbox" })).await);
    let first = [("if-match", "\"0\"")];
    let taxes = json!({
        "rates": [{ "name": "MwSt.", "country": "DE", "rate": "19%" }],
    });
    made(admin.send("PUT", "/api/v1/taxes", &first, Some(&taxes.to_string())).await.unwrap());
    let parcel = json!({ "name": "Paket", "price": 490, "takes": "2 bis 3 Tage", "countries": ["DE"] });
    made(admin.post("/api/v1/delivery-options", &parcel).await);
    let spring = json!({
        "name": "Frühling", "code": "FRUEHLING", "effect": { "kind": "percent", "off": "10%" },
        "conditions": { "minimum_subtotal": { "amount": 90000, "currency": "EUR" } },
    });
    made(admin.post("/api/v1/promotions", &spring).await);

    let mut shopper = Shopper { client: world.server.client("a", None), cookie: String::new() };
    let handle = lamp["handle"].as_str().unwrap();
    for path in ["/", "/search", "/search?q=lampe", "/search?q=gibtsnicht", "/c/licht", "/cart", "/nirgends"]
    {
        shopper.looks(path).await;
    }
    shopper.looks(&format!("/p/{handle}")).await;
    shopper.looks("/drafts/00000000-0000-4000-8000-000000000001").await;
    for path in ["/sign-in", "/sign-in?as=staff", "/sign-up", "/password", "/password/forgotten", "/account"]
    {
        shopper.looks(path).await;
    }
    shopper.looks("/account/orders").await;

    // What is refused is said in German as well, to the script and on a page.
    let told = shopper.told("/cart/lines", &format!("variant={red}&quantity=viele")).await;
    assert!(told.contains("Diese Menge ist nicht möglich"), "{told}");
    shopper.told("/cart/lines", "variant=unbekannt&quantity=1").await;
    shopper.sends("/cart/lines", &format!("variant={red}&quantity=2")).await;
    shopper.sends("/cart/codes", "code=WINTER").await;
    shopper.sends("/cart/codes", "code=FRUEHLING").await;
    shopper.sends("/cart/lines", &format!("variant={blue}&quantity=1")).await;
    let cart = shopper.looks("/cart").await;
    assert!(cart.contains("„WINTER“ gilt hier nicht:"), "{cart}");
    assert!(cart.contains("„Frühling“ gilt, wenn noch"), "{cart}");
    assert!(cart.contains("Ausverkauft. Bitte entfernen Sie es."), "{cart}");
    shopper.sends(&format!("/cart/lines/{red}"), "quantity=9").await;
    assert!(shopper.looks("/cart").await.contains("Nur noch 3 da. Bitte verringern Sie die Menge."));

    let empty = shopper.sends("/checkout", "email=ada%40&country=DE&postal_code=zwei").await;
    assert!(empty.contains("Bitte ausfüllen.") && empty.contains("üblich ist, etwa 26133."), "{empty}");
    let address = "email=ada%40example.com&name=Ada&line1=Am+Kai+1&postal_code=20457&city=Hamburg&country=DE";
    shopper.sends("/checkout", address).await;
    shopper.sends(&format!("/cart/lines/{blue}"), "quantity=0").await;
    let short = shopper.sends("/checkout/order", address).await;
    assert!(short.contains("Lampe") && short.contains("Nur noch 3 da."), "{short}");
    shopper.sends(&format!("/cart/lines/{red}"), "quantity=1").await;
    let checkout = shopper.looks("/checkout").await;
    assert!(checkout.contains("Zahlungspflichtig bestellen"), "{checkout}");
    let (_, order) = shopper.answered("/checkout/order", address, &[]).await;
    let order = shopper.looks(&order.unwrap()).await;
    assert!(order.contains("Enthält MwSt. 19\u{a0}%") && order.contains("Zu zahlen"), "{order}");
    assert!(order.contains("20457 Hamburg<br>Deutschland"), "{order}");
    let nothing = [("accept", "text/html"), ("accept-language", "de")];
    let refused = shopper.client.send("PUT", "/search", &nothing, None).await.unwrap();
    assert_eq!(refused.status, 405);
    assert!(read("PUT /search", &refused).contains("So geht es nicht"));
}
