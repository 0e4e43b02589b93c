//! What commands ask before they destroy something, and that those that look never write.

use std::collections::BTreeMap;
use std::path::Path;

use galleria_tests::server::{command, galleria, make_key, make_tenant, refused};
use galleria_tests::{Cell, Postgres};
use serde_json::json;

use crate::over_both_engines;
use crate::world::{Engine, World, lamp, order};

over_both_engines!(commands_that_destroy_refuse_without_a_terminal_until_it_is_said_that_they_may);

/// Every command that can be asked about a cell without changing it.
const LOOKS: [&[&str]; 17] = [
    &["tenant", "list"],
    &["tenant", "list", "--json"],
    &["tenant", "show", "oak"],
    &["tenant", "origins", "oak"],
    &["tenant", "networks", "oak"],
    &["tenant", "host", "oak"],
    &["tenant", "feature", "oak"],
    &["tenant", "key", "list", "oak"],
    &["service", "list"],
    &["jobs", "list"],
    &["jobs", "list", "--tenant", "oak"],
    &["dead", "list", "--tenant", "oak"],
    &["privacy", "find", "--tenant", "oak", "--email", "ada@example.com"],
    &["privacy", "erasures"],
    &["products", "export", "--tenant", "oak", "-"],
    &["verify"],
    &["verify", "--json"],
];

#[test]
fn commands_that_look_never_write() {
    let folder = tempfile::tempdir().unwrap();
    let cell = Cell::Folder(folder.path().into());
    make_tenant(&cell, "oak");
    command(
        &cell,
        &["tenant", "origins", "oak", "https://shop.example", "--credentials", "https://my.example"],
    );
    command(&cell, &["tenant", "networks", "oak", "10.0.0.0/8"]);
    command(&cell, &["tenant", "host", "oak", "shop.oak.example"]);
    command(&cell, &["tenant", "feature", "oak", "files", "off"]);
    let before = files(folder.path());
    for words in LOOKS {
        command(&cell, words);
        assert!(files(folder.path()) == before, "{words:?} wrote something");
    }
    for (words, shows) in [
        (["tenant", "origins", "oak"], "https://my.example (with credentials)\nhttps://shop.example"),
        (["tenant", "networks", "oak"], "10.0.0.0/8"),
        (["tenant", "host", "oak"], "shop.oak.example"),
        (["tenant", "feature", "oak"], "files off"),
    ] {
        assert_eq!(command(&cell, &words), shows);
    }
    // What empties a list says so.
    command(&cell, &["tenant", "origins", "oak", "--clear"]);
    command(&cell, &["tenant", "networks", "oak", "--clear"]);
    assert_eq!(command(&cell, &["tenant", "origins", "oak"]), "");
    assert_eq!(command(&cell, &["tenant", "networks", "oak"]), "");
}

#[test]
fn a_folder_that_holds_nothing_is_named_and_nothing_is_made_there() {
    let folder = tempfile::tempdir().unwrap();
    let cell = Cell::Folder(folder.path().join("data"));
    let other = [
        &["migrate"][..],
        &["tenant", "suspend", "oak"],
        &["tenant", "key", "create", "oak", "--name", "x", "--role", "admin"],
        &["tenant", "sweep"],
        &["tenant", "move", "oak", "--to-data", "elsewhere"],
        &["account", "create", "--name", "Bob", "--email", "bob@example.com", "--role", "owner"],
        &["service", "create", "--name", "x"],
        &["privacy", "erase", "--tenant", "oak", "0198c0de-0000-7000-8000-000000000001", "--yes"],
        &["backup", "never.parcel"],
    ];
    for words in LOOKS.into_iter().chain(other) {
        let said = refused(&cell, words);
        assert!(said.contains("There is no Galleria in the folder"), "{words:?} said: {said}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "{words:?} made something");
    }
}

#[test]
fn a_restore_that_is_refused_makes_neither_a_cell_nor_a_key() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let cell = Cell::Folder(folder.path().join("data"));
    make_tenant(&cell, "oak");
    command(&cell, &["backup", &at("monday.parcel")]);
    std::fs::write(at("text"), "not a backup").unwrap();
    let fresh = folder.path().join("fresh");
    let there = Cell::Folder(fresh.clone());
    let said = refused(&there, &["restore", &at("monday.parcel")]);
    assert!(said.contains("key file of the installation that made it"), "{said}");
    command(&cell, &["keys", "new", &at("wrong")]);
    for (file, key) in [("monday.parcel", at("wrong")), ("text", at("data/galleria.keys"))] {
        refused(&there, &["restore", &at(file), "--key-file", &key]);
    }
    refused(&there, &["tenant", "import", &at("text"), "--journey-key", &at("wrong")]);
    assert!(!fresh.exists(), "a refused restore left something");
    command(&there, &["restore", &at("monday.parcel"), "--key-file", &at("data/galleria.keys")]);
    assert!(!fresh.join("galleria.keys").exists(), "a key was made that opens nothing");
    let key = at("data/galleria.keys");
    assert!(command(&there, &["tenant", "list", "--key-file", &key]).starts_with("oak"));
}

async fn commands_that_destroy_refuse_without_a_terminal_until_it_is_said_that_they_may(engine: Engine) {
    let world = World::start(engine, 1).await;
    let mut admin = world.admin("a");
    admin.post("/api/v1/products", &lamp("L", 9)).await;
    let placed = admin.post("/api/v1/orders", &order(&[("L", 1)])).await.json();
    let person = placed["customer"]["id"].as_str().unwrap();
    let nobody = "0198c0de-0000-7000-8000-000000000001";
    let said = refused(&world.cell, &["privacy", "erase", "--tenant", "a", nobody, "--yes"]);
    assert!(said.contains("Nobody is known to a by the id"), "{said}");
    assert_eq!(admin.post("/api/v1/privacy/erasures", &json!({ "person": nobody })).await.status, 404);
    make_key(&world.cell, "a", "viewer");
    let keys = command(&world.cell, &["tenant", "key", "list", "a"]);
    let key = keys.lines().find(|line| line.contains("viewer")).unwrap().split(' ').next().unwrap();
    command(&world.cell, &["service", "create", "--name", "till"]);
    let services = command(&world.cell, &["service", "list"]);
    let service = services.split(' ').next().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.parcel").display().to_string();
    command(&world.cell, &["backup", &file]);
    let destroy: [(&[&str], &str); 4] = [
        (&["privacy", "erase", "--tenant", "a", person], "cannot be undone"),
        (&["tenant", "key", "revoke", "a", key], "shut out at once"),
        (&["service", "revoke", service], "shut out at once"),
        (&["restore", &file, "--tenant", "a", "--replace"], "stopped at once"),
    ];
    let looks = || {
        [
            &["privacy", "erasures"][..],
            &["tenant", "key", "list", "a"],
            &["service", "list"],
            &["tenant", "list"],
        ]
        .map(|words| command(&world.cell, words))
    };
    let before = looks();
    for (words, says) in destroy {
        let said = refused(&world.cell, words);
        assert!(said.contains(says) && said.contains("--yes"), "{words:?} said: {said}");
    }
    assert_eq!(looks(), before, "something was destroyed that nobody agreed to");
    for (words, _) in destroy {
        command(&world.cell, &[words, &["--yes"]].concat());
    }
    assert!(looks().iter().zip(before).all(|(now, before)| *now != before));
}

#[test]
fn verify_has_a_line_for_each_tenant_and_a_verdict_at_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let cell = Cell::Folder(folder.path().into());
    for slug in ["oak", "elm"] {
        make_tenant(&cell, slug);
    }
    let said = command(&cell, &["verify"]);
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines.len(), 3, "{said}");
    assert!(lines[0].starts_with("elm: clean") && lines[1].starts_with("oak: clean"), "{said}");
    assert_eq!(lines[2], "Clean: the tables of all 2 tenants are what their logs say.");
    assert!(command(&cell, &["verify", "--verbose"]).lines().count() > 20);

    let mut tenants = std::fs::read_dir(folder.path().join("tenants")).unwrap().flatten();
    let damaged = tenants.find(|entry| entry.path().extension().is_some_and(|ends| ends == "db")).unwrap();
    let row = "insert into erasures_done (subject, at, actor) values (x'00', 1, 'nobody')";
    rusqlite::Connection::open(damaged.path()).unwrap().execute_batch(row).unwrap();
    let output = galleria(&["verify", "--data", folder.path().to_str().unwrap()]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("DIFFERENT in 1 place"), "{said}");
    assert_eq!(said.lines().last(), Some("NOT CLEAN: 1 of 2 tenants are not what their logs say."));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_was_copied_without_the_settings_of_its_role_says_what_to_run() {
    let postgres = Postgres::prepared();
    make_tenant(&Cell::Database(postgres.app_url()), "oak");
    let owner = postgres.owner_url().replace("/postgres?", "/template1?");
    let (client, connection) = tokio_postgres::connect(&owner, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    client.batch_execute("create database copied template postgres").await.unwrap();
    let copied = Cell::Database(postgres.url("galleria_app", "copied"));
    for words in [&["tenant", "list"][..], &["verify"], &["serve", "--listen", "127.0.0.1:0"]] {
        let said = refused(&copied, words);
        assert!(said.contains("galleria migrate") && said.contains("--app-role galleria_app"), "{said}");
        assert!(!said.contains("mistake of ours"), "{said}");
    }
    let owner = postgres.owner_url().replace("/postgres?", "/copied?");
    let migrated = galleria(&["migrate", "--database-url", &owner, "--app-role", "galleria_app"]);
    assert!(migrated.status.success(), "{}", String::from_utf8_lossy(&migrated.stderr));
    assert!(command(&copied, &["tenant", "list"]).starts_with("oak"));
}

/// Every file with its bytes, but for those that an open database keeps beside itself.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        let name = path.display().to_string();
        if path.is_dir() {
            all.extend(files(&path));
        } else if !name.ends_with("-shm") && !name.ends_with("-wal") {
            all.insert(name, std::fs::read(&path).unwrap());
        }
    }
    all
}
