//! Whether a VAT number is in use is asked of the register, which runs in a process of its own; what it says decides who owes
//! the tax.

use galleria_tests::server::verify;
use galleria_tests::{Client, Partner};
use serde_json::{Value, json};

use crate::connect::HERE;
use crate::organisations::{member, organisation};
use crate::over_both_engines;
use crate::people::Town;
use crate::till::is;
use crate::world::{Engine, lamp};

over_both_engines!(
    an_organisation_whose_number_is_in_use_owes_the_tax_itself_until_it_has_another,
    a_register_that_does_not_answer_changes_nothing,
);

const IRISH: &str = "IE6433435F";

async fn town(engine: Engine, register: &Partner) -> Town {
    let address = register.address();
    let settings = [HERE[0], HERE[1], ("GALLERIA_VAT_REGISTER", address.as_str())];
    Town::start_with(engine, 1, &settings).await
}

async fn check(admin: &mut Client, organisation: &str) -> galleria_tests::Answer {
    admin.post(&format!("/api/v1/organisations/{organisation}/vat-check"), &json!({})).await
}

/// Replaces what it says of itself, with this number.
async fn renumbered(admin: &mut Client, organisation: &str, vat_id: Option<&str>) -> Value {
    let path = format!("/api/v1/organisations/{organisation}");
    let known = admin.get(&path).await;
    let body = json!({ "name": "Quay Hotels", "vat_id": vat_id }).to_string();
    let version = known.header("etag").unwrap();
    let put = admin.send("PUT", &path, &[("if-match", version)], Some(&body)).await.unwrap();
    assert_eq!(put.status, 200, "{}", put.json());
    put.json()
}

async fn an_organisation_whose_number_is_in_use_owes_the_tax_itself_until_it_has_another(engine: Engine) {
    let mut register = Partner::vies().await;
    let town = town(engine, &register).await;
    let mut admin = town.world.admin("a");
    admin.post("/api/v1/products", &lamp("L", 100)).await;
    let rates = json!([{ "name": "VAT", "rate": "20%", "country": "IE", "reverse_charge": true }]);
    let taxes = json!({ "prices": "exclude_tax", "rates": rates }).to_string();
    let known = admin.get("/api/v1/taxes").await;
    let version = known.header("etag").unwrap();
    let set = admin.send("PUT", "/api/v1/taxes", &[("if-match", version)], Some(&taxes)).await.unwrap();
    assert_eq!(set.status, 200, "{}", set.json());
    let mut cy = town.customer("a", "cy@example.com").await;
    let quay = organisation(&mut admin, json!({ "name": "Quay Hotels", "vat_id": "ie 643 3435 F" })).await;
    member(&mut admin, &quay, &cy, "buyer", None).await;
    let cart = crate::organisations::cart(&mut cy, 1).await;
    let path = format!("/api/v1/carts/{cart}");
    assert_eq!(cy.client.get(&path).await.json()["bill"]["total"], 2399, "nobody has asked");

    // The digits agree, and yet nobody pays under it.
    let checked = check(&mut admin, &quay).await;
    assert_eq!((checked.status, &checked.json()["vat_check"]["registered"]), (200, &json!(false)));
    assert_eq!(cy.client.get(&path).await.json()["bill"]["total"], 2399);
    register.say(&json!({ "registered": [IRISH] })).await;
    let checked = check(&mut admin, &quay).await;
    assert_eq!(checked.json()["vat_check"]["registered"], true, "{}", checked.json());
    assert!(checked.json()["vat_check"]["checked_at"].is_string());
    let bill = cy.client.get(&path).await.json()["bill"].clone();
    assert_eq!(bill["total"], 1999, "{bill}");
    assert!(bill["entries"].to_string().contains("reverse charge"), "{bill}");

    // What is written anew and stays the same stays known; another number is not, and nor is none.
    let same = renumbered(&mut admin, &quay, Some(IRISH)).await;
    assert_eq!(same["vat_check"]["registered"], true);
    let other = renumbered(&mut admin, &quay, Some("DE136695976")).await;
    assert_eq!(other["vat_check"], Value::Null);
    assert_eq!(admin.get(&format!("/api/v1/organisations/{quay}")).await.json()["vat_check"], Value::Null);
    assert_eq!(cy.client.get(&path).await.json()["bill"]["total"], 2399);
    let told = register.say(&json!({})).await;
    assert_eq!(told, json!([IRISH, IRISH]), "the register is asked when somebody asks it, and not otherwise");

    // What the register cannot know is not asked.
    renumbered(&mut admin, &quay, None).await;
    is(&check(&mut admin, &quay).await, 409, "vat_id_missing");
    renumbered(&mut admin, &quay, Some("GB980780684")).await;
    is(&check(&mut admin, &quay).await, 409, "vat_id_elsewhere");
    let mut viewer = town.world.colleague("a", "viewer").await;
    assert_eq!(check(&mut viewer, &quay).await.status, 403);
    assert_eq!(check(&mut cy.client, &quay).await.status, 403);
    let nobodys = check(&mut admin, "0198c0de-0000-7000-8000-000000000001").await;
    assert_eq!(nobodys.status, 404);
    assert_eq!(register.say(&json!({})).await, told);
    verify(&town.world.cell);
}

async fn a_register_that_does_not_answer_changes_nothing(engine: Engine) {
    let mut register = Partner::vies().await;
    let town = town(engine, &register).await;
    let mut admin = town.world.admin("a");
    let quay = organisation(&mut admin, json!({ "name": "Quay Hotels", "vat_id": IRISH })).await;
    register.say(&json!({ "registered": [IRISH] })).await;
    assert_eq!(check(&mut admin, &quay).await.json()["vat_check"]["registered"], true);
    let known = admin.get(&format!("/api/v1/organisations/{quay}")).await.json();
    for mode in ["country", "nonsense", "down"] {
        register.say(&json!({ "mode": mode })).await;
        let silent = check(&mut admin, &quay).await;
        is(&silent, 503, "vat_register_silent");
        assert!(silent.header("retry-after").is_some(), "{mode}");
        assert_eq!(admin.get(&format!("/api/v1/organisations/{quay}")).await.json(), known, "{mode}");
    }
    drop(register);
    is(&check(&mut admin, &quay).await, 503, "vat_register_silent");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_no_register_is_named_nobody_is_asked() {
    let town = Town::start_with(Engine::Embedded, 1, &[("GALLERIA_VAT_REGISTER", "")]).await;
    let mut admin = town.world.admin("a");
    let quay = organisation(&mut admin, json!({ "name": "Quay Hotels", "vat_id": IRISH })).await;
    is(&check(&mut admin, &quay).await, 409, "vat_register_off");
}
