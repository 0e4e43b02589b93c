//! Which providers a tenant can configure.

use federation::{FederationError, Flaw, Provider, Secret};
use outbound::OutboundError;

use crate::{TENANT, federation, provider};

fn sentence(provider: &Provider) -> String {
    let refused = provider.check().unwrap_err();
    assert_eq!(refused.code(), "provider_invalid");
    refused.to_string()
}

#[test]
fn the_presets_are_good() {
    let secret = || Secret::new("hush");
    let google = Provider::google("id.apps.example", secret(), &["example.com"]);
    assert_eq!((google.check(), google.issuer.as_str()), (Ok(()), "https://accounts.google.com"));
    let entra = Provider::entra(TENANT, "id", secret());
    assert_eq!(entra.check(), Ok(()));
    assert_eq!(entra.issuer, format!("https://login.microsoftonline.com/{TENANT}/v2.0"));
    let external = Provider::entra_external(TENANT, "id", secret());
    assert_eq!(external.check(), Ok(()));
    assert_eq!(external.issuer, format!("https://{TENANT}.ciamlogin.com/{TENANT}/v2.0"));
    assert_eq!(provider("https://login.example.com/realms/staff").check(), Ok(()));
}

#[test]
fn refuses_what_cannot_work_or_lets_everybody_in() {
    let good = provider("https://login.example.com");
    let entra = Provider::entra(TENANT, "id", Secret::new("hush"));
    let common = |name: &str| format!("https://login.microsoftonline.com/{name}/v2.0");
    for (bad, word) in [
        (Provider { name: String::new(), ..good.clone() }, "name"),
        (Provider { name: "a\nb".into(), ..good.clone() }, "name"),
        (Provider { issuer: "login.example.com".into(), ..good.clone() }, "https://"),
        (Provider { issuer: "file:///etc".into(), ..good.clone() }, "https://"),
        (Provider { issuer: "https://a.example/?a=b".into(), ..good.clone() }, "question mark"),
        (Provider { issuer: "https://u:p@a.example/".into(), ..good.clone() }, "password"),
        (Provider { issuer: common("common"), ..good.clone() }, "tenant"),
        (Provider { issuer: common("organizations"), ..good.clone() }, "tenant"),
        (Provider { issuer: common("Consumers"), ..good.clone() }, "tenant"),
        (Provider { client_id: "a b".into(), ..good.clone() }, "client id"),
        (Provider { client_secret: Some(Secret::new("")), ..good.clone() }, "secret"),
        (Provider { scopes: vec!["a b".into()], ..good.clone() }, "scope"),
        (Provider { bearer_audiences: vec![String::new()], ..good.clone() }, "audience"),
        (Provider { groups_claim: String::new(), ..good.clone() }, "groups"),
        (Provider { allowed_domains: vec!["@example.com".into()], ..good.clone() }, "domain"),
        (Provider { allowed_domains: vec!["Example.com".into()], ..good.clone() }, "domain"),
        (Provider { allowed_domains: vec!["com".into()], ..good.clone() }, "domain"),
        (Provider { group_roles: vec![("a".into(), String::new())], ..good.clone() }, "role"),
        (Provider::google("id", Secret::new("hush"), &[]), "Everybody"),
        (Provider { entra_tenant: Some("contoso.onmicrosoft.com".into()), ..entra.clone() }, "id"),
        (Provider { entra_tenant: Some("common".into()), ..entra.clone() }, "id"),
        (Provider { allowed_domains: vec!["example.com".into()], ..entra.clone() }, "confirm"),
    ] {
        let text = sentence(&bad);
        assert!(text.contains(word), "{word}: {text}");
    }
}

#[tokio::test]
async fn everybodys_issuer_of_entra_becomes_the_pinned_tenants_own() {
    let pinned = Provider {
        issuer: "https://login.microsoftonline.com/common/v2.0".into(),
        ..Provider::entra(TENANT, "id", Secret::new("hush"))
    };
    assert_eq!(pinned.check(), Ok(()));
    // Nobody is asked here: the token says by whom it was made, and only the tenant's own issuer counts.
    let claims = serde_json::json!({ "iss": "https://login.microsoftonline.com/common/v2.0", "sub": "42" });
    let key = crate::forger::Key::new("one");
    let token = key.sign(&key.header(), &claims);
    let refused = federation().verify_bearer(&[pinned], &token, crate::forger::noon()).await.unwrap_err();
    assert_eq!(refused, FederationError::Bearer(Flaw::Issuer));
}

#[tokio::test]
async fn an_issuer_among_ourselves_is_not_asked() {
    for issuer in
        ["http://login.example.com", "https://127.0.0.2", "https://[::1]:8443/realms/a", "https://10.0.0.1"]
    {
        let refused = federation().check(&provider(issuer), crate::forger::noon()).await.unwrap_err();
        assert_eq!((refused.code(), refused.again()), ("issuer_unreachable", false), "{issuer}");
    }
}

#[test]
fn a_secret_is_not_shown() {
    assert!(!format!("{:?}", provider("https://a.example")).contains("hush"));
}

#[test]
fn every_refusal_is_a_sentence_that_says_what_to_do() {
    let issuer = || "https://a.example".to_owned();
    let flaws = [
        Flaw::Missing,
        Flaw::Unreadable,
        Flaw::TooLong,
        Flaw::Algorithm,
        Flaw::Type,
        Flaw::Issuer,
        Flaw::UnknownKey,
        Flaw::Signature,
        Flaw::Audience,
        Flaw::Party,
        Flaw::Nonce,
        Flaw::Expired,
        Flaw::NotYet,
        Flaw::AccessToken,
        Flaw::Kind,
    ];
    let mut all: Vec<_> =
        flaws.into_iter().flat_map(|f| [FederationError::IdToken(f), FederationError::Bearer(f)]).collect();
    all.extend([
        FederationError::Unreachable {
            issuer: issuer(),
            why: OutboundError::TimedOut { host: "a.example".into() },
        },
        FederationError::Unusable { issuer: issuer(), why: "it answered 404".into() },
        FederationError::ClientRefused { issuer: issuer() },
        FederationError::Callback { why: "it holds no code" },
        FederationError::State,
        FederationError::Expired,
        FederationError::MixedUp,
        FederationError::Denied { error: "access_denied".into() },
        FederationError::Denied { error: "odd".into() },
        FederationError::CodeRefused,
        FederationError::Tenant,
        FederationError::Domain,
        FederationError::EmailUnverified,
    ]);
    for why in all {
        let text = why.to_string();
        assert!(text.ends_with('.') && text.contains(". "), "{text}");
    }
}
