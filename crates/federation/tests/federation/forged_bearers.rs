//! Bearer tokens that are not what they should be.

use federation::{FederationError, Flaw, Groups, Outsider, Provider};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

use crate::forged_sign_ins::merged;
use crate::forger::{Forger, Key, NOON, noon, unsigned};
use crate::{TENANT, federation, provider, seconds};

const API: &str = "https://shop.example/api";

struct Scene {
    key: Key,
    forger: Forger,
    federation: federation::Federation,
    provider: Provider,
}

impl Scene {
    async fn new() -> Self {
        let key = Key::new("one");
        let forger = Forger::start(&[&key]).await;
        let provider = Provider { bearer_audiences: vec![API.into()], ..provider(&forger.issuer()) };
        Self { key, forger, federation: federation(), provider }
    }

    fn claims(&self) -> Value {
        json!({ "iss": self.forger.issuer(), "sub": "42", "aud": API, "exp": NOON + 300, "iat": NOON })
    }

    fn header(&self) -> Header {
        Header { typ: Some("at+jwt".into()), ..self.key.header() }
    }

    async fn verify(&self, token: &str) -> Result<Outsider, FederationError> {
        let other = provider("https://other.example");
        self.federation.verify_bearer(&[other, self.provider.clone()], token, noon()).await
    }

    async fn with_claims(&self, changed: Value) -> Result<Outsider, FederationError> {
        self.verify(&self.key.sign(&self.header(), &merged(self.claims(), changed))).await
    }

    async fn with_header(&self, header: Header) -> Result<Outsider, FederationError> {
        self.verify(&self.key.sign(&header, &self.claims())).await
    }
}

fn flaw(refused: Result<Outsider, FederationError>) -> Flaw {
    match refused {
        Err(FederationError::Bearer(flaw)) => flaw,
        other => panic!("no bearer token was refused: {other:?}"),
    }
}

#[tokio::test]
async fn a_good_bearer_token_says_whose_it_is() {
    let mut scene = Scene::new().await;
    scene.provider.group_roles = vec![("staff".into(), "editor".into())];
    let more = json!({
        "aud": ["https://elsewhere.example", API], "email": "ada@example.com", "email_verified": true,
        "name": "Ada", "groups": ["staff"], "sid": "s1", "amr": ["mfa"], "auth_time": NOON - 60, "nbf": NOON,
    });
    let outsider = scene.with_claims(more).await.unwrap();
    assert_eq!((outsider.issuer, outsider.subject.as_str()), (scene.forger.issuer(), "42"));
    assert_eq!((outsider.email.as_deref(), outsider.email_verified), (Some("ada@example.com"), true));
    assert_eq!(
        (outsider.groups, outsider.roles),
        (Groups::Told(vec!["staff".into()]), vec!["editor".into()])
    );
    assert_eq!((outsider.sid.as_deref(), outsider.amr), (Some("s1"), vec!["mfa".into()]));
    assert_eq!(outsider.auth_time, Some(noon() - seconds(60)));
}

#[tokio::test]
async fn refuses_a_bearer_token_with_a_wrong_claim() {
    let scene = Scene::new().await;
    for (changed, expected) in [
        (json!({ "iss": "https://nobody.example" }), Flaw::Issuer),
        (json!({ "iss": format!("{}/", scene.forger.issuer()) }), Flaw::Issuer),
        (json!({ "iss": [scene.forger.issuer()] }), Flaw::Unreadable),
        (json!({ "iss": null }), Flaw::Unreadable),
        (json!({ "sub": null }), Flaw::Unreadable),
        (json!({ "aud": "https://elsewhere.example" }), Flaw::Audience),
        (json!({ "aud": "galleria" }), Flaw::Audience),
        (json!({ "aud": null }), Flaw::Unreadable),
        (json!({ "aud": [] }), Flaw::Audience),
        (json!({ "exp": NOON - 60 }), Flaw::Expired),
        (json!({ "exp": null }), Flaw::Unreadable),
        (json!({ "exp": "1900000300" }), Flaw::Unreadable),
        (json!({ "exp": "2030-03-17T18:00:00Z" }), Flaw::Unreadable),
        (json!({ "exp": -1 }), Flaw::Unreadable),
        (json!({ "nbf": NOON + 61 }), Flaw::NotYet),
        (json!({ "nbf": "1900000000" }), Flaw::Unreadable),
        (json!({ "iat": NOON + 61 }), Flaw::NotYet),
        (json!({ "nonce": "n" }), Flaw::Kind),
        (json!({ "at_hash": "AAAA" }), Flaw::Kind),
        (json!({ "events": {} }), Flaw::Kind),
        (json!({ "typ": "ID" }), Flaw::Kind),
        (json!({ "typ": "Refresh" }), Flaw::Kind),
    ] {
        assert_eq!(flaw(scene.with_claims(changed.clone()).await), expected, "{changed}");
    }
    for good in [json!({ "exp": NOON - 59 }), json!({ "nbf": NOON + 59 }), json!({ "typ": "Bearer" })] {
        assert!(scene.with_claims(good.clone()).await.is_ok(), "{good}");
    }
}

#[tokio::test]
async fn refuses_a_bearer_token_with_a_wrong_header() {
    let scene = Scene::new().await;
    for typ in ["at+jwt", "JWT", "application/at+jwt", "AT+JWT"] {
        let header = Header { typ: Some(typ.into()), ..scene.header() };
        assert!(scene.with_header(header).await.is_ok(), "{typ}");
    }
    for typ in [None, Some("logout+jwt"), Some("id+jwt"), Some("secevent+jwt"), Some("")] {
        let header = Header { typ: typ.map(str::to_owned), ..scene.header() };
        assert_eq!(flaw(scene.with_header(header).await), Flaw::Type, "{typ:?}");
    }
    let critical = Header { crit: Some(vec!["exp".into()]), ..scene.header() };
    assert_eq!(flaw(scene.with_header(critical).await), Flaw::Type);
    let nested = Header { cty: Some("JWT".into()), ..scene.header() };
    assert_eq!(flaw(scene.with_header(nested).await), Flaw::Type);
    assert!(scene.with_header(Header { kid: None, ..scene.header() }).await.is_ok(), "there is only one key");
    scene.forger.show(&[&scene.key, &Key::new("two")]);
    let unknown = Header { kid: Some("three".into()), ..scene.header() };
    assert_eq!(flaw(scene.with_header(unknown).await), Flaw::UnknownKey);
    let ambiguous = scene.with_header(Header { kid: None, ..scene.header() }).await;
    assert_eq!(flaw(ambiguous), Flaw::UnknownKey);
}

#[tokio::test]
async fn refuses_a_bearer_token_that_anybody_could_have_made() {
    let scene = Scene::new().await;
    for alg in ["none", "None", "NONE", ""] {
        let token = unsigned(&json!({ "alg": alg, "typ": "JWT" }), &scene.claims());
        assert_eq!(flaw(scene.verify(&token).await), Flaw::Unreadable, "no such algorithm is known: {alg}");
    }
    for algorithm in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
        let header = Header { kid: Some("one".into()), ..Header::new(algorithm) };
        let secrets = [EncodingKey::from_secret(b"hush"), EncodingKey::from_secret(b"")];
        for secret in scene.key.public_as_secret().into_iter().chain(secrets) {
            let token = encode(&header, &scene.claims(), &secret).unwrap();
            assert_eq!(flaw(scene.verify(&token).await), Flaw::Algorithm);
        }
    }
    let stranger = Key::new("one");
    let token = stranger.sign(&scene.header(), &scene.claims());
    assert_eq!(flaw(scene.verify(&token).await), Flaw::Signature);
    let jwk = Some(serde_json::from_value(stranger.shown()).unwrap());
    let jku = Some(format!("{}/other", scene.forger.issuer()));
    let header = Header { jwk, x5u: jku.clone(), jku, ..scene.header() };
    let before = scene.forger.keys_asked();
    assert_eq!(flaw(scene.verify(&stranger.sign(&header, &scene.claims())).await), Flaw::Signature);
    assert_eq!(scene.forger.keys_asked(), before, "what a token says of keys is not asked");
}

#[tokio::test]
async fn refuses_a_bearer_token_that_was_cut_changed_or_blown_up() {
    let scene = Scene::new().await;
    let good = scene.key.sign(&scene.header(), &scene.claims());
    let (body, signature) = good.rsplit_once('.').unwrap();
    let bad = scene.key.sign(&scene.header(), &merged(scene.claims(), json!({ "sub": "1" })));
    for token in [
        format!("{body}."),
        format!("{body}.{}", &signature[..signature.len() - 6]),
        format!("{}.{signature}", bad.rsplit_once('.').unwrap().0),
    ] {
        assert_eq!(flaw(scene.verify(&token).await), Flaw::Signature, "{token}");
    }
    for token in
        ["", "a", "a.b", "a.b.c", "..", body, &format!("{good}.x"), &format!("Bearer {good}"), "é.é.é"]
    {
        assert_eq!(flaw(scene.verify(token).await), Flaw::Unreadable, "{token}");
    }
    let huge = scene.with_claims(json!({ "x": "x".repeat(16 * 1024) })).await;
    assert_eq!(flaw(huge), Flaw::TooLong);
    let large = scene.with_claims(json!({ "groups": vec![TENANT; 200] })).await;
    assert!(large.is_ok(), "two hundred groups fit: {large:?}");
}

#[tokio::test]
async fn an_expired_token_has_a_code_of_its_own() {
    let scene = Scene::new().await;
    let expired = scene.with_claims(json!({ "exp": NOON - 100 })).await.unwrap_err();
    assert_eq!(expired.code(), "bearer_expired", "a program then asks for a new one");
    assert_eq!(scene.with_claims(json!({ "aud": "x" })).await.unwrap_err().code(), "bearer_refused");
}

#[tokio::test]
async fn a_key_is_used_only_for_what_its_issuer_says() {
    let scene = Scene::new().await;
    let mut shown = scene.key.shown();
    shown["use"] = json!("enc");
    scene.forger.show_raw(json!({ "keys": [shown, { "kty": "future", "kid": "x" }, 7] }));
    assert_eq!(flaw(scene.with_claims(json!({})).await), Flaw::UnknownKey);
}

#[tokio::test]
async fn a_client_id_that_is_listed_is_an_audience_and_an_id_token_still_is_none() {
    let mut scene = Scene::new().await;
    // Access tokens of Entra (v2.0) are made for the client id of the API.
    scene.provider.bearer_audiences = vec!["galleria".into()];
    assert!(scene.with_claims(json!({ "aud": "galleria" })).await.is_ok());
    let id_token = json!({ "aud": "galleria", "nonce": "n" });
    assert_eq!(flaw(scene.with_claims(id_token).await), Flaw::Kind);
}

#[tokio::test]
async fn of_two_providers_with_one_issuer_the_one_whose_audience_it_is_decides() {
    let scene = Scene::new().await;
    let staff = Provider {
        bearer_audiences: vec!["staff-api".into()],
        group_roles: vec![("a".into(), "staff".into())],
        ..scene.provider.clone()
    };
    let shop = Provider { group_roles: vec![("a".into(), "shop".into())], ..scene.provider.clone() };
    for (audience, role) in [("staff-api", "staff"), (API, "shop")] {
        let claims = merged(scene.claims(), json!({ "aud": audience, "groups": ["a"] }));
        let token = scene.key.sign(&scene.header(), &claims);
        let both = [staff.clone(), shop.clone()];
        let outsider = scene.federation.verify_bearer(&both, &token, noon()).await.unwrap();
        assert_eq!(outsider.roles, [role]);
    }
    let none =
        scene.federation.verify_bearer(&[], &scene.key.sign(&scene.header(), &scene.claims()), noon()).await;
    assert_eq!(flaw(none), Flaw::Issuer);
}

#[tokio::test]
async fn the_pinned_tenant_and_the_named_domains_hold_for_bearers_too() {
    let mut scene = Scene::new().await;
    scene.provider.entra_tenant = Some(TENANT.into());
    assert_eq!(scene.with_claims(json!({})).await.unwrap_err().code(), "tenant_refused");
    assert!(scene.with_claims(json!({ "tid": TENANT })).await.is_ok());
    scene.provider.entra_tenant = None;
    scene.provider.allowed_domains = vec!["example.com".into()];
    assert_eq!(scene.with_claims(json!({})).await.unwrap_err().code(), "domain_refused");
    let good = json!({ "email": "ada@example.com", "email_verified": true });
    assert!(scene.with_claims(good).await.is_ok());
}
