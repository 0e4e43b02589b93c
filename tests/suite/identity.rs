//! Who is asking, and what of theirs is theirs.

use galleria_tests::eventually;
use serde_json::json;

use crate::over_both_engines;
use crate::people::{PASSWORD, Person, Town, code, sign_in};
use crate::world::{Engine, all, lamp, order};

over_both_engines!(
    whoever_was_invited_chooses_a_password_and_signs_in,
    a_browser_keeps_a_cookie_that_other_sites_cannot_use,
    a_code_counts_once_however_many_type_it,
    a_stolen_refresh_token_ends_its_session,
    a_session_that_was_ended_lets_nobody_in,
    a_customer_signs_up_by_letter_and_sees_their_own_orders_only,
    an_audience_does_not_pass_for_another,
    nobody_gives_away_what_they_do_not_have,
    a_role_that_a_shop_made_does_what_it_says,
    an_operator_signs_in_at_the_platforms_own_address,
    a_closed_account_lets_nobody_in,
    a_forgotten_password_is_set_anew_by_letter,
    whoever_is_erased_is_signed_out_and_their_address_is_free_again,
);

async fn whoever_was_invited_chooses_a_password_and_signs_in(engine: Engine) {
    let town = Town::start(engine, 1).await;
    let mut shop = town.shop("a");
    let ticket = town.invited(Some("a"), "ada@example.com", "viewer");
    for (password, code) in [("short", "password_refused"), ("password123", "password_refused")] {
        let refused =
            shop.post("/api/v1/passwords", &json!({ "ticket": ticket, "password": password })).await;
        assert_eq!((refused.status, &*refused.code()), (422, code), "{password}");
        assert_eq!(refused.json()["errors"][0]["pointer"], "/password");
    }
    let body = json!({ "ticket": ticket, "password": PASSWORD });
    assert_eq!(shop.post("/api/v1/passwords", &body).await.status, 204);
    assert_eq!(shop.post("/api/v1/passwords", &body).await.code(), "ticket_used");
    let edited = format!("{}x", &ticket[..ticket.len() - 1]);
    let body = json!({ "ticket": edited, "password": PASSWORD });
    assert_eq!(shop.post("/api/v1/passwords", &body).await.code(), "ticket_used");

    // A wrong password, an unknown address and the wrong audience read the same.
    let blank = |answer: galleria_tests::Answer| {
        let mut body = answer.json();
        body["correlation_id"] = json!(null);
        (answer.status, body)
    };
    let wrong = blank(sign_in(&mut shop, "ada@example.com", "wrong password", "staff").await);
    assert_eq!((wrong.0, wrong.1["code"].as_str()), (401, Some("not_them")));
    for (email, password, audience) in
        [("bob@example.com", PASSWORD, "staff"), ("ada@example.com", PASSWORD, "customer")]
    {
        assert_eq!(blank(sign_in(&mut shop, email, password, audience).await), wrong);
    }

    let signed_in = sign_in(&mut shop, "Ada@Example.com", PASSWORD, "staff").await;
    assert_eq!(signed_in.header("cache-control"), Some("no-store"));
    let mut ada = Person::of(&shop, "ada@example.com", &signed_in.json());
    let me = ada.client.get("/api/v1/me").await.json();
    assert_eq!((me["email"].as_str(), me["may"].clone()), (Some("ada@example.com"), json!(["*:read"])));
    assert_eq!(ada.client.get("/api/v1/orders").await.status, 200);
    let refused = ada.client.post("/api/v1/products", &lamp("L", 1)).await;
    assert_eq!((refused.status, &*refused.code()), (403, "not_permitted"));
    galleria_tests::server::verify(&town.world.cell);
}

async fn a_browser_keeps_a_cookie_that_other_sites_cannot_use(engine: Engine) {
    let town = Town::start(engine, 2).await;
    let ada = town.staff("a", "ada@example.com", "admin").await;
    let mut shop = town.shop("a");
    let body = json!({ "email": ada.email, "password": PASSWORD, "as": "staff" }).to_string();
    let elsewhere = [("sec-fetch-site", "cross-site")];
    let refused = shop.send("POST", "/api/v1/sign-in", &elsewhere, Some(&body)).await.unwrap();
    assert_eq!((refused.status, &*refused.code()), (403, "cross_site"));
    let here = ("sec-fetch-site", "same-origin");
    let answer = shop.send("POST", "/api/v1/sign-in", &[here], Some(&body)).await.unwrap();
    assert!(answer.json()["access_token"].is_null(), "a browser holds no token");
    let cookie = answer.header("set-cookie").unwrap().to_owned();
    for part in ["__Host-galleria=gal_ses_", "Path=/", "Secure", "HttpOnly", "SameSite=Lax"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Domain"), "{cookie}");
    let cookie = ("cookie", cookie.split(';').next().unwrap());

    assert_eq!(shop.send("GET", "/api/v1/orders", &[cookie], None).await.unwrap().status, 200);
    let product = lamp("L", 1).to_string();
    for site in [Some("cross-site"), Some("same-site"), Some("none"), None] {
        let mut headers = vec![cookie];
        headers.extend(site.map(|site| ("sec-fetch-site", site)));
        let refused = shop.send("POST", "/api/v1/products", &headers, Some(&product)).await.unwrap();
        assert_eq!((refused.status, &*refused.code()), (403, "cross_site"), "{site:?}");
    }
    let made = shop.send("POST", "/api/v1/products", &[cookie, here], Some(&product)).await.unwrap();
    assert_eq!(made.status, 201, "{}", made.json());
    // In another shop it is nobody's.
    let other = town.shop("b").send("GET", "/api/v1/orders", &[cookie], None).await.unwrap();
    assert_eq!((other.status, &*other.code()), (401, "session_ended"));

    let out = shop.send("POST", "/api/v1/sign-out", &[cookie, here], None).await.unwrap();
    assert_eq!(out.status, 204);
    assert!(out.header("set-cookie").unwrap().contains("Max-Age=0"));
    let after = shop.send("GET", "/api/v1/orders", &[cookie], None).await.unwrap();
    assert_eq!((after.status, &*after.code()), (401, "session_ended"));
    // What is open to all stays so.
    assert_eq!(shop.send("GET", "/api/v1/products", &[cookie], None).await.unwrap().status, 200);
}

async fn a_code_counts_once_however_many_type_it(engine: Engine) {
    let town = Town::start(engine, 1).await;
    let mut ada = town.staff("a", "ada@example.com", "admin").await;
    let app = ada.client.send("POST", "/api/v1/me/app", &[], None).await.unwrap().json();
    let secret = app["secret"].as_str().unwrap();
    assert!(app["qr_code"].as_str().unwrap().contains("<svg"));
    assert!(app["address"].as_str().unwrap().starts_with("otpauth://totp/"));
    let wrong = ada.client.post("/api/v1/me/app/confirmation", &json!({ "code": "000000" })).await;
    assert_eq!((wrong.status, &*wrong.code()), (401, "code_wrong"));
    let confirmed =
        ada.client.post("/api/v1/me/app/confirmation", &json!({ "code": code(secret, -1) })).await;
    assert_eq!(confirmed.status, 200, "{}", confirmed.json());
    let recovery: Vec<String> = serde_json::from_value(confirmed.json()["recovery_codes"].clone()).unwrap();
    assert_eq!(recovery.len(), 10);

    let mut shop = town.shop("a");
    let first = sign_in(&mut shop, &ada.email, PASSWORD, "staff").await.json();
    assert_eq!((first["next"].as_str(), first["access_token"].as_str()), (Some("code"), None));
    let ticket = first["ticket"].as_str().unwrap();
    for typed in [code(secret, 0), recovery[3].to_uppercase().replace('-', " ")] {
        let tries = (0..50).map(|_| {
            let mut client = town.shop("a");
            let body = json!({ "ticket": ticket, "code": typed });
            tokio::spawn(async move { client.post("/api/v1/sign-in/code", &body).await })
        });
        let mut let_in = 0;
        for tried in tries.collect::<Vec<_>>() {
            let answer = tried.await.unwrap();
            match answer.status {
                200 => let_in += 1,
                _ => assert_eq!((answer.status, &*answer.code()), (401, "code_wrong")),
            }
        }
        assert_eq!(let_in, 1, "{typed}");
    }
    let me = ada.client.get("/api/v1/me").await.json();
    assert_eq!((me["has_app"].as_bool(), me["recovery_codes_left"].as_i64()), (Some(true), Some(9)));
    galleria_tests::server::verify(&town.world.cell);
}

async fn a_stolen_refresh_token_ends_its_session(engine: Engine) {
    let town = Town::start(engine, 1).await;
    let mut ada = town.staff("a", "ada@example.com", "admin").await;
    let mut shop = town.shop("a");
    let exchange = |token: &str| json!({ "refresh_token": token });
    let first = shop.post("/api/v1/tokens/refresh", &exchange(&ada.refresh_token)).await;
    assert_eq!(first.status, 200, "{}", first.json());
    let second = first.json()["refresh_token"].as_str().unwrap().to_owned();
    assert_ne!(second, ada.refresh_token);
    // Two requests of one program at once get the same successor.
    let again = shop.post("/api/v1/tokens/refresh", &exchange(&ada.refresh_token)).await;
    assert_eq!(again.json()["refresh_token"], *second);
    let third = shop.post("/api/v1/tokens/refresh", &exchange(&second)).await.json();
    // The first one once more: by now somebody must have a copy.
    let thief = shop.post("/api/v1/tokens/refresh", &exchange(&ada.refresh_token)).await;
    assert_eq!((thief.status, &*thief.code()), (401, "refresh_reused"));
    let rightful =
        shop.post("/api/v1/tokens/refresh", &exchange(third["refresh_token"].as_str().unwrap())).await;
    assert_eq!((rightful.status, &*rightful.code()), (401, "refresh_refused"));
    assert_eq!(ada.client.get("/api/v1/orders").await.code(), "token_refused");
    for made_up in ["", "gal_ref_", "gal_ref_AAAA", third["access_token"].as_str().unwrap()] {
        let refused = shop.post("/api/v1/tokens/refresh", &exchange(made_up)).await;
        assert_eq!((refused.status, &*refused.code()), (401, "refresh_refused"), "{made_up}");
    }
}

async fn a_session_that_was_ended_lets_nobody_in(engine: Engine) {
    let town = Town::start(engine, 1).await;
    let mut ada = town.staff("a", "ada@example.com", "admin").await;
    let mut shop = town.shop("a");
    let answer = sign_in(&mut shop, &ada.email, PASSWORD, "staff").await.json();
    let mut phone = Person::of(&shop, &ada.email, &answer);
    let listed = ada.client.get("/api/v1/me/sessions").await.json();
    let current: Vec<bool> = listed["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|session| session["current"].as_bool().unwrap())
        .collect();
    assert_eq!(current, [false, true]);
    assert_eq!(phone.client.get("/api/v1/orders").await.status, 200);
    let ended = ada.client.delete(&format!("/api/v1/me/sessions/{}", phone.session)).await;
    assert_eq!(ended.status, 204, "{}", ended.json());
    assert_eq!(phone.client.get("/api/v1/orders").await.code(), "token_refused");

    // Somebody else's session is not there.
    let bob = town.staff("a", "bob@example.com", "viewer").await;
    let not_mine = ada.client.delete(&format!("/api/v1/me/sessions/{}", bob.session)).await;
    assert_eq!(not_mine.status, 404);

    // A new password ends every other session.
    let answer = sign_in(&mut shop, &ada.email, PASSWORD, "staff").await.json();
    let mut tablet = Person::of(&shop, &ada.email, &answer);
    let body = json!({ "current": "not this one", "new": "eight dry badgers" });
    assert_eq!(ada.client.post("/api/v1/me/password", &body).await.code(), "not_them");
    let body = json!({ "current": PASSWORD, "new": "eight dry badgers" });
    assert_eq!(ada.client.post("/api/v1/me/password", &body).await.status, 204);
    assert_eq!(tablet.client.get("/api/v1/orders").await.code(), "token_refused");
    assert_eq!(ada.client.get("/api/v1/orders").await.status, 200);
    assert_eq!(sign_in(&mut shop, &ada.email, PASSWORD, "staff").await.code(), "not_them");
}

async fn a_customer_signs_up_by_letter_and_sees_their_own_orders_only(engine: Engine) {
    let town = Town::start(engine, 1).await;
    let mut admin = town.world.admin("a");
    admin.post("/api/v1/products", &lamp("L", 50)).await;
    let guests = admin.post("/api/v1/orders", &order(&[("L", 1)])).await.json();
    let mut cy = town.customer("a", "cy@example.com").await;
    let mut dee = town.customer("a", "dee@example.com").await;
    let placed = cy.client.post("/api/v1/orders", &order(&[("L", 2)])).await;
    assert_eq!(placed.status, 201, "{}", placed.json());
    assert_eq!(placed.json()["customer"]["id"], *cy.account);
    let mine = format!("/api/v1/orders/{}", placed.json()["id"].as_str().unwrap());
    let theirs = format!("/api/v1/orders/{}", guests["id"].as_str().unwrap());
    assert_eq!(cy.client.get(&mine).await.status, 200);
    assert_eq!(cy.client.get(&theirs).await.status, 404);
    assert_eq!(dee.client.get(&mine).await.status, 404);
    assert_eq!(dee.client.delete(&mine).await.status, 404);
    assert_eq!(all(&mut cy.client, "/api/v1/orders").await.len(), 1);
    assert_eq!(all(&mut dee.client, "/api/v1/orders").await.len(), 0);
    let filter = format!("/api/v1/orders?customer_id={}", cy.account);
    assert_eq!(all(&mut dee.client, &filter).await.len(), 0);
    let mut for_another = order(&[("L", 1)]);
    for_another["customer"]["id"] = json!(cy.account);
    let refused = dee.client.post("/api/v1/orders", &for_another).await;
    assert_eq!(refused.json()["errors"][0]["pointer"], "/customer/id");
    let refused =
        cy.client.send("PUT", &format!("{mine}/status"), &[], Some(r#"{"status":"confirmed"}"#)).await;
    assert_eq!(refused.unwrap().code(), "wrong_audience");
    assert_eq!(cy.client.get(&format!("{mine}?as_of=1")).await.code(), "not_permitted");
    assert_eq!(cy.client.delete(&mine).await.json()["status"], "cancelled");
    assert_eq!(all(&mut admin, "/api/v1/orders").await.len(), 2);

    // Signing up with an address that is taken reads the same; its owner hears of it.
    let mut visitor = town.shop("a");
    let again = visitor.post("/api/v1/sign-up", &json!({ "name": "Eve", "email": "CY@example.com" })).await;
    assert_eq!((again.status, again.body.len()), (202, 0));
    town.letters_after("cy@example.com", 1).await;
    let letters = town.letters_to("cy@example.com");
    assert!(letters.len() == 2 && letters[1].contains("You already have one"), "{letters:#?}");
    assert!(letters[1].contains("Hello Cy Buyer"), "the name was changed by a stranger");
}

async fn an_audience_does_not_pass_for_another(engine: Engine) {
    let town = Town::start(engine, 2).await;
    let mut cy = town.customer("a", "cy@example.com").await;
    let mut ada = town.staff("a", "cy@example.com", "admin").await;
    let mut op = town.operator("op@example.com", "owner").await;
    for (client, code) in [(&mut cy.client, "wrong_audience"), (&mut op.client, "wrong_audience")] {
        let refused = client.get("/api/v1/jobs").await;
        // An operator's token is for the platform's own address, where no shop's jobs are.
        let code = if refused.status == 404 { "no_such_shop" } else { code };
        assert_eq!(refused.code(), code);
    }
    // The same address, two accounts: neither opens the other's door.
    assert_ne!(cy.account, ada.account);
    assert_eq!(ada.client.get("/api/v1/jobs").await.status, 200);
    for token in [&ada.access_token, &cy.access_token, &op.access_token] {
        let mut other = town.world.server.client("b", Some(token));
        let refused = other.get("/api/v1/me").await;
        assert_eq!((refused.status, &*refused.code()), (404, "no_such_shop"));
    }
    let mut a = town.world.server.client("a", Some(&op.access_token));
    assert_eq!(a.get("/api/v1/me").await.code(), "no_such_shop");
    let mut internal = town.platform().with(Some(&ada.access_token));
    assert_eq!(internal.get("/api/v1/jobs").await.status, 200, "a token says for which shop it is");
    // A refresh token or a session is no access token, and the other way round.
    let mut wrong = town.world.server.client("a", Some(&ada.refresh_token));
    assert_eq!(wrong.get("/api/v1/me").await.code(), "key_unknown");
}

async fn nobody_gives_away_what_they_do_not_have(engine: Engine) {
    let town = Town::start(engine, 1).await;
    let mut ada = town.staff("a", "ada@example.com", "admin").await;
    let role = json!({ "about": "Looks after people", "grants": ["accounts:*", "roles:*", "orders:read"] });
    assert_eq!(ada.client.put("/api/v1/roles/people", &role).await.status, 200);
    let mut hr = town.staff("a", "hr@example.com", "people").await;
    let invite = |roles: &[&str]| json!({ "name": "New", "email": "new@example.com", "roles": roles });
    let refused = hr.client.post("/api/v1/accounts", &invite(&["admin"])).await;
    assert_eq!((refused.status, &*refused.code()), (403, "more_than_you_have"));
    let all_of_it = json!({ "about": "x", "grants": ["*:*"] });
    for (path, body) in [
        ("/api/v1/roles/more".to_owned(), &all_of_it),
        ("/api/v1/roles/people".to_owned(), &all_of_it),
        (format!("/api/v1/accounts/{}/roles", hr.account), &json!({ "roles": ["admin"] })),
        (format!("/api/v1/accounts/{}/roles", ada.account), &json!({ "roles": [] })),
    ] {
        let refused = hr.client.put(&path, body).await;
        assert_eq!((refused.status, &*refused.code()), (403, "more_than_you_have"), "{path}");
    }
    let close = format!("/api/v1/accounts/{}/disable", ada.account);
    assert_eq!(hr.client.send("POST", &close, &[], None).await.unwrap().code(), "more_than_you_have");
    let sessions = format!("/api/v1/accounts/{}/sessions", ada.account);
    assert_eq!(hr.client.delete(&sessions).await.code(), "more_than_you_have");
    let unknown = hr.client.post("/api/v1/accounts", &invite(&["nothing"])).await;
    assert_eq!(unknown.json()["errors"][0]["pointer"], "/roles/0");
    let made = hr.client.post("/api/v1/accounts", &invite(&["people"])).await;
    assert_eq!(made.status, 201, "{}", made.json());
    assert!(town.letters_to("new@example.com").len() <= 1);
    town.ticket_for("new@example.com").await;
    let taken = hr.client.post("/api/v1/accounts", &invite(&["people"])).await;
    assert_eq!((taken.status, &*taken.code()), (409, "address_taken"));
}

async fn a_role_that_a_shop_made_does_what_it_says(engine: Engine) {
    let town = Town::start(engine, 1).await;
    let mut ada = town.staff("a", "ada@example.com", "admin").await;
    let bad = json!({ "about": "", "grants": ["orders", "x:*"] });
    let pointers: Vec<String> = ada.client.put("/api/v1/roles/Packer!", &bad).await.json()["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| error["pointer"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(pointers, ["/name", "/about", "/grants/0"]);
    assert_eq!(
        ada.client.put("/api/v1/roles/admin", &json!({ "about": "x", "grants": ["a:b"] })).await.code(),
        "role_standard"
    );
    let packer = json!({ "about": "Packs", "grants": ["orders:read"] });
    assert_eq!(ada.client.put("/api/v1/roles/packer", &packer).await.status, 200);
    let mut pat = town.staff("a", "pat@example.com", "packer").await;
    assert_eq!(pat.client.get("/api/v1/orders").await.status, 200);
    assert_eq!(pat.client.get("/api/v1/jobs").await.code(), "not_permitted");
    // A role that grants nothing of the catalog shows what any visitor sees.
    assert_eq!(pat.client.get("/api/v1/products").await.status, 200);
    let packer = json!({ "about": "Packs", "grants": ["jobs:read"] });
    assert_eq!(ada.client.put("/api/v1/roles/packer", &packer).await.status, 200);
    assert_eq!(pat.client.get("/api/v1/orders").await.code(), "not_permitted");
    assert_eq!(pat.client.get("/api/v1/jobs").await.status, 200);
    assert_eq!(ada.client.delete("/api/v1/roles/packer").await.code(), "role_in_use");
    let roles = format!("/api/v1/accounts/{}/roles", pat.account);
    assert_eq!(ada.client.put(&roles, &json!({ "roles": ["viewer"] })).await.status, 204);
    assert_eq!(pat.client.get("/api/v1/orders").await.status, 200);
    assert_eq!(ada.client.delete("/api/v1/roles/packer").await.status, 204);
    let listed = ada.client.get("/api/v1/roles").await.json();
    assert!(listed["items"].as_array().unwrap().iter().all(|role| role["standard"] == true));
    // The last one who can look after accounts stays.
    let last = format!("/api/v1/accounts/{}/roles", ada.account);
    assert_eq!(ada.client.put(&last, &json!({ "roles": ["viewer"] })).await.code(), "last_admin");
    galleria_tests::server::verify(&town.world.cell);
}

async fn an_operator_signs_in_at_the_platforms_own_address(engine: Engine) {
    let town = Town::start(engine, 1).await;
    let mut op = town.operator("op@example.com", "owner").await;
    let me = op.client.get("/api/v1/me").await.json();
    assert_eq!((me["audience"].as_str(), me["may"].clone()), (Some("operator"), json!(["*:*"])));
    let accounts = op.client.get("/api/v1/accounts").await.json();
    assert_eq!(accounts["items"].as_array().unwrap().len(), 1);
    let mut platform = town.platform();
    let body = json!({ "email": "op@example.com", "password": PASSWORD, "as": "staff" });
    assert_eq!(platform.post("/api/v1/sign-in", &body).await.json()["errors"][0]["pointer"], "/as");
    let mut shop = town.shop("a");
    assert_eq!(sign_in(&mut shop, "op@example.com", PASSWORD, "staff").await.code(), "not_them");
    let keys = platform.get("/.well-known/jwks.json").await.json();
    let others = shop.get("/.well-known/jwks.json").await.json();
    assert_eq!((keys["keys"][0]["alg"].as_str(), keys["keys"][0]["d"].as_str()), (Some("ES256"), None));
    assert_ne!(keys, others, "each shop signs with keys of its own");
    // What a shop sells is not sold here.
    assert_eq!(op.client.get("/api/v1/orders").await.code(), "no_such_shop");
}

async fn a_closed_account_lets_nobody_in(engine: Engine) {
    let town = Town::start(engine, 1).await;
    let mut ada = town.staff("a", "ada@example.com", "admin").await;
    let mut bob = town.staff("a", "bob@example.com", "viewer").await;
    assert_eq!(bob.client.get("/api/v1/orders").await.status, 200);
    let account = format!("/api/v1/accounts/{}", bob.account);
    assert_eq!(ada.client.send("POST", &format!("{account}/disable"), &[], None).await.unwrap().status, 204);
    assert_eq!(bob.client.get("/api/v1/orders").await.code(), "token_refused");
    let mut shop = town.shop("a");
    let closed = sign_in(&mut shop, &bob.email, PASSWORD, "staff").await;
    assert_eq!((closed.status, &*closed.code()), (403, "account_disabled"));
    assert_eq!(sign_in(&mut shop, &bob.email, "wrong password", "staff").await.code(), "not_them");
    assert!(ada.client.get(&account).await.json()["disabled_at"].is_string());
    assert_eq!(ada.client.send("POST", &format!("{account}/enable"), &[], None).await.unwrap().status, 204);
    assert_eq!(sign_in(&mut shop, &bob.email, PASSWORD, "staff").await.status, 200);
    assert_eq!(bob.client.get("/api/v1/orders").await.code(), "token_refused", "an ended session came back");
}

async fn a_forgotten_password_is_set_anew_by_letter(engine: Engine) {
    let town = Town::start(engine, 1).await;
    let mut cy = town.customer("a", "cy@example.com").await;
    let mut shop = town.shop("a");
    let known = shop.post("/api/v1/password-letters", &json!({ "email": "cy@example.com" })).await;
    let unknown = shop.post("/api/v1/password-letters", &json!({ "email": "nobody@example.com" })).await;
    assert_eq!((known.status, known.body), (unknown.status, unknown.body));
    town.letters_after("cy@example.com", 1).await;
    assert!(town.letters_to("nobody@example.com").is_empty());
    let ticket = town.ticket_for("cy@example.com").await;
    let body = json!({ "ticket": ticket, "password": "nine old herons" });
    assert_eq!(shop.post("/api/v1/passwords", &body).await.status, 204);
    assert_eq!(cy.client.get("/api/v1/me").await.code(), "token_refused");
    assert_eq!(sign_in(&mut shop, "cy@example.com", PASSWORD, "customer").await.code(), "not_them");
    assert_eq!(sign_in(&mut shop, "cy@example.com", "nine old herons", "customer").await.status, 200);
}

async fn whoever_is_erased_is_signed_out_and_their_address_is_free_again(engine: Engine) {
    let town = Town::start(engine, 1).await;
    let mut admin = town.world.admin("a");
    admin.post("/api/v1/products", &lamp("L", 50)).await;
    let mut cy = town.customer("a", "cy@example.com").await;
    assert_eq!(cy.client.post("/api/v1/orders", &order(&[("L", 1)])).await.status, 201);
    let erased = admin.post("/api/v1/privacy/erasures", &json!({ "person": cy.account })).await;
    assert_eq!(erased.status, 200, "{}", erased.json());
    let again = admin.post("/api/v1/privacy/erasures", &json!({ "person": cy.account })).await;
    assert_eq!(again.json()["erased_at"], erased.json()["erased_at"]);
    eventually("they are signed out", async || cy.client.get("/api/v1/me").await.status == 401).await;
    assert_eq!(cy.client.get("/api/v1/me").await.code(), "token_refused");
    let mut shop = town.shop("a");
    assert_eq!(sign_in(&mut shop, "cy@example.com", PASSWORD, "customer").await.code(), "not_them");
    let account = admin.get(&format!("/api/v1/accounts/{}", cy.account)).await.json();
    assert_eq!((account["email"].as_str(), account["name"].as_str()), (Some(""), Some("")));
    assert!(account["disabled_at"].is_string());
    // The same person may come back, as somebody new.
    let mut newcomer = town.customer("a", "cy@example.com").await;
    assert_ne!(newcomer.account, cy.account);
    assert_eq!(all(&mut newcomer.client, "/api/v1/orders").await.len(), 0);
    galleria_tests::server::verify(&town.world.cell);
}
