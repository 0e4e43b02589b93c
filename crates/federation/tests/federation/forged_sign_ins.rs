//! ID tokens that are not what they should be, and answers of browsers that are not.

use federation::{Ask, Federation, FederationError, Flaw, Groups, Outsider, Pending, Prompt, Provider};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use openidconnect::core::{CoreJsonWebKey, CoreJwsSigningAlgorithm};
use openidconnect::{AccessToken, AccessTokenHash};
use serde_json::{Value, json};
use url::Url;

use crate::forger::{Forger, Key, NOON, noon, unsigned};
use crate::{back, federation, provider, seconds};

pub struct Scene {
    key: Key,
    forger: Forger,
    federation: Federation,
    pub provider: Provider,
}

impl Scene {
    pub async fn new() -> Self {
        let key = Key::new("one");
        let forger = Forger::start(&[&key]).await;
        let provider = provider(&forger.issuer());
        Self { key, forger, federation: federation(), provider }
    }

    fn claims(&self, nonce: &str) -> Value {
        json!({
            "iss": self.forger.issuer(), "sub": "42", "aud": "galleria", "exp": NOON + 300, "iat": NOON,
            "nonce": nonce, "email": "ada@example.com", "email_verified": true,
        })
    }

    async fn begin(&self) -> (Url, Pending, String) {
        let (url, pending) =
            self.federation.begin(&self.provider, &back(), &Ask::default(), noon()).await.unwrap();
        let nonce = url.query_pairs().find(|(name, _)| name == "nonce").unwrap().1.into_owned();
        (url, pending, nonce)
    }

    async fn finish(&self, pending: Pending) -> Result<Outsider, FederationError> {
        let query = format!("code=c&state={}", pending.state());
        self.federation.finish(&self.provider, pending, &query, &back(), noon()).await
    }

    /// A whole sign-in, in which the issuer hands out what is made of good claims.
    async fn with(&self, token: impl FnOnce(Value) -> String) -> Result<Outsider, FederationError> {
        let (_, pending, nonce) = self.begin().await;
        self.forger.hand_out(&token(self.claims(&nonce)));
        self.finish(pending).await
    }

    pub async fn with_claims(&self, changed: Value) -> Result<Outsider, FederationError> {
        self.with(|claims| self.key.sign(&self.key.header(), &merged(claims, changed))).await
    }

    async fn with_header(&self, header: Header) -> Result<Outsider, FederationError> {
        self.with(|claims| self.key.sign(&header, &claims)).await
    }
}

/// A claim that becomes null is left out.
pub fn merged(mut claims: Value, changed: Value) -> Value {
    for (name, value) in changed.as_object().unwrap() {
        claims[name] = value.clone();
    }
    claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    claims
}

fn flaw(refused: Result<Outsider, FederationError>) -> Flaw {
    match refused {
        Err(FederationError::IdToken(flaw)) => flaw,
        other => panic!("no ID token was refused: {other:?}"),
    }
}

#[tokio::test]
async fn a_good_id_token_says_who_it_is() {
    let scene = Scene::new().await;
    let more = json!({
        "name": "Ada", "locale": "de", "groups": ["staff", "night"], "amr": ["pwd", "otp"], "sid": "s1",
        "auth_time": NOON - 60, "azp": "galleria",
    });
    let outsider = scene.with_claims(more).await.unwrap();
    let expected = Outsider {
        issuer: scene.forger.issuer(),
        subject: "42".into(),
        email: Some("ada@example.com".into()),
        email_verified: true,
        name: Some("Ada".into()),
        locale: Some("de".into()),
        groups: Groups::Told(vec!["staff".into(), "night".into()]),
        roles: Vec::new(),
        auth_time: Some(noon() - seconds(60)),
        amr: vec!["pwd".into(), "otp".into()],
        sid: Some("s1".into()),
    };
    assert_eq!(outsider, expected);
}

#[tokio::test]
async fn refuses_an_id_token_with_a_wrong_claim() {
    let scene = Scene::new().await;
    for (changed, expected) in [
        (json!({ "iss": "https://other.example" }), Flaw::Issuer),
        (json!({ "iss": format!("{}/", scene.forger.issuer()) }), Flaw::Issuer),
        (json!({ "iss": null }), Flaw::Unreadable),
        (json!({ "sub": null }), Flaw::Unreadable),
        (json!({ "aud": "another" }), Flaw::Audience),
        (json!({ "aud": [] }), Flaw::Audience),
        (json!({ "aud": null }), Flaw::Audience),
        (json!({ "aud": ["galleria", "another"] }), Flaw::Audience),
        (json!({ "azp": "another" }), Flaw::Party),
        (json!({ "nonce": "another" }), Flaw::Nonce),
        (json!({ "nonce": null }), Flaw::Nonce),
        (json!({ "exp": NOON - 61 }), Flaw::Expired),
        (json!({ "exp": null }), Flaw::Unreadable),
        (json!({ "exp": "1900000300" }), Flaw::Unreadable),
        (json!({ "exp": "soon" }), Flaw::Unreadable),
        (json!({ "iat": NOON + 61 }), Flaw::NotYet),
        (json!({ "iat": NOON - 3_601 }), Flaw::Expired),
        (json!({ "iat": "1900000000" }), Flaw::Unreadable),
        (json!({ "iat": null }), Flaw::Unreadable),
        (json!({ "at_hash": "AAAAAAAAAAAAAAAAAAAAAA" }), Flaw::AccessToken),
    ] {
        assert_eq!(flaw(scene.with_claims(changed.clone()).await), expected, "{changed}");
    }
}

#[tokio::test]
async fn clocks_may_differ_by_a_minute() {
    let scene = Scene::new().await;
    for changed in [json!({ "exp": NOON - 59 }), json!({ "iat": NOON + 59 }), json!({ "iat": NOON - 3_599 })]
    {
        assert!(scene.with_claims(changed.clone()).await.is_ok(), "{changed}");
    }
}

#[tokio::test]
async fn the_access_token_is_the_one_that_the_id_token_names() {
    let scene = Scene::new().await;
    let key: CoreJsonWebKey = serde_json::from_value(scene.key.shown()).unwrap();
    let access = AccessToken::new("access".into());
    let hash = AccessTokenHash::from_token(&access, &CoreJwsSigningAlgorithm::EcdsaP256Sha256, &key).unwrap();
    assert!(scene.with_claims(json!({ "at_hash": hash })).await.is_ok());
}

#[tokio::test]
async fn refuses_an_id_token_with_a_wrong_header() {
    let scene = Scene::new().await;
    let header = || scene.key.header();
    assert!(scene.with_header(Header { typ: None, ..header() }).await.is_ok());
    assert!(scene.with_header(Header { kid: None, ..header() }).await.is_ok(), "there is only one key");
    for typ in ["at+jwt", "logout+jwt", "application/at+jwt", "x"] {
        let header = Header { typ: Some(typ.into()), ..header() };
        assert_eq!(flaw(scene.with_header(header).await), Flaw::Type, "{typ}");
    }
    let critical = Header { crit: Some(vec!["exp".into()]), ..header() };
    assert_eq!(flaw(scene.with_header(critical).await), Flaw::Type);
    let nested = Header { cty: Some("JWT".into()), ..header() };
    assert_eq!(flaw(scene.with_header(nested).await), Flaw::Type);
    let unknown = Header { kid: Some("two".into()), ..header() };
    assert_eq!(flaw(scene.with_header(unknown).await), Flaw::UnknownKey);
}

#[tokio::test]
async fn refuses_an_id_token_that_anybody_could_have_made() {
    let scene = Scene::new().await;
    for alg in ["none", "None", "NONE", ""] {
        let forged = scene.with(|claims| unsigned(&json!({ "alg": alg, "typ": "JWT" }), &claims)).await;
        assert!([Flaw::Algorithm, Flaw::Unreadable].contains(&flaw(forged)), "{alg}");
    }
    let secrets = [EncodingKey::from_secret(b"hush"), EncodingKey::from_secret(b"")];
    for secret in scene.key.public_as_secret().into_iter().chain(secrets) {
        let header = Header { kid: Some("one".into()), ..Header::new(Algorithm::HS256) };
        let forged = scene.with(|claims| encode(&header, &claims, &secret).unwrap()).await;
        assert_eq!(flaw(forged), Flaw::Algorithm);
    }
    let stranger = Key::new("one");
    let forged = scene.with(|claims| stranger.sign(&stranger.header(), &claims)).await;
    assert_eq!(flaw(forged), Flaw::Signature);
    // A key that the token brings along is nobody's.
    let jwk = Some(serde_json::from_value(stranger.shown()).unwrap());
    let jku = Some(format!("{}/keys", scene.forger.issuer()));
    let forged = scene.with(|claims| stranger.sign(&Header { jwk, jku, ..stranger.header() }, &claims)).await;
    assert_eq!(flaw(forged), Flaw::Signature);
}

#[tokio::test]
async fn refuses_an_id_token_that_was_cut_or_changed() {
    let scene = Scene::new().await;
    let signed = |claims: &Value| scene.key.sign(&scene.key.header(), claims);
    let without = scene.with(|claims| signed(&claims).rsplit_once('.').unwrap().0.to_owned() + ".").await;
    assert_eq!(flaw(without), Flaw::Signature);
    let other = scene
        .with(|claims| {
            let (good, bad) = (signed(&claims), signed(&merged(claims, json!({ "sub": "1" }))));
            format!("{}.{}", bad.rsplit_once('.').unwrap().0, good.rsplit_once('.').unwrap().1)
        })
        .await;
    assert_eq!(flaw(other), Flaw::Signature);
    for text in ["", "a", "a.b", "a.b.c", "a.b.c.d.e", "..", "é.é.é"] {
        assert_eq!(flaw(scene.with(|_| text.to_owned()).await), Flaw::Unreadable, "{text}");
    }
    let (_, pending, _) = scene.begin().await;
    scene.forger.answer(200, json!({ "access_token": "a", "token_type": "Bearer" }));
    assert_eq!(flaw(scene.finish(pending).await), Flaw::Missing);
}

#[tokio::test]
async fn an_answer_belongs_to_the_sign_in_that_is_pending() {
    let scene = Scene::new().await;
    let (_, pending, nonce) = scene.begin().await;
    let (_, other, _) = scene.begin().await;
    scene.forger.hand_out(&scene.key.sign(&scene.key.header(), &scene.claims(&nonce)));
    let (state, Scene { federation, provider, .. }) = (pending.state().to_owned(), &scene);
    let finish = |query: String, now| {
        let pending = pending.clone();
        async move { federation.finish(provider, pending, &query, &back(), now).await.map_err(|why| why.code()) }
    };
    for query in [
        "code=c".to_owned(),
        "code=c&state=".to_owned(),
        format!("code=c&state={}", other.state()),
        format!("code=c&state={}", &state[1..]),
        "error=access_denied".to_owned(),
    ] {
        assert_eq!(finish(query.clone(), noon()).await, Err("sign_in_unknown"), "{query}");
    }
    for query in [
        format!("state={state}"),
        format!("state={state}&code="),
        format!("state={state}&state={state}&code=c"),
        format!("state={state}&code=c&code=d"),
    ] {
        assert_eq!(finish(query.clone(), noon()).await, Err("sign_in_answer_invalid"), "{query}");
    }
    let good = format!("state={state}&code=c");
    assert_eq!(finish(good.clone(), noon() + seconds(600)).await, Err("sign_in_expired"));
    let stranger = format!("{good}&iss=https%3A%2F%2Fother.example");
    assert_eq!(finish(stranger, noon()).await, Err("sign_in_mixed_up"));
    assert!(finish(good, noon()).await.is_ok());
}

#[tokio::test]
async fn a_pending_sign_in_is_of_one_provider_and_one_address() {
    let scene = Scene::new().await;
    let (_, pending, _) = scene.begin().await;
    let query = format!("state={}&code=c", pending.state());
    let elsewhere = Url::parse("https://other.example/back").unwrap();
    let finish = |provider: Provider, to: Url| {
        let (federation, pending, query) = (&scene.federation, pending.clone(), query.clone());
        async move { federation.finish(&provider, pending, &query, &to, noon()).await.unwrap_err().code() }
    };
    let another = Provider { client_id: "another".into(), ..scene.provider.clone() };
    let forger = Forger::start(&[&scene.key]).await;
    assert_eq!(finish(another, back()).await, "sign_in_mixed_up");
    assert_eq!(finish(provider(&forger.issuer()), back()).await, "sign_in_mixed_up");
    assert_eq!(finish(scene.provider.clone(), elsewhere).await, "sign_in_mixed_up");
}

#[tokio::test]
async fn an_issuer_that_announces_its_name_in_answers_gives_it() {
    let scene = Scene::new().await;
    scene.forger.describe("authorization_response_iss_parameter_supported", json!(true));
    let refused = scene.with_claims(json!({})).await.unwrap_err();
    assert_eq!(refused.code(), "sign_in_mixed_up");
}

#[tokio::test]
async fn a_pending_sign_in_is_kept_as_text_and_shows_no_secret() {
    let scene = Scene::new().await;
    let (url, pending, nonce) = scene.begin().await;
    let text = serde_json::to_string(&pending).unwrap();
    let kept: Pending = serde_json::from_str(&text).unwrap();
    assert_eq!(kept, pending);
    assert_eq!(kept.expires(), noon() + seconds(600));
    let shown = format!("{pending:?}");
    assert!(!shown.contains(&nonce) && !shown.contains(pending.state()), "{shown}");
    let asked: Vec<_> = url.query_pairs().collect();
    let asks = |name: &str, value: &str| asked.iter().any(|(n, v)| n == name && v == value);
    assert!(asks("response_type", "code") && asks("code_challenge_method", "S256"));
    assert!(asks("scope", "openid email profile") && asks("state", pending.state()));
    // The challenge is not the secret itself.
    let verifier = serde_json::from_str::<Value>(&text).unwrap()["verifier"].as_str().unwrap().to_owned();
    assert!(!url.as_str().contains(&verifier));
}

#[tokio::test]
async fn what_is_asked_beside_who_it_is_reaches_the_issuer() {
    let scene = Scene::new().await;
    let ask = Ask {
        prompt: Some(Prompt::SelectAccount),
        login_hint: Some("ada@example.com".into()),
        max_age: Some(seconds(300)),
    };
    let google = Provider {
        allowed_domains: vec!["example.com".into()],
        domain_claim: Some("hd".into()),
        ..scene.provider.clone()
    };
    let (url, _) = scene.federation.begin(&google, &back(), &ask, noon()).await.unwrap();
    let asked: Vec<_> = url.query_pairs().collect();
    for (name, value) in [
        ("prompt", "select_account"),
        ("login_hint", "ada@example.com"),
        ("max_age", "300"),
        ("hd", "example.com"),
    ] {
        assert!(asked.iter().any(|(n, v)| n == name && v == value), "{name}: {url}");
    }
}

#[tokio::test]
async fn what_the_issuer_refuses_becomes_a_sentence() {
    let scene = Scene::new().await;
    for (error, word, again) in [
        ("access_denied", "declined", false),
        ("login_required", "Sign in again", false),
        ("temporarily_unavailable", "later", true),
        ("%3Cscript%3E", "(script)", false),
    ] {
        let (_, pending, _) = scene.begin().await;
        let query = format!("error={error}&error_description=x&state={}", pending.state());
        let finished = scene.federation.finish(&scene.provider, pending, &query, &back(), noon()).await;
        let refused = finished.unwrap_err();
        assert_eq!((refused.code(), refused.again()), ("sign_in_denied", again));
        assert!(refused.to_string().contains(word), "{refused}");
    }
    for (error, code) in [
        ("invalid_grant", "sign_in_code_refused"),
        ("invalid_client", "issuer_refuses_client"),
        ("unauthorized_client", "issuer_refuses_client"),
        ("invalid_scope", "issuer_unusable"),
    ] {
        let (_, pending, _) = scene.begin().await;
        scene.forger.answer(400, json!({ "error": error }));
        assert_eq!(scene.finish(pending).await.unwrap_err().code(), code, "{error}");
    }
    let (_, pending, _) = scene.begin().await;
    scene.forger.answer(200, json!("<html>"));
    assert_eq!(scene.finish(pending).await.unwrap_err().code(), "issuer_unusable");
}

#[tokio::test]
async fn odd_claims_of_real_issuers_are_no_hindrance() {
    let scene = Scene::new().await;
    let auth0 = json!({ "updated_at": "2026-11-21T08:00:00.000Z" });
    assert!(scene.with_claims(auth0).await.is_ok());
    let mut slashed = scene.provider.clone();
    slashed.issuer.push('/');
    let refused = scene.federation.begin(&slashed, &back(), &Ask::default(), noon()).await.unwrap_err();
    assert_eq!(refused.code(), "issuer_unusable", "an issuer is taken to the letter");
}
