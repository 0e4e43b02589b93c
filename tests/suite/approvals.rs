//! Buying for an organisation in the pages of a shop: asked for a yes, declined, and approved.

use galleria_tests::{Answer, Browser, Client};
use serde_json::json;

use crate::organisations::{act, cart, member, organisation, waiting};
use crate::over_both_engines;
use crate::people::{PASSWORD, Person, Town};
use crate::till::text;
use crate::world::{Engine, lamp};

over_both_engines!(
    a_buyer_asks_and_a_colleague_answers_in_the_pages_of_the_shop,
    a_yes_is_to_what_was_seen_and_to_nothing_else,
    what_a_shop_put_together_waits_for_a_yes_like_everything_else,
    nobody_lifts_their_own_limit_or_gives_more_than_they_have,
);

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
    assert!(approver.sees(&path, "de").await.contains("Freigeben und zahlungspflichtig bestellen"));
    assert!(!stranger.sees("/account/orders", "en").await.contains(&path));
    assert_eq!(stranger.sends(&format!("{path}/approve"), "total=3998").await.status, 404);
    assert_eq!(approver.sends(&format!("{path}/decline"), "reason=").await.status, 422);
    let declined = approver.sends(&format!("{path}/decline"), "reason=One+is+enough").await;
    leads(&declined, "/account/orders?done=declined");
    assert!(
        approver.sees("/account/orders?done=declined", "en").await.contains("The buyer sees your reason")
    );
    assert!(buyer.sees("/cart", "en").await.contains("Not approved: One is enough"));

    // Asked again and taken back, then asked and approved: at the total that was shown and no other.
    leads(&buyer.sends("/checkout/order", &form).await, &path);
    leads(&buyer.sends(&format!("{path}/recall"), "").await, "/cart");
    leads(&buyer.sends("/checkout/order", &form).await, &path);
    let other = approver.sends(&format!("{path}/approve"), "total=1").await;
    assert!(other.status == 422 && page(&other).contains("Please check it"), "{}", page(&other));
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

async fn a_yes_is_to_what_was_seen_and_to_nothing_else(engine: Engine) {
    let town = Town::start(engine, 1).await;
    let mut admin = town.world.admin("a");
    for sku in ["L", "R"] {
        admin.post("/api/v1/products", &lamp(sku, 10)).await;
    }
    let mut cy = town.customer("a", "cy@example.com").await;
    let bo = town.customer("a", "bo@example.com").await;
    let quay = organisation(&mut admin, json!({ "name": "Quay Hotels", "approval_limit": 1000 })).await;
    member(&mut admin, &quay, &cy, "buyer", None).await;
    member(&mut admin, &quay, &bo, "approver", None).await;
    let id = cart(&mut cy, 1).await;
    assert_eq!(act(&mut cy, &id, "checkout", json!({})).await.status, 202);
    let mut approver = Visitor::signed_in(&town, &bo).await;
    let path = format!("/approvals/{id}");
    let seen = approver.sees(&path, "en").await;
    let version =
        seen.split("name=\"version\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();

    // Something else at the same price, sent to somewhere else: asked again behind the approver's back.
    act(&mut cy, &id, "recall", json!({})).await;
    let lines = cy.client.get(&format!("/api/v1/carts/{id}")).await.json()["lines"].clone();
    let line = format!("/api/v1/carts/{id}/lines/{}", text(&lines[0]["variant_id"]));
    assert!(cy.client.delete(&line).await.status < 300);
    assert!(act(&mut cy, &id, "lines", json!({ "sku": "R", "quantity": 1 })).await.status < 300);
    assert_eq!(act(&mut cy, &id, "checkout", json!({})).await.status, 202);
    let form = format!("total=1999&version={version}");
    for (what, form) in [("approve", form), ("decline", format!("reason=No&version={version}"))] {
        let refused = approver.sends(&format!("{path}/{what}"), &form).await;
        assert!(
            refused.status == 422 && page(&refused).contains("has changed in the meantime"),
            "{}",
            page(&refused)
        );
    }
    let mut client = bo.client.with(Some(&bo.access_token));
    let approve = format!("/api/v1/carts/{id}/approve");
    let old = format!("\"{version}\"");
    let refused = client.send("POST", &approve, &[("if-match", &old)], Some("{}")).await.unwrap();
    assert_eq!((refused.status, &*refused.code()), (412, "changed_meanwhile"));
    assert_eq!(admin.get("/api/v1/orders").await.json()["items"], json!([]));
    let now = client.get(&format!("/api/v1/carts/{id}")).await.header("etag").unwrap().to_owned();
    let done = client.send("POST", &approve, &[("if-match", &now)], Some("{}")).await.unwrap();
    assert_eq!(done.status, 201, "{}", done.json());
}

async fn what_a_shop_put_together_waits_for_a_yes_like_everything_else(engine: Engine) {
    let town = Town::start(engine, 1).await;
    let mut admin = town.world.admin("a");
    admin.post("/api/v1/products", &lamp("L", 10)).await;
    let mut cy = town.customer("a", "cy@example.com").await;
    let mut bo = town.customer("a", "bo@example.com").await;
    let quay = organisation(&mut admin, json!({ "name": "Quay Hotels", "approval_limit": 1000 })).await;
    member(&mut admin, &quay, &cy, "buyer", None).await;
    member(&mut admin, &quay, &bo, "approver", None).await;
    let draft = json!({
        "customer_id": cy.account, "email": "cy@example.com", "name": "Cy Buyer",
        "shipping_address": { "line1": "1 Quay", "city": "Cork", "postal_code": "T12", "country": "IE" },
        "lines": [{ "sku": "L", "quantity": 2, "unit_price": 1500, "reason": "Trade fair" }],
    });
    let made = admin.post("/api/v1/draft-orders", &draft).await;
    assert_eq!(made.status, 201, "{}", made.json());
    let id = text(&made.json()["id"]);
    admin.post(&format!("/api/v1/draft-orders/{id}/invite"), &json!({})).await;
    assert_eq!(act(&mut cy, &id, "checkout", json!({})).await.status, 202);
    for client in [&mut cy.client, &mut bo.client, &mut admin] {
        assert_eq!(waiting(client).await, std::slice::from_ref(&id));
    }
    let drafts = admin.get("/api/v1/draft-orders?state=awaiting_approval").await.json();
    assert_eq!(drafts["items"][0]["id"], json!(id));

    let (mut buyer, mut approver) =
        (Visitor::signed_in(&town, &cy).await, Visitor::signed_in(&town, &bo).await);
    let path = format!("/approvals/{id}");
    let waits = buyer.sees(&path, "en").await;
    assert!(waits.contains("Waiting for approval") && !waits.contains("Approve and order"), "{waits}");
    assert!(buyer.sees("/account/orders", "en").await.contains(&path));
    assert!(buyer.sends(&format!("{path}/recall"), "").await.status == 303);
    assert_eq!(waiting(&mut bo.client).await, Vec::<String>::new());
    assert_eq!(act(&mut cy, &id, "checkout", json!({})).await.status, 202);
    assert!(approver.sees("/account/orders", "en").await.contains(&path));
    let approved = approver.sends(&format!("{path}/approve"), "total=3000").await;
    leads(&approved, "/account/orders?done=approved");
    let order = admin.get("/api/v1/orders").await.json()["items"][0].clone();
    assert_eq!((&order["total"], &order["customer"]["id"]), (&json!(3000), &json!(cy.account)));
    galleria_tests::server::verify(&town.world.cell);
}

async fn nobody_lifts_their_own_limit_or_gives_more_than_they_have(engine: Engine) {
    let town = Town::start(engine, 1).await;
    let mut admin = town.world.admin("a");
    let cy = town.customer("a", "cy@example.com").await;
    let mut di = town.customer("a", "di@example.com").await;
    let quay = organisation(&mut admin, json!({ "name": "Quay Hotels", "approval_limit": 9000 })).await;
    member(&mut admin, &quay, &cy, "buyer", None).await;
    member(&mut admin, &quay, &di, "admin", Some(5000)).await;
    let at = |person: &Person| format!("/api/v1/organisations/{quay}/members/{}", person.account);
    let own = di.client.put(&at(&di), &json!({ "role": "admin" })).await;
    assert_eq!((own.status, &*own.code()), (409, "own_membership"));
    for body in [json!({ "role": "approver" }), json!({ "role": "buyer", "approval_limit": 5001 })] {
        let beyond = di.client.put(&at(&cy), &body).await;
        assert_eq!((beyond.status, &*beyond.code()), (409, "beyond_own_limit"));
        assert_eq!(beyond.json()["limit"], 5000);
    }
    let given = di.client.put(&at(&cy), &json!({ "role": "approver", "approval_limit": 5000 })).await;
    assert_eq!(given.status, 200, "{}", given.json());
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
    let mut buyer = browser_of(&town, &cy, "Start shopping");
    buyer.open(&at(&town, "/p/lamp-l"));
    buyer.press("Add to cart");
    buyer.sees("Added to your cart");
    buyer.open(&at(&town, "/checkout"));
    for (label, words) in [
        ("Purchase order number", "PO-17"),
        ("E-mail address", "cy@example.com"),
        ("Name", "Cy Buyer"),
        ("Street and number", "1 Quay"),
        ("Postal code", "T12"),
        ("City", "Cork"),
    ] {
        buyer.fill(label, words);
    }
    buyer.choose("Country", "Ireland");
    buyer.press("Continue to delivery");
    buyer.sees("It waits for the approval of a colleague");
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
    approver.sees("Approved and ordered.");
    assert_eq!(admin.get("/api/v1/orders").await.json()["items"][0]["total"], 1999);
}
