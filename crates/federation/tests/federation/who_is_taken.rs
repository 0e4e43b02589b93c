//! Whom of an issuer's people a provider takes, and with which roles.

use federation::Groups;
use serde_json::json;

use crate::TENANT;
use crate::forged_sign_ins::Scene;

#[tokio::test]
async fn only_confirmed_addresses_of_the_named_domains_are_let_in() {
    let mut scene = Scene::new().await;
    scene.provider.allowed_domains = vec!["example.com".into()];
    for (changed, code) in [
        (json!({ "email": "ada@other.com" }), "domain_refused"),
        (json!({ "email": "ada@example.com.evil.com" }), "domain_refused"),
        (json!({ "email": "ada@sub.example.com" }), "domain_refused"),
        (json!({ "email": "example.com" }), "domain_refused"),
        (json!({ "email": null }), "domain_refused"),
        (json!({ "email_verified": false }), "email_unverified"),
        (json!({ "email_verified": "false" }), "email_unverified"),
        (json!({ "email_verified": null }), "email_unverified"),
    ] {
        assert_eq!(scene.with_claims(changed.clone()).await.unwrap_err().code(), code, "{changed}");
    }
    for good in [json!({}), json!({ "email": "Ada@Example.COM" }), json!({ "email_verified": "true" })] {
        assert!(scene.with_claims(good.clone()).await.is_ok(), "{good}");
    }
    scene.provider.domain_claim = Some("hd".into());
    assert_eq!(
        scene.with_claims(json!({})).await.unwrap_err().code(),
        "domain_refused",
        "an address is not enough"
    );
    let other = json!({ "hd": "other.com" });
    assert_eq!(scene.with_claims(other).await.unwrap_err().code(), "domain_refused");
    assert!(scene.with_claims(json!({ "hd": "example.com", "email": "ada@second.com" })).await.is_ok());
}

#[tokio::test]
async fn only_accounts_of_the_pinned_tenant_are_let_in() {
    let mut scene = Scene::new().await;
    scene.provider.entra_tenant = Some(TENANT.into());
    for changed in [json!({}), json!({ "tid": TENANT.replace('8', "9") }), json!({ "tid": [TENANT] })] {
        assert_eq!(
            scene.with_claims(changed.clone()).await.unwrap_err().code(),
            "tenant_refused",
            "{changed}"
        );
    }
    assert!(scene.with_claims(json!({ "tid": TENANT })).await.is_ok());
}

#[tokio::test]
async fn groups_become_roles_and_groups_left_out_are_not_none() {
    let mut scene = Scene::new().await;
    let role = |group: &str, role: &str| (group.to_owned(), role.to_owned());
    scene.provider.group_roles = vec![role("a", "viewer"), role("b", "editor"), role("c", "viewer")];
    let told = scene.with_claims(json!({ "groups": ["c", "a", "x"] })).await.unwrap();
    assert_eq!(told.roles, ["viewer"]);
    let one = scene.with_claims(json!({ "groups": "b" })).await.unwrap();
    assert_eq!((one.groups, one.roles), (Groups::Told(vec!["b".into()]), vec!["editor".into()]));
    let none = scene.with_claims(json!({})).await.unwrap();
    assert_eq!((none.groups, none.roles), (Groups::Told(Vec::new()), Vec::new()));
    for overage in [
        json!({ "_claim_names": { "groups": "src1" }, "_claim_sources": { "src1": { "endpoint": "https://a" } } }),
        json!({ "hasgroups": true }),
    ] {
        let left_out = scene.with_claims(overage).await.unwrap();
        assert_eq!((left_out.groups, left_out.roles), (Groups::LeftOut, Vec::new()));
    }
    scene.provider.groups_claim = "roles".into();
    let app_roles = scene.with_claims(json!({ "roles": ["b"], "hasgroups": true })).await.unwrap();
    assert_eq!(app_roles.roles, ["editor"]);
}
