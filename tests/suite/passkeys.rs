//! A passkey in a real browser, on the pages of a real shop.

use galleria_tests::Browser;
use serde_json::{Value, json};

use crate::over_both_engines;
use crate::people::{PASSWORD, Town};
use crate::world::Engine;

over_both_engines!(
    a_passkey_signs_in_alone_once_a_challenge_and_in_its_own_shop_only,
    passkeys_are_for_pages_of_the_shop_and_say_nothing_about_accounts,
);

const BEGIN: &str = "/api/v1/sign-in/passkey/begin";
const SHOW: &str = "/api/v1/sign-in/passkey";

async fn a_passkey_signs_in_alone_once_a_challenge_and_in_its_own_shop_only(engine: Engine) {
    let town = Town::start(engine, 2).await;
    town.staff("a", "ada@example.com", "admin").await;
    let staff_of_b = town.staff("b", "ada@example.com", "admin").await;
    let page = |slug: &str| format!("http://{slug}.localhost:{}/", town.world.server.port);
    let mut browser = Browser::start();
    browser.has_device();
    // Our pages run no scripts; what the test asks for, it asks from outside of them.
    browser.ignores_policies();
    browser.load(&page("a"));
    let (status, told) = browser.fetch(
        "POST",
        "/api/v1/sign-in",
        Some(&json!({ "email": "ada@example.com", "password": PASSWORD, "as": "staff" })),
    );
    assert_eq!(status, 200, "{told}");

    let first = add(&mut browser, "Ada’s phone, the blue one");
    assert_eq!((first.0, &first.1), (204, &Value::Null));
    let (_, listed) = browser.fetch("GET", "/api/v1/me/passkeys", None);
    assert_eq!(listed["items"][0]["name"], "Ada’s phone, the blue one");
    assert!(listed["items"][1].is_null() && listed["items"][0]["used_at"].is_null(), "{listed}");
    let id = listed["items"][0]["id"].as_str().unwrap().to_owned();
    // The same answer does not add it again, and the device knows that it has one.
    let (status, told) = browser.fetch("POST", "/api/v1/me/passkeys", Some(&first.2));
    assert_eq!((status, &told["code"]), (401, &json!("passkey_refused")));
    let (_, begun) = browser.fetch("POST", "/api/v1/me/passkeys/begin", None);
    assert_eq!(browser.create(&begun["options"]), Err("InvalidStateError".into()));

    assert_eq!(browser.fetch("POST", "/api/v1/sign-out", None).0, 204);
    assert_eq!(browser.fetch("GET", "/api/v1/me", None).0, 401);
    let shown = show(&mut browser, "staff");
    let (status, told) = browser.fetch("POST", SHOW, Some(&shown));
    assert_eq!(status, 200, "{told}");
    let (_, me) = browser.fetch("GET", "/api/v1/me", None);
    assert_eq!(me["email"], "ada@example.com");
    let (_, sessions) = browser.fetch("GET", "/api/v1/me/sessions", None);
    let current = sessions["items"].as_array().unwrap().iter().find(|one| one["current"] == true).unwrap();
    assert_eq!(current["methods"], json!(["hwk", "user", "mfa"]));
    let (_, listed) = browser.fetch("GET", "/api/v1/me/passkeys", None);
    assert!(listed["items"][0]["used_at"].is_string(), "{listed}");

    // A challenge counts once: not for a second session, and not for a proof.
    for path in [SHOW, "/api/v1/me/proof/passkey"] {
        let (status, told) = browser.fetch("POST", path, Some(&shown));
        assert_eq!((status, &told["code"]), (401, &json!("passkey_refused")), "{path}");
    }
    let proof = show(&mut browser, "staff");
    assert_eq!(browser.fetch("POST", "/api/v1/me/proof/passkey", Some(&proof)).0, 204);
    // A ticket for showing is none for adding, and an edited one is none at all.
    let mut other = show(&mut browser, "staff");
    other["name"] = json!("Other");
    let (status, told) = browser.fetch("POST", "/api/v1/me/passkeys", Some(&other));
    assert_eq!((status, &told["code"]), (401, &json!("ticket_used")));
    let mut edited = show(&mut browser, "staff");
    edited["ticket"] = json!(format!("{}A", edited["ticket"].as_str().unwrap()));
    assert_eq!(browser.fetch("POST", SHOW, Some(&edited)).1["code"], "ticket_used");
    // Signed by another passkey's owner it would be somebody else's; as a customer Ada is nobody.
    let as_customer = show(&mut browser, "customer");
    assert_eq!(browser.fetch("POST", SHOW, Some(&as_customer)).1["code"], "passkey_refused");
    let mut forged = show(&mut browser, "staff");
    let signature = forged["response"]["response"]["signature"].as_str().unwrap();
    let flipped = if signature.as_bytes()[20] == b'A' { "B" } else { "A" };
    forged["response"]["response"]["signature"] =
        json!(format!("{}{flipped}{}", &signature[..20], &signature[21..]));
    assert_eq!(browser.fetch("POST", SHOW, Some(&forged)).1["code"], "passkey_refused");

    // In another shop neither the answer nor its ticket is worth anything, and the browser shows the passkey to nobody.
    let unused = show(&mut browser, "staff");
    browser.load(&page("b"));
    assert_eq!(browser.fetch("POST", SHOW, Some(&unused)).1["code"], "ticket_used");
    let (_, begun) = browser.fetch("POST", BEGIN, Some(&json!({ "as": "staff" })));
    assert_eq!(begun["options"]["rpId"], "b.localhost");
    let moved = json!({ "ticket": begun["ticket"], "response": unused["response"] });
    assert_eq!(browser.fetch("POST", SHOW, Some(&moved)).1["code"], "passkey_refused");
    assert_eq!(browser.get(&begun["options"]), Err("NotAllowedError".into()));
    let mut b = staff_of_b.client;
    assert_eq!(b.get("/api/v1/me/passkeys").await.json()["items"], json!([]));
    assert_eq!(b.delete(&format!("/api/v1/me/passkeys/{id}")).await.status, 404);

    // One that was removed lets nobody in, though the device still has it.
    browser.load(&page("a"));
    assert_eq!(browser.fetch("DELETE", &format!("/api/v1/me/passkeys/{id}"), None).0, 204);
    assert_eq!(browser.fetch("POST", "/api/v1/sign-out", None).0, 204);
    let removed = show(&mut browser, "staff");
    let (status, told) = browser.fetch("POST", SHOW, Some(&removed));
    assert_eq!((status, &told["code"]), (401, &json!("passkey_refused")));
    galleria_tests::server::verify(&town.world.cell);
}

async fn passkeys_are_for_pages_of_the_shop_and_say_nothing_about_accounts(engine: Engine) {
    let town = Town::start(engine, 1).await;
    let port = town.world.server.port;
    let mut ada = town.staff("a", "ada@example.com", "admin").await;
    let here = format!("http://a.localhost:{port}");
    for origin in [
        None,
        Some("https://evil.example"),
        Some("http://b.localhost"),
        Some("http://localhost"),
        Some("http://a.localhost.evil.example"),
        Some("null"),
    ] {
        let headers: Vec<_> = origin.map(|origin| ("origin", origin)).into_iter().collect();
        let asked = ada.client.send("POST", "/api/v1/me/passkeys/begin", &headers, None).await.unwrap();
        assert_eq!((asked.status, &*asked.code()), (400, "no_page"), "{origin:?}");
    }
    let page = [("origin", here.as_str()), ("sec-fetch-site", "same-origin")];
    let begun = ada.client.send("POST", "/api/v1/me/passkeys/begin", &page, None).await.unwrap();
    assert_eq!((begun.status, begun.header("cache-control")), (200, Some("no-store")));
    let begun = begun.json();
    assert_eq!(
        (&begun["options"]["rp"]["id"], &begun["options"]["user"]["name"]),
        (&json!("a.localhost"), &json!("ada@example.com"))
    );
    // What the ticket holds of the ceremony is sealed.
    let challenge = begun["options"]["challenge"].as_str().unwrap();
    assert!(challenge.len() >= 22 && !begun["ticket"].as_str().unwrap().contains(challenge));

    // Nothing is asked that could tell whether somebody has an account.
    let mut visitor = town.shop("a");
    let asked = visitor.send("POST", BEGIN, &page, Some("{}")).await.unwrap();
    assert_eq!(asked.status, 200, "{}", asked.json());
    let options = &asked.json()["options"];
    assert!(options["allowCredentials"].as_array().is_none_or(Vec::is_empty), "{options}");
    assert_eq!(options["userVerification"], "required");
    let named = visitor.send("POST", BEGIN, &page, Some(r#"{"email":"ada@example.com"}"#)).await.unwrap();
    assert_eq!(named.status, 422);

    // At the platform's own address the passkey is the platform's.
    let mut owner = town.operator("op@example.com", "owner").await;
    let platform = format!("http://localhost:{port}");
    let page = [("origin", platform.as_str()), ("sec-fetch-site", "same-origin")];
    let begun = owner.client.send("POST", "/api/v1/me/passkeys/begin", &page, None).await.unwrap().json();
    assert_eq!(begun["options"]["rp"]["id"], "localhost");
    let elsewhere = [("origin", here.as_str())];
    let asked = owner.client.send("POST", "/api/v1/me/passkeys/begin", &elsewhere, None).await.unwrap();
    assert_eq!(asked.code(), "no_page");
}

/// Adds a passkey: the answer, and what was sent.
fn add(browser: &mut Browser, name: &str) -> (u16, Value, Value) {
    let (status, begun) = browser.fetch("POST", "/api/v1/me/passkeys/begin", None);
    assert_eq!(status, 200, "{begun}");
    let made = browser.create(&begun["options"]).unwrap();
    let body = json!({ "ticket": begun["ticket"], "response": made, "name": name });
    let (status, told) = browser.fetch("POST", "/api/v1/me/passkeys", Some(&body));
    (status, told, body)
}

/// What a browser sends when its owner shows the passkey for signing in.
fn show(browser: &mut Browser, audience: &str) -> Value {
    let (status, begun) = browser.fetch("POST", BEGIN, Some(&json!({ "as": audience })));
    assert_eq!(status, 200, "{begun}");
    let response = browser.get(&begun["options"]).unwrap();
    json!({ "ticket": begun["ticket"], "response": response })
}
