//! Buying for an organisation in the pages of a shop: asked for a yes, declined, and approved.

use galleria_tests::{Answer, Browser, Client};
use serde_json::json;

use crate::over_both_engines;
use crate::people::{PASSWORD, Person, Town};
use crate::till::text;
use crate::world::{Engine, lamp};

over_both_engines!(a_buyer_asks_and_a_colleague_answers_in_the_pages_of_the_shop);

/// Somebody at a browser: what they asked for last, and the cookies that they have.
struct Visitor {
    client: Client,
    cookie: String,
}

impl Visitor {
    async fn signed_in(town: &Town, person: &Person) -> Self {
        let mut client = town.shop("a");
        let body = json!({ "email": person.email, "password": PASSWORD, "as": "customer" });
        let headers = [("sec-fetch-site", "same-origin")];
        let signed = client.send("POST", "/api/v1/sign-in", &headers, Some(&body.to_string())).await.unwrap();
        assert_eq!(signed.status, 200, "{}", signed.json());
        let set = signed.headers.iter().filter(|(name, _)| name == "set-cookie");
        let pairs: Vec<&str> = set.map(|(_, cookie)| cookie.split(';').next().unwrap()).collect();
        Self { client, cookie: pairs.join("; ") }
    }

    async fn sees(&mut self, path: &str, language: &str) -> String {
        let headers =
            [("accept", "text/html"), ("accept-language", language), ("cookie", self.cookie.as_str())];
        let shown = self.client.send("GET", path, &headers, None).await.unwrap();
        assert_eq!(shown.status, 200, "{path}");
        page(&shown)
    }

    async fn sends(&mut self, path: &str, form: &str) -> Answer {
        let headers = [
            ("content-type", "application/x-www-form-urlencoded"),
            ("sec-fetch-site", "same-origin"),
            ("cookie", self.cookie.as_str()),
        ];
        self.client.send("POST", path, &headers, Some(form)).await.unwrap()
    }
}

fn page(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.body).into_owned()
}

fn leads(answer: &Answer, to: &str) {
    assert_eq!((answer.status, answer.header("location")), (303, Some(to)), "{}", page(answer));
}

async fn a_buyer_asks_and_a_colleague_answers_in_the_pages_of_the_shop(engine: Engine) {
    let town = Town::start(engine, 1).await;
    let mut admin = town.world.admin("a");
    let lamp = admin.post("/api/v1/products", &lamp("L", 10)).await.json();
    let variant = text(&lamp["variants"][0]["id"]);
    let cy = town.customer("a", "cy@example.com").await;
    let bo = town.customer("a", "bo@example.com").await;
    let eve = town.customer("a", "eve@example.com").await;
    let terms = json!({ "name": "Quay Hotels", "purchase_order_required": true, "approval_limit": 3000 });
    let quay = text(&admin.post("/api/v1/organisations", &terms).await.json()["id"]);
    for (person, role) in [(&cy, "buyer"), (&bo, "approver")] {
        let path = format!("/api/v1/organisations/{quay}/members/{}", person.account);
        assert_eq!(admin.put(&path, &json!({ "role": role })).await.status, 200);
    }
    let mut buyer = Visitor::signed_in(&town, &cy).await;
    let mut approver = Visitor::signed_in(&town, &bo).await;
    let mut stranger = Visitor::signed_in(&town, &eve).await;

    let added = buyer.sends("/cart/lines", &format!("variant={variant}&quantity=2")).await;
    leads(&added, "/cart");
    let id = text(&admin.get("/api/v1/carts").await.json()["items"][0]["id"]);
    let checkout = buyer.sees("/checkout", "en").await;
    assert!(checkout.contains("Buying for Quay Hotels") && checkout.contains("Purchase order number"));
    assert!(buyer.sees("/checkout", "de").await.contains("Einkauf für Quay Hotels"));
    let address = "email=cy%40example.com&name=Cy&line1=1+Quay&postal_code=T12&city=Cork&country=IE";
    let form = format!("{address}&cart={id}&total=3998");
    let unnumbered = buyer.sends("/checkout/order", &form).await;
    assert_eq!(unnumbered.status, 422);
    assert!(page(&unnumbered).contains("purchase_order-problem"), "{}", page(&unnumbered));
    let form = format!("{form}&purchase_order=PO-17");
    leads(&buyer.sends("/checkout/order", &form).await, &format!("/approvals/{id}"));
    leads(&buyer.sends("/checkout/order", &form).await, &format!("/approvals/{id}"));
    let path = format!("/approvals/{id}");
    let waits = buyer.sees(&path, "en").await;
    assert!(waits.contains("Waiting for approval") && waits.contains("Cy Buyer"), "{waits}");
    assert!(waits.contains("PO-17") && !waits.contains("Approve and order"), "{waits}");
    assert!(buyer.sees("/account/orders", "en").await.contains(&path));

    // The colleague sees it among their own things, and says no with a reason.
    let listed = approver.sees("/account/orders", "en").await;
    assert!(listed.contains("Waiting for your approval") && listed.contains("2 × Lamp L"), "{listed}");
    assert!(approver.sees(&path, "de").await.contains("Freigeben und für"));
    assert!(!stranger.sees("/account/orders", "en").await.contains(&path));
    assert_eq!(stranger.sends(&format!("{path}/approve"), "total=3998").await.status, 404);
    assert_eq!(approver.sends(&format!("{path}/decline"), "reason=").await.status, 422);
    let declined = approver.sends(&format!("{path}/decline"), "reason=One+is+enough").await;
    leads(&declined, "/account/orders?done=declined");
    assert!(approver.sees("/account/orders?done=declined", "en").await.contains("The buyer sees why"));
    assert!(buyer.sees("/cart", "en").await.contains("Not approved: One is enough"));

    // Asked again and taken back, then asked and approved: at the total that was shown and no other.
    leads(&buyer.sends("/checkout/order", &form).await, &path);
    leads(&buyer.sends(&format!("{path}/recall"), "").await, "/cart");
    leads(&buyer.sends("/checkout/order", &form).await, &path);
    let other = approver.sends(&format!("{path}/approve"), "total=1").await;
    assert!(other.status == 422 && page(&other).contains("Look at it again"), "{}", page(&other));
    let approved = approver.sends(&format!("{path}/approve"), "total=3998").await;
    leads(&approved, "/account/orders?done=approved");
    let order = admin.get("/api/v1/orders").await.json()["items"][0].clone();
    let order = admin.get(&format!("/api/v1/orders/{}", text(&order["id"]))).await.json();
    assert_eq!(
        (&order["organisation"]["approved_by"], &order["purchase_order"]),
        (&json!(bo.account), &json!("PO-17"))
    );
    leads(&buyer.sends("/checkout/order", &form).await, &format!("/orders/{id}"));
    galleria_tests::server::verify(&town.world.cell);
}

/// A browser in which somebody is signed in.
fn browser_of(town: &Town, person: &Person, sees: &str) -> Browser {
    let mut browser = Browser::start();
    browser.open(&at(town, "/sign-in?next=/account/orders"));
    browser.fill("E-mail address", &person.email);
    browser.fill("Password", PASSWORD);
    browser.press("Sign in");
    browser.sees(sees);
    browser
}

fn at(town: &Town, path: &str) -> String {
    format!("http://a.localhost:{}{path}", town.world.server.port)
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_shut_out_of_asking_and_answering() {
    let town = Town::start(Engine::Embedded, 1).await;
    let mut admin = town.world.admin("a");
    admin.post("/api/v1/products", &lamp("L", 10)).await;
    let cy = town.customer("a", "cy@example.com").await;
    let bo = town.customer("a", "bo@example.com").await;
    let terms = json!({ "name": "Quay Hotels", "purchase_order_required": true, "approval_limit": 1000 });
    let quay = text(&admin.post("/api/v1/organisations", &terms).await.json()["id"]);
    for (person, role) in [(&cy, "buyer"), (&bo, "approver")] {
        let path = format!("/api/v1/organisations/{quay}/members/{}", person.account);
        assert_eq!(admin.put(&path, &json!({ "role": role })).await.status, 200);
    }
    let mut buyer = browser_of(&town, &cy, "Start looking");
    buyer.open(&at(&town, "/p/lamp-l"));
    buyer.press("Add to cart");
    buyer.sees("It is in your cart");
    buyer.open(&at(&town, "/checkout"));
    for (label, words) in [
        ("Purchase order number", "PO-17"),
        ("E-mail address", "cy@example.com"),
        ("Name", "Cy Buyer"),
        ("Street and number", "1 Quay"),
        ("Postal code", "T12"),
        ("City", "Cork"),
        ("Country", "IE"),
    ] {
        buyer.fill(label, words);
    }
    buyer.press("Continue to delivery");
    buyer.sees("A colleague is asked");
    buyer.looks_right("shop-checkout-organisation");
    buyer.press("Ask for approval of €19.99");
    buyer.sees("Any of these colleagues can approve it");
    buyer.looks_right("shop-waits");

    let mut approver = browser_of(&town, &bo, "Waiting for your approval");
    approver.looks_right("shop-approvals");
    approver.press("Cy Buyer would like to order: 1 × Lamp L");
    approver.sees("Approve an order");
    approver.looks_right("shop-approval");
    approver.press("Approve and order for €19.99");
    approver.sees("Approved. It is ordered now.");
    assert_eq!(admin.get("/api/v1/orders").await.json()["items"][0]["total"], 1999);
}
