//! Signing in at a provider, with a real issuer and the real server.

use galleria_tests::{Answer, Client, Issuer};
use serde_json::{Value, json};

use crate::over_both_engines;
use crate::people::{PASSWORD, Town, sign_in};
use crate::world::{Engine, lamp};

over_both_engines!(
    staff_signs_in_as_at_entra_with_the_roles_of_its_groups,
    customers_of_the_domain_sign_in_as_at_google_and_take_nobodys_account,
    what_comes_back_counts_once_in_its_own_browser_and_its_own_shop,
    a_bearer_of_the_shops_own_issuer_is_let_in_and_no_other,
    whoever_configures_a_provider_gives_nothing_away,
);

const TENANT: &str = "8f6e1c2a-0b1d-4c3e-9f5a-7b8c9d0e1f2a";
const API: &str = "https://shop.example/api";
const CALLBACK: &str = "/api/v1/sign-in/outside/callback";

/// A town whose server may ask an issuer on this machine.
struct Abroad {
    town: Town,
    issuer: Issuer,
}

impl Abroad {
    async fn start(engine: Engine, people: Value) -> Self {
        let settings = [("GALLERIA_OUTSIDE_ALLOW", "127.0.0.1"), ("GALLERIA_OUTSIDE_ALLOW_HTTP", "true")];
        let town = Town::start_with(engine, 2, &settings).await;
        let back: Vec<String> =
            ["a", "b"].iter().map(|slug| format!("{}{CALLBACK}", site(&town, slug))).collect();
        let issuer = Issuer::start(&people, &back).await;
        Self { town, issuer }
    }

    fn site(&self, slug: &str) -> String {
        site(&self.town, slug)
    }

    /// A provider of our issuer, with these settings of its own.
    async fn provider(&self, slug: &str, more: &Value) -> String {
        let made = self.town.world.admin(slug).post("/api/v1/providers", &self.configuration(more)).await;
        assert_eq!(made.status, 201, "{}", made.json());
        made.json()["id"].as_str().unwrap().to_owned()
    }

    fn configuration(&self, more: &Value) -> Value {
        let mut body = json!({
            "name": "Work", "preset": "oidc", "issuer": self.issuer.address(),
            "client_id": "galleria", "client_secret": "hush",
        });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    }

    /// Where a browser is sent that begins here, and the cookie that it keeps.
    async fn begin(&self, slug: &str, path: &str, session: Option<&str>) -> (String, String) {
        let origin = self.site(slug);
        let mut headers = vec![("origin", origin.as_str()), ("sec-fetch-site", "same-origin")];
        headers.extend(session.map(|session| ("cookie", session)));
        let begun = self.town.shop(slug).send("POST", path, &headers, None).await.unwrap();
        assert_eq!(begun.status, 200, "{}", begun.json());
        let cookie = cookies(&begun).remove(0);
        (begun.json()["location"].as_str().unwrap().to_owned(), cookie)
    }

    /// What the shop answers to whoever comes back.
    async fn back(&self, slug: &str, address: &str, cookie: &str) -> Answer {
        let path = address.strip_prefix(&self.site(slug)).unwrap_or(address);
        self.town.shop(slug).send("GET", path, &[("cookie", cookie)], None).await.unwrap()
    }

    async fn sign_in(&self, slug: &str, provider: &str, login: &str) -> Answer {
        let (location, cookie) =
            self.begin(slug, &format!("/api/v1/sign-in/outside/{provider}/begin"), None).await;
        let address = self.issuer.sign_in(&location, login).await;
        self.back(slug, &address, &cookie).await
    }

    /// Somebody's browser after it came back, by its cookie.
    async fn session(&self, slug: &str, provider: &str, login: &str) -> String {
        session(&self.sign_in(slug, provider, login).await)
    }

    /// An access token that another program got for somebody.
    async fn token(&self, login: &str, audience: &str) -> String {
        let tokens = self.issuer.tokens(login, audience).await;
        tokens["access_token"].as_str().unwrap_or_else(|| panic!("{tokens}")).to_owned()
    }

    async fn me(&self, slug: &str, session: &str) -> Value {
        self.town.shop(slug).send("GET", "/api/v1/me", &[("cookie", session)], None).await.unwrap().json()
    }
}

fn site(town: &Town, slug: &str) -> String {
    format!("http://{slug}.localhost:{}", town.world.server.port)
}

fn cookies(answer: &Answer) -> Vec<String> {
    let set = answer.headers.iter().filter(|(name, _)| name == "set-cookie");
    set.map(|(_, cookie)| cookie.split(';').next().unwrap().to_owned()).collect()
}

fn session(answer: &Answer) -> String {
    assert_eq!((answer.status, answer.header("location")), (303, Some("/")), "{:?}", answer.headers);
    cookies(answer).into_iter().find(|cookie| cookie.starts_with("__Host-galleria=")).unwrap()
}

/// The code of the page to which a refused sign-in leads.
fn refused(answer: &Answer) -> &str {
    assert_eq!(answer.status, 303);
    assert!(cookies(answer).iter().all(|cookie| !cookie.starts_with("__Host-galleria=")));
    answer.header("location").unwrap().strip_prefix("/problems/").unwrap()
}

async fn staff_signs_in_as_at_entra_with_the_roles_of_its_groups(engine: Engine) {
    let claims = |tenant: &str, groups: &[&str]| json!({ "tid": tenant, "groups": groups, "name": "Ada", "email": "ada@example.com" });
    let abroad = Abroad::start(
        engine,
        json!({
            "ada": claims(TENANT, &["g-1", "g-2"]),
            "bob": claims("11111111-2222-3333-4444-555555555555", &["g-1"]),
            "eve": claims(TENANT, &[]),
        }),
    )
    .await;
    let entra = |roles: Value| json!({ "audience": "staff", "preset": "entra", "entra_tenant": TENANT, "open_accounts": true, "group_roles": roles });
    let first = entra(json!([
        { "group": "g-1", "role": "viewer" }, { "group": "g-2", "role": "order-manager" }, { "group": "g-3", "role": "admin" },
    ]));
    let provider = abroad.provider("a", &first).await;
    let mut admin = abroad.town.world.admin("a");
    let path = format!("/api/v1/providers/{provider}");
    let read = admin.get(&path).await;
    assert!(read.json()["has_secret"] == true && !read.json().to_string().contains("hush"));
    let checked = admin.post(&format!("{path}/check"), &json!({})).await.json();
    assert_eq!(checked["works"], true, "{checked}");
    let listed = abroad.town.shop("a").get("/api/v1/sign-in/outside?as=staff").await.json();
    assert_eq!(listed["items"], json!([{ "id": provider, "name": "Work" }]));
    let listed = abroad.town.shop("a").get("/api/v1/sign-in/outside").await.json();
    assert_eq!(listed["items"], json!([]), "customers do not sign in there");

    let ada = abroad.session("a", &provider, "ada").await;
    let me = abroad.me("a", &ada).await;
    assert_eq!((&me["roles"], &me["audience"]), (&json!(["viewer", "order-manager"]), &json!("staff")));
    // Entra confirms no addresses, so this one is written down and proves nothing.
    assert_eq!((&me["email"], &me["verified"]), (&json!("ada@example.com"), &json!(false)));
    let sessions = abroad.town.shop("a").send("GET", "/api/v1/me/sessions", &[("cookie", &ada)], None).await;
    let sessions = sessions.unwrap().json();
    assert_eq!(sessions["items"][0]["provider"], provider.as_str());
    assert_eq!(sessions["items"][0]["methods"][0], "outside");
    assert_eq!(refused(&abroad.sign_in("a", &provider, "bob").await), "tenant_refused");
    let eve = abroad.session("a", &provider, "eve").await;
    assert_eq!(abroad.me("a", &eve).await["may"], json!([]), "no group, no role");

    // Roles given by hand stay; those of groups are as the mapping is now, at the next sign-in.
    let account = me["id"].as_str().unwrap().to_owned();
    let by_hand = json!({ "roles": ["viewer", "order-manager", "operator"] });
    assert_eq!(admin.put(&format!("/api/v1/accounts/{account}/roles"), &by_hand).await.status, 204);
    let changed = abroad.configuration(&entra(
        json!([{ "group": "g-1", "role": "customer-service" }, { "group": "g-9", "role": "order-manager" }]),
    ));
    let version = admin.get(&path).await.header("etag").unwrap().to_owned();
    let put = admin.send("PUT", &path, &[("if-match", &version)], Some(&changed.to_string())).await.unwrap();
    assert_eq!(put.status, 204, "{}", put.json());
    let ada = abroad.session("a", &provider, "ada").await;
    let me = abroad.me("a", &ada).await;
    assert_eq!(
        (&me["id"], &me["roles"]),
        (&json!(account), &json!(["viewer", "operator", "customer-service"]))
    );

    // Other keys are found by themselves.
    let mut abroad = abroad;
    abroad.issuer.rotate().await;
    abroad.session("a", &provider, "ada").await;

    // A closed account stays closed, whoever vouches for it.
    admin.post(&format!("/api/v1/accounts/{account}/disable"), &json!({})).await;
    assert_eq!(refused(&abroad.sign_in("a", &provider, "ada").await), "account_disabled");
    assert_eq!(admin.delete(&path).await.status, 204);
    assert_eq!(admin.get(&path).await.status, 404);
    let listed = abroad.town.shop("a").get("/api/v1/sign-in/outside?as=staff").await.json();
    assert_eq!(listed["items"], json!([]));
    galleria_tests::server::verify(&abroad.town.world.cell);
}

async fn customers_of_the_domain_sign_in_as_at_google_and_take_nobodys_account(engine: Engine) {
    let person = |email: &str, domain: &str, verified: bool| json!({ "email": email, "email_verified": verified, "hd": domain, "name": "Cy" });
    let abroad = Abroad::start(
        engine,
        json!({
            "cy": person("cy@example.com", "example.com", true),
            "dee": person("dee@example.com", "example.com", true),
            "bob": person("bob@gmail.com", "gmail.com", true),
            "eve": person("eve@example.com", "example.com", false),
        }),
    )
    .await;
    let google = json!({ "audience": "customer", "preset": "google", "allowed_domains": ["example.com"], "open_accounts": true });
    let provider = abroad.provider("a", &google).await;
    let dee = abroad.session("a", &provider, "dee").await;
    let me = abroad.me("a", &dee).await;
    assert_eq!((&me["email"], &me["verified"]), (&json!("dee@example.com"), &json!(true)));
    assert_eq!((&me["roles"], &me["name"]), (&json!(["customer"]), &json!("Cy")));
    let again = abroad.session("a", &provider, "dee").await;
    assert_eq!(abroad.me("a", &again).await["id"], me["id"]);
    assert_eq!(refused(&abroad.sign_in("a", &provider, "bob").await), "domain_refused");
    assert_eq!(refused(&abroad.sign_in("a", &provider, "eve").await), "email_unverified");

    // There is an account with the same address: it is its owner's, until they link the two themselves.
    let cy = abroad.town.customer("a", "cy@example.com").await;
    assert_eq!(refused(&abroad.sign_in("a", &provider, "cy").await), "outside_address_taken");
    let mut shop = abroad.town.shop("a");
    let body = json!({ "email": cy.email, "password": PASSWORD }).to_string();
    let page = [("origin", abroad.site("a")), ("sec-fetch-site", "same-origin".to_owned())];
    let page: Vec<(&str, &str)> = page.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let mine = shop.send("POST", "/api/v1/sign-in", &page, Some(&body)).await.unwrap();
    let mine = cookies(&mine).remove(0);
    let link = format!("/api/v1/me/outside/{provider}/begin");
    let (location, cookie) = abroad.begin("a", &link, Some(&mine)).await;
    let address = abroad.issuer.sign_in(&location, "cy").await;
    // Somebody else sits there now, or nobody does.
    assert_eq!(refused(&abroad.back("a", &address, &cookie).await), "sign_in_unknown");
    let (location, cookie) = abroad.begin("a", &link, Some(&mine)).await;
    let address = abroad.issuer.sign_in(&location, "cy").await;
    let linked = abroad.back("a", &address, &format!("{cookie}; {mine}")).await;
    assert_eq!((linked.status, linked.header("location")), (303, Some("/")));
    let theirs = abroad.session("a", &provider, "cy").await;
    assert_eq!(abroad.me("a", &theirs).await["id"], *cy.account);
    // What is linked to one is not linked to another.
    let (location, cookie) = abroad.begin("a", &link, Some(&mine)).await;
    let address = abroad.issuer.sign_in(&location, "dee").await;
    assert_eq!(refused(&abroad.back("a", &address, &format!("{cookie}; {mine}")).await), "outsider_taken");

    let listed = shop.send("GET", "/api/v1/me/outside", &[("cookie", &mine)], None).await.unwrap().json();
    assert_eq!(listed["items"][0]["provider"], provider.as_str());
    let path = format!("/api/v1/me/outside/{}", listed["items"][0]["id"].as_str().unwrap());
    let mut headers = page.clone();
    headers.push(("cookie", &mine));
    assert_eq!(shop.send("DELETE", &path, &headers, None).await.unwrap().status, 204);
    assert_eq!(refused(&abroad.sign_in("a", &provider, "cy").await), "outside_address_taken");
    assert_eq!(sign_in(&mut shop, &cy.email, PASSWORD, "customer").await.status, 200);
    galleria_tests::server::verify(&abroad.town.world.cell);
}

async fn what_comes_back_counts_once_in_its_own_browser_and_its_own_shop(engine: Engine) {
    let abroad = Abroad::start(engine, json!({ "ada": { "name": "Ada" } })).await;
    let provider = abroad.provider("a", &json!({ "open_accounts": true })).await;
    let begin = format!("/api/v1/sign-in/outside/{provider}/begin");
    let (location, cookie) = abroad.begin("a", &begin, None).await;
    assert!(location.contains("code_challenge_method=S256") && location.contains("nonce="), "{location}");
    let state = location.split(['?', '&']).find_map(|pair| pair.strip_prefix("state=")).unwrap().to_owned();
    let address = abroad.issuer.sign_in(&location, "ada").await;
    // Without its cookie, with a stranger's, with another state, and in another shop.
    assert_eq!(refused(&abroad.back("a", &address, "x=1").await), "sign_in_unknown");
    let (_, strangers) = abroad.begin("a", &begin, None).await;
    assert_eq!(refused(&abroad.back("a", &address, &strangers).await), "sign_in_unknown");
    let other = address.replace(&state, "another");
    assert_eq!(refused(&abroad.back("a", &other, &cookie).await), "sign_in_unknown");
    let there = address.replace(&abroad.site("a"), "");
    assert_eq!(refused(&abroad.back("b", &there, &cookie).await), "sign_in_unknown");
    // The first time, and the second.
    let answer = abroad.back("a", &address, &cookie).await;
    let emptied = answer.headers.iter().any(|(name, value)| {
        name == "set-cookie" && value.starts_with("__Host-galleria-outside=;") && value.contains("Max-Age=0")
    });
    assert!(emptied, "{:?}", answer.headers);
    session(&answer);
    assert_eq!(refused(&abroad.back("a", &address, &cookie).await), "sign_in_code_refused");
    // The page to which a refusal leads is there.
    assert_eq!(abroad.town.shop("a").get("/problems/sign_in_code_refused").await.status, 200);

    // From another site nothing begins, and another shop's provider is not there.
    let mut shop = abroad.town.shop("a");
    let here = abroad.site("a");
    for (headers, status, code) in [
        (vec![("origin", here.as_str()), ("sec-fetch-site", "cross-site")], 403, "cross_site"),
        (vec![("origin", "https://evil.example")], 400, "no_page"),
    ] {
        let asked = shop.send("POST", &begin, &headers, None).await.unwrap();
        assert_eq!((asked.status, &*asked.code()), (status, code));
    }
    let there = abroad.site("b");
    let page = [("origin", there.as_str()), ("sec-fetch-site", "same-origin")];
    let asked = abroad.town.shop("b").send("POST", &begin, &page, None).await.unwrap();
    assert_eq!((asked.status, &*asked.code()), (404, "not_found"));

    // Who is not known is not let in where the provider opens no accounts.
    let closed = abroad.provider("b", &json!({})).await;
    assert_eq!(refused(&abroad.sign_in("b", &closed, "ada").await), "outsider_unknown");
    assert_eq!(crate::world::all(&mut abroad.town.world.admin("b"), "/api/v1/accounts").await.len(), 0);
    // An issuer that is gone is said to be so.
    let mut abroad = abroad;
    abroad.issuer.stop().await;
    let lost = abroad.provider("b", &json!({ "issuer": "http://127.0.0.1:9/gone" })).await;
    let checked = abroad
        .town
        .world
        .admin("b")
        .post(&format!("/api/v1/providers/{lost}/check"), &json!({}))
        .await
        .json();
    assert_eq!((&checked["works"], &checked["code"]), (&json!(false), &json!("issuer_unreachable")));
    assert!(checked["problem"].as_str().unwrap().contains("was not reached"), "{checked}");
}

async fn a_bearer_of_the_shops_own_issuer_is_let_in_and_no_other(engine: Engine) {
    let abroad = Abroad::start(
        engine,
        json!({ "ada": { "groups": ["g-1"] }, "bob": { "groups": ["g-1", "g-2"] }, "eve": { "groups": [] } }),
    )
    .await;
    let roles = json!([{ "group": "g-1", "role": "viewer" }, { "group": "g-2", "role": "operator" }]);
    // The issuer's tokens for this one have expired already.
    let old = format!("{API}?old");
    let settings = json!({ "bearer_audiences": [API, old], "group_roles": roles, "open_accounts": true });
    let provider = abroad.provider("a", &settings).await;
    let token = |login, audience| abroad.token(login, audience);
    let at = |slug: &str, token: &str| abroad.town.world.server.client(slug, Some(token));
    let ada = token("ada", API).await;
    let mut client = at("a", &ada);
    assert_eq!(client.get("/api/v1/orders").await.status, 200);
    let may_not = client.post("/api/v1/products", &lamp("L", 1)).await;
    assert_eq!((may_not.status, &*may_not.code()), (403, "not_permitted"));
    let mut bob = at("a", &token("bob", API).await);
    assert_eq!(bob.post("/api/v1/products", &lamp("L", 1)).await.status, 201);
    let eve = at("a", &token("eve", API).await).get("/api/v1/orders").await;
    assert_eq!((eve.status, &*eve.code()), (403, "not_permitted"));
    // Signing in with a browser finds the same account.
    let session = abroad.session("a", &provider, "bob").await;
    let me = abroad.me("a", &session).await;
    let staff = crate::world::all(&mut abroad.town.world.admin("a"), "/api/v1/accounts").await;
    assert_eq!(staff.len(), 3);
    assert!(staff.iter().any(|account| account["id"] == me["id"]), "{staff:?}");

    // For another audience, too old, edited, an ID token, and in a shop that does not know the issuer.
    let turned_away = async |mut client: Client, why: &str| {
        let asked = client.get("/api/v1/orders").await;
        assert_eq!((asked.status, &*asked.code()), (401, "token_refused"), "{why}");
    };
    turned_away(at("a", &token("ada", "https://other.example/api").await), "another audience").await;
    turned_away(at("a", &token("ada", &old).await), "too old").await;
    turned_away(at("a", &format!("{}AAAA", &ada[..ada.len() - 4])), "edited").await;
    let id_token = abroad.issuer.tokens("ada", API).await["id_token"].as_str().unwrap().to_owned();
    turned_away(at("a", &id_token), "an ID token").await;
    turned_away(at("b", &ada), "another shop").await;
    let customers = json!({ "audience": "customer", "bearer_audiences": [API], "open_accounts": true });
    abroad.provider("b", &customers).await;
    let mut as_customer = at("b", &ada);
    let asked = as_customer.get("/api/v1/jobs").await;
    assert_eq!((asked.status, &*asked.code()), (403, "wrong_audience"));
    assert_eq!(as_customer.get("/api/v1/orders").await.status, 200);
    // Good for both audiences, a token does not say for which it was made.
    abroad.provider("b", &json!({ "bearer_audiences": [API], "open_accounts": true })).await;
    turned_away(at("b", &token("bob", API).await), "two audiences").await;
    // Its own token cannot give away what its own issuer does not have: at the platform's address it is nobody's.
    let mut platform = abroad.town.platform().with(Some(&ada));
    assert_eq!(platform.get("/api/v1/accounts").await.code(), "token_refused");

    // A closed account, and a provider that is switched off, let nobody in.
    let mut admin = abroad.town.world.admin("a");
    let path = format!("/api/v1/accounts/{}/disable", me["id"].as_str().unwrap());
    assert_eq!(admin.post(&path, &json!({})).await.status, 204);
    turned_away(at("a", &token("bob", API).await), "a closed account").await;
    let mut off = abroad.configuration(&settings);
    off["enabled"] = json!(false);
    let path = format!("/api/v1/providers/{provider}");
    let put = admin.send("PUT", &path, &[("if-match", "\"1\"")], Some(&off.to_string())).await.unwrap();
    assert_eq!(put.status, 204, "{}", put.json());
    turned_away(at("a", &ada), "a provider that is off").await;
    galleria_tests::server::verify(&abroad.town.world.cell);
}

async fn whoever_configures_a_provider_gives_nothing_away(engine: Engine) {
    let abroad = Abroad::start(engine, json!({})).await;
    let mut admin = abroad.town.world.admin("a");
    let keeper = json!({ "about": "Keeps providers", "grants": ["providers:*", "orders:read"] });
    let defined = admin.put("/api/v1/roles/keeper", &keeper).await;
    assert_eq!(defined.status, 200, "{}", defined.json());
    let mut keeper = abroad.town.staff("a", "kim@example.com", "keeper").await.client;
    let mapped =
        |role: &str| abroad.configuration(&json!({ "group_roles": [{ "group": "g", "role": role }] }));
    let refused = keeper.post("/api/v1/providers", &mapped("admin")).await;
    assert_eq!((refused.status, &*refused.code()), (403, "more_than_you_have"));
    assert_eq!(keeper.post("/api/v1/providers", &mapped("nobody")).await.status, 422);
    assert_eq!(keeper.post("/api/v1/providers", &mapped("keeper")).await.status, 201);
    // What gives more than they have, they do not touch.
    let made = admin.post("/api/v1/providers", &mapped("admin")).await.json();
    let path = format!("/api/v1/providers/{}", made["id"].as_str().unwrap());
    let seen = [("if-match", "\"1\"")];
    let put = keeper.send("PUT", &path, &seen, Some(&mapped("keeper").to_string())).await.unwrap();
    assert_eq!((put.status, &*put.code()), (403, "more_than_you_have"));
    assert_eq!(keeper.delete(&path).await.code(), "more_than_you_have");

    // The secret does not follow to another issuer.
    let mut elsewhere = mapped("admin");
    elsewhere["issuer"] = json!("https://evil.example");
    elsewhere.as_object_mut().unwrap().remove("client_secret");
    let put = admin.send("PUT", &path, &seen, Some(&elsewhere.to_string())).await.unwrap();
    assert_eq!((put.status, &*put.code()), (422, "secret_needed"));
    let unseen = admin.put(&path, &mapped("admin")).await;
    assert_eq!((unseen.status, &*unseen.code()), (428, "version_required"));

    for (more, code) in [
        (json!({ "preset": "google" }), "provider_invalid"),
        (json!({ "issuer": "login.example.com" }), "provider_invalid"),
        (json!({ "issuer": "https://login.microsoftonline.com/common/v2.0" }), "provider_invalid"),
        (json!({ "audience": "operator" }), "invalid"),
        (json!({ "audience": "customer", "group_roles": [{ "group": "g", "role": "viewer" }] }), "invalid"),
        (json!({ "made_up": 1 }), "invalid"),
    ] {
        let refused = admin.post("/api/v1/providers", &abroad.configuration(&more)).await;
        assert_eq!((refused.status, &*refused.code()), (422, code), "{more}: {}", refused.json());
    }
    // An address of ours is not asked unless the operator allows it.
    let inside = abroad.provider("a", &json!({ "issuer": "https://169.254.169.254/latest" })).await;
    let checked = admin.post(&format!("/api/v1/providers/{inside}/check"), &json!({})).await.json();
    assert_eq!(checked["code"], "issuer_unreachable", "{checked}");
}
