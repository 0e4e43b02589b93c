//! Passwords that were stolen elsewhere, in a file that the operator names.

use galleria_tests::server::galleria;
use serde_json::json;

use crate::people::{PASSWORD, Town, sign_in};
use crate::world::Engine;

/// As Have I Been Pwned writes it.
fn lines(passwords: &[&str]) -> Vec<String> {
    let hash = |password: &&str| {
        let digest = ring::digest::digest(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY, password.as_bytes());
        digest.as_ref().iter().map(|byte| format!("{byte:02X}")).collect::<String>() + ":7"
    };
    let mut lines: Vec<String> = passwords.iter().map(hash).collect();
    lines.sort();
    lines
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_chooses_a_password_that_was_stolen_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("breached.txt");
    let stolen = "eleven grey herons";
    std::fs::write(&file, lines(&[stolen, "nine blue whales", "two red foxes"]).join("\r\n")).unwrap();
    let settings = [("GALLERIA_BREACHED_PASSWORDS", file.to_str().unwrap())];
    let town = Town::start_with(Engine::Embedded, 1, &settings).await;
    let ticket = town.invited(Some("a"), "ada@example.com", "viewer");
    let mut shop = town.shop("a");
    let chosen = shop.post("/api/v1/passwords", &json!({ "ticket": ticket, "password": stolen })).await;
    assert_eq!((chosen.status, &*chosen.code()), (422, "password_refused"), "{}", chosen.json());
    // The same ticket is still good for one that nobody stole.
    let chosen = shop.post("/api/v1/passwords", &json!({ "ticket": ticket, "password": PASSWORD })).await;
    assert_eq!(chosen.status, 204, "{}", chosen.json());
    let signed_in = sign_in(&mut shop, "ada@example.com", PASSWORD, "staff").await;
    let mut ada = shop.with(signed_in.json()["access_token"].as_str());
    let change = |new: &str| json!({ "current": PASSWORD, "new": new });
    let changed = ada.post("/api/v1/me/password", &change("two red foxes")).await;
    assert_eq!((changed.status, &*changed.code()), (422, "password_refused"), "{}", changed.json());
    assert_eq!(ada.post("/api/v1/me/password", &change("two red otters")).await.status, 204);
}

#[test]
fn a_file_that_is_no_list_of_stolen_passwords_keeps_the_platform_from_starting() {
    let folder = tempfile::tempdir().unwrap();
    let (file, data) = (folder.path().join("breached.txt"), folder.path().join("data").display().to_string());
    let mut backwards = lines(&["one", "two", "three"]);
    backwards.reverse();
    for (text, told) in [
        (None, "No such file"),
        (Some("password\n123456\n".to_owned()), "not a SHA-1, a colon and a number"),
        (Some(backwards.join("\n")), "not sorted"),
    ] {
        if let Some(text) = text {
            std::fs::write(&file, text).unwrap();
        }
        let config = folder.path().join("galleria.toml");
        std::fs::write(&config, format!("breached_passwords = {:?}", file.display().to_string())).unwrap();
        let refused = galleria(&[
            "serve",
            "--config",
            config.to_str().unwrap(),
            "--data",
            &data,
            "--listen",
            "127.0.0.1:0",
        ]);
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(!refused.status.success() && said.contains(told), "{said}");
        assert!(said.contains("breached_passwords"), "{said}");
    }
}
