//! Whole sign-ins at the real issuer.

use std::time::Duration;

use federation::{Ask, Federation, FederationError, Flaw, Groups, Outsider, Pending, Provider};
use galleria_tests::Issuer;
use serde_json::{Value, json};
use url::Url;

use crate::{TENANT, back, federation, now, provider};

const API: &str = "https://shop.example/api";

async fn begin(federation: &Federation, provider: &Provider) -> (Url, Pending) {
    federation.begin(provider, &back(), &Ask::default(), now()).await.unwrap()
}

async fn start(people: &Value) -> Issuer {
    Issuer::start(people, &[]).await
}

/// What the issuer sends the browser back with.
fn query_of(address: &str) -> String {
    Url::parse(address).unwrap().query().unwrap().to_owned()
}

async fn sign_in(
    issuer: &Issuer,
    federation: &Federation,
    provider: &Provider,
    login: &str,
) -> Result<Outsider, FederationError> {
    let (url, pending) = begin(federation, provider).await;
    let query = query_of(&issuer.sign_in(url.as_str(), login).await);
    federation.finish(provider, pending, &query, &back(), now()).await
}

#[tokio::test]
async fn people_of_the_domain_sign_in_as_at_google_and_others_do_not() {
    let issuer = start(&json!({
        "ada": { "email": "ada@example.com", "email_verified": true, "hd": "example.com", "name": "Ada", "locale": "de" },
        "bob": { "email": "bob@gmail.com", "email_verified": true, "name": "Bob" },
        "eve": { "email": "eve@example.com", "email_verified": false, "hd": "example.com" },
    }))
    .await;
    let google = Provider {
        allowed_domains: vec!["example.com".into()],
        domain_claim: Some("hd".into()),
        ..provider(&issuer.address())
    };
    let federation = federation();
    let ada = sign_in(&issuer, &federation, &google, "ada").await.unwrap();
    assert_eq!((ada.issuer, ada.subject.as_str()), (issuer.address(), "ada"));
    assert_eq!((ada.email.as_deref(), ada.email_verified), (Some("ada@example.com"), true));
    assert_eq!((ada.name.as_deref(), ada.locale.as_deref()), (Some("Ada"), Some("de")));
    assert!(
        ada.auth_time
            .is_some_and(|at| now().duration_since(at).unwrap_or_default() < Duration::from_secs(60))
    );
    assert_eq!(sign_in(&issuer, &federation, &google, "bob").await.unwrap_err().code(), "domain_refused");
    assert_eq!(sign_in(&issuer, &federation, &google, "eve").await.unwrap_err().code(), "email_unverified");
}

#[tokio::test]
async fn people_of_the_tenant_sign_in_as_at_entra_with_roles_by_their_groups() {
    let claims =
        |tenant: &str, groups: &[&str]| json!({ "tid": tenant, "groups": groups, "roles": ["Shop.Admin"] });
    let issuer = start(&json!({
        "ada": claims(TENANT, &["g-1", "g-2"]),
        "bob": claims("11111111-2222-3333-4444-555555555555", &["g-1"]),
        "eve": { "tid": TENANT, "_claim_names": { "groups": "src1" }, "_claim_sources": { "src1": { "endpoint": "https://graph.example" } } },
    }))
    .await;
    let entra = Provider {
        entra_tenant: Some(TENANT.into()),
        group_roles: vec![("g-2".into(), "editor".into()), ("g-3".into(), "owner".into())],
        client_id: "in-body".into(),
        ..provider(&issuer.address())
    };
    let federation = federation();
    let ada = sign_in(&issuer, &federation, &entra, "ada").await.unwrap();
    assert_eq!(
        (ada.groups, ada.roles),
        (Groups::Told(vec!["g-1".into(), "g-2".into()]), vec!["editor".into()])
    );
    assert!(!ada.email_verified);
    assert_eq!(sign_in(&issuer, &federation, &entra, "bob").await.unwrap_err().code(), "tenant_refused");
    let eve = sign_in(&issuer, &federation, &entra, "eve").await.unwrap();
    assert_eq!((eve.groups, eve.roles), (Groups::LeftOut, Vec::new()));
    let app_roles = Provider {
        groups_claim: "roles".into(),
        group_roles: vec![("Shop.Admin".into(), "owner".into())],
        ..entra
    };
    assert_eq!(sign_in(&issuer, &federation, &app_roles, "ada").await.unwrap().roles, ["owner"]);
}

#[tokio::test]
async fn a_code_is_used_once_and_with_the_secret_of_its_own_sign_in() {
    let issuer = start(&json!({ "ada": {} })).await;
    let (federation, provider) = (federation(), provider(&issuer.address()));
    let (url, pending) = begin(&federation, &provider).await;
    let query = query_of(&issuer.sign_in(url.as_str(), "ada").await);
    assert!(query.contains("iss="), "the issuer names itself: {query}");
    let finish = |pending: Pending, query: String| {
        let (federation, provider) = (&federation, &provider);
        async move { federation.finish(provider, pending, &query, &back(), now()).await }
    };
    assert!(finish(pending.clone(), query.clone()).await.is_ok());
    assert_eq!(finish(pending.clone(), query.clone()).await, Err(FederationError::CodeRefused), "replayed");

    // Somebody else's code, put into one's own sign-in: PKCE does not fit.
    let (url, victim) = begin(&federation, &provider).await;
    let stolen =
        query_of(&issuer.sign_in(url.as_str(), "ada").await).replace(victim.state(), pending.state());
    assert_eq!(finish(pending.clone(), stolen).await, Err(FederationError::CodeRefused));

    let unnamed: Vec<_> = query.split('&').filter(|pair| !pair.starts_with("iss=")).collect();
    assert_eq!(finish(pending, unnamed.join("&")).await, Err(FederationError::MixedUp));
}

#[tokio::test]
async fn who_presses_cancel_is_told_so() {
    let issuer = start(&json!({})).await;
    let (federation, provider) = (federation(), provider(&issuer.address()));
    let (url, pending) = begin(&federation, &provider).await;
    let query = query_of(&issuer.decline(url.as_str()).await);
    let refused = federation.finish(&provider, pending, &query, &back(), now()).await.unwrap_err();
    assert_eq!(refused, FederationError::Denied { error: "access_denied".into() });
}

#[tokio::test]
async fn a_wrong_secret_is_the_fault_of_the_configuration() {
    let issuer = start(&json!({ "ada": {} })).await;
    let wrong =
        Provider { client_secret: Some(federation::Secret::new("wrong")), ..provider(&issuer.address()) };
    let refused = sign_in(&issuer, &federation(), &wrong, "ada").await.unwrap_err();
    assert_eq!(refused.code(), "issuer_refuses_client");
}

#[tokio::test]
async fn access_tokens_are_bearers_and_id_tokens_are_not() {
    let issuer = start(&json!({
        "ada": { "groups": ["staff"], "email": "ada@example.com", "email_verified": true },
    }))
    .await;
    let federation = federation();
    let mut provider = Provider {
        bearer_audiences: vec![API.into()],
        group_roles: vec![("staff".into(), "editor".into())],
        ..provider(&issuer.address())
    };
    let tokens = issuer.tokens("ada", API).await;
    let (access, id) = (tokens["access_token"].as_str().unwrap(), tokens["id_token"].as_str().unwrap());
    let verify = |provider: &Provider, token: &str| {
        let (federation, providers, token) = (federation.clone(), [provider.clone()], token.to_owned());
        async move { federation.verify_bearer(&providers, &token, now()).await }
    };
    let ada = verify(&provider, access).await.unwrap();
    assert_eq!((ada.subject.as_str(), ada.roles), ("ada", vec!["editor".into()]));
    // This issuer writes no type into ID tokens.
    assert_eq!(verify(&provider, id).await, Err(FederationError::Bearer(Flaw::Type)));
    provider.bearer_audiences.push("in-body".into());
    assert_eq!(
        verify(&provider, id).await,
        Err(FederationError::Bearer(Flaw::Type)),
        "not even where it is listed"
    );
    provider.bearer_audiences = vec!["https://elsewhere.example".into()];
    assert_eq!(verify(&provider, access).await, Err(FederationError::Bearer(Flaw::Audience)));
}

#[tokio::test]
async fn every_algorithm_on_our_list_is_understood_as_the_real_issuer_signs() {
    let issuer = start(&json!({ "ada": {} })).await;
    let federation = federation();
    for algorithm in ["RS256", "RS512", "PS256", "PS384", "ES256", "ES384", "EdDSA"] {
        let api = format!("{API}?alg={algorithm}");
        let provider = Provider {
            client_id: algorithm.into(),
            bearer_audiences: vec![api.clone()],
            ..provider(&issuer.address())
        };
        let signed_in = sign_in(&issuer, &federation, &provider, "ada").await;
        assert!(signed_in.is_ok(), "{algorithm}: {signed_in:?}");
        let tokens = issuer.tokens("ada", &api).await;
        let token = tokens["access_token"].as_str().unwrap();
        let header = jsonwebtoken::decode_header(token).unwrap();
        assert_eq!(format!("{:?}", header.alg), algorithm);
        let verified = federation.verify_bearer(&[provider], token, now()).await;
        assert!(verified.is_ok(), "{algorithm}: {verified:?}");
    }
}

#[tokio::test]
async fn the_first_token_with_a_rotated_key_works() {
    let mut issuer = start(&json!({ "ada": {} })).await;
    let (federation, provider) =
        (federation(), Provider { bearer_audiences: vec![API.into()], ..provider(&issuer.address()) });
    let access = |tokens: Value| tokens["access_token"].as_str().unwrap().to_owned();
    let verify = |token: String| {
        let (federation, provider) = (&federation, &provider);
        async move { federation.verify_bearer(std::slice::from_ref(provider), &token, now()).await }
    };
    let old = access(issuer.tokens("ada", API).await);
    assert!(verify(old.clone()).await.is_ok());
    issuer.rotate().await;
    assert!(verify(old.clone()).await.is_ok(), "nothing told us that it was withdrawn");
    assert!(verify(access(issuer.tokens("ada", API).await)).await.is_ok());
    assert_eq!(verify(old).await, Err(FederationError::Bearer(Flaw::UnknownKey)));

    // The same by an ID token, in a federation that knows the old key only.
    let other = crate::federation();
    other.check(&provider, now()).await.unwrap();
    issuer.rotate().await;
    assert_eq!(sign_in(&issuer, &other, &provider, "ada").await.unwrap().subject, "ada");

    issuer.stop().await;
    let (url, _) = begin(&other, &provider).await;
    assert!(url.as_str().starts_with(&issuer.address()), "what is known is enough to begin");
}

#[tokio::test]
async fn the_session_at_the_issuer_can_be_ended() {
    let issuer = start(&json!({})).await;
    let (federation, provider) = (federation(), provider(&issuer.address()));
    let bye = Url::parse("https://shop.example/bye").unwrap();
    let url = federation.logout_url(&provider, Some(&bye), Some("s"), now()).await.unwrap().unwrap();
    let asked: Vec<_> = url.query_pairs().collect();
    for (name, value) in
        [("client_id", "galleria"), ("post_logout_redirect_uri", bye.as_str()), ("state", "s")]
    {
        assert!(asked.iter().any(|(n, v)| n == name && v == value), "{name}: {url}");
    }
    let request = http::Request::get(url.as_str()).body(Vec::new()).unwrap();
    let page = crate::outbound().send(request).await.unwrap();
    assert_eq!(page.status(), 200, "the issuer asks whether to sign out");
}
