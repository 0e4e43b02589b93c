//! The command line, read as a stranger; and what it does with files that it should not touch.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Output;

use galleria_tests::server::{bytes, galleria, make_tenant};
use galleria_tests::{Cell, Server};

#[test]
fn help_teaches_by_example() {
    for args in [
        &["--help"][..],
        &["serve", "--help"],
        &["demo", "--help"],
        &["migrate", "--help"],
        &["verify", "--help"],
    ] {
        let help = galleria(args);
        assert!(help.status.success());
        assert!(String::from_utf8_lossy(&help.stdout).contains("Examples:"), "{args:?}");
    }
}

#[test]
fn a_wrong_setting_is_refused_by_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("galleria.toml");
    let config = file.to_str().unwrap();
    for (text, told) in [
        ("databse_url = 'x'", "databse_url"),
        ("listen = 'everywhere'", "listen"),
        ("time_limit_seconds = 0", "time_limit_seconds"),
        ("database_connections = 'many'", "database_connections"),
        ("base_domain = 'Shops.example:80'", "base_domain"),
    ] {
        std::fs::write(&file, text).unwrap();
        let refused = galleria(&["serve", "--config", config]);
        says(&refused, told);
    }
    says(&galleria(&["serve", "--config", "/no/such/file"]), "There is no configuration file");
}

#[tokio::test]
async fn a_folder_that_is_served_cannot_be_served_twice() {
    let folder = tempfile::tempdir().unwrap();
    let cell = Cell::Folder(folder.path().join("data"));
    let _server = Server::start(cell.clone()).await;
    let args = [vec!["serve".to_owned(), "--listen".into(), "127.0.0.1:0".into()], cell.args()].concat();
    let second = galleria(&args.iter().map(String::as_str).collect::<Vec<_>>());
    says(&second, "Another galleria is using");
}

#[test]
fn a_port_that_is_taken_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let folder = tempfile::tempdir().unwrap();
    let refused = galleria(&["serve", "--listen", &address, "--data", folder.path().to_str().unwrap()]);
    says(&refused, &format!("Something is listening on {address} already"));
}

#[test]
fn a_file_that_is_not_ours_is_left_as_it_is() {
    let (folder, tenant) = a_cell_with_a_tenant();
    let cell_file = folder.path().join("cell.db");
    let ours = bytes(&cell_file);

    // Not a database at all.
    std::fs::write(&cell_file, "my shopping list\n".repeat(400)).unwrap();
    untouched(&cell_file, || {
        says(&galleria(&["serve", "--data", text(folder.path())]), "damaged or not a database")
    });

    // A database of somebody else's.
    std::fs::remove_file(&cell_file).unwrap();
    rusqlite::Connection::open(&cell_file)
        .unwrap()
        .execute_batch("create table notes (text); insert into notes values ('x')")
        .unwrap();
    untouched(&cell_file, || {
        says(&galleria(&["serve", "--data", text(folder.path())]), "not one of Galleria's")
    });

    // From a newer binary.
    std::fs::write(&cell_file, &ours).unwrap();
    rusqlite::Connection::open(&cell_file).unwrap().execute_batch("pragma user_version = 99").unwrap();
    let refused = galleria(&["serve", "--data", text(folder.path())]);
    says(&refused, "newer galleria");

    // A tenant's file with steps that this binary does not know.
    std::fs::write(&cell_file, &ours).unwrap();
    let steps = "insert into migrations values ('orders', 99, '0099_future')";
    rusqlite::Connection::open(&tenant).unwrap().execute_batch(steps).unwrap();
    let before = rows(&tenant);
    says(&galleria(&["migrate", "--data", text(folder.path())]), "newer galleria");
    says(&galleria(&["verify", "--data", text(folder.path())]), "newer galleria");
    assert_eq!(rows(&tenant), before);
}

#[test]
fn a_tenants_file_that_is_damaged_or_gone_is_named_and_not_replaced() {
    let (folder, tenant) = a_cell_with_a_tenant();
    let whole = bytes(&tenant);
    std::fs::write(&tenant, &whole[..whole.len() / 3]).unwrap();
    untouched(&tenant, || {
        let refused = galleria(&["verify", "--data", text(folder.path())]);
        assert!(!refused.status.success());
        says(&refused, "Restore it from a backup");
    });
    std::fs::remove_file(&tenant).unwrap();
    says(&galleria(&["migrate", "--data", text(folder.path())]), "is missing");
    assert!(!tenant.exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_tenant_does_not_keep_the_others_from_being_served() {
    let folder = tempfile::tempdir().unwrap();
    let cell = Cell::Folder(folder.path().join("data"));
    let key = make_tenant(&cell, "well");
    let broken_key = make_tenant(&cell, "broken");
    let tenants = folder.path().join("data/tenants");
    let newest = std::fs::read_dir(&tenants)
        .unwrap()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|e| e == "db"))
        .max()
        .unwrap();
    std::fs::write(&newest, "not a database at all, not even close to one").unwrap();
    let server = Server::start(cell).await;
    assert_eq!(server.client("well", Some(&key)).get("/api/v1/orders").await.status, 200);
    let refused = server.client("broken", Some(&broken_key)).get("/api/v1/orders").await;
    assert_eq!((refused.status, refused.code().as_str()), (503, "storage_unusable"));
    assert!(server.log().contains("Restore it from a backup"), "{}", server.log());
}

#[test]
fn the_demo_is_filled_once() {
    let folder = tempfile::tempdir().unwrap();
    let demo = || {
        let output = galleria(&["demo", "--json", "--data", text(folder.path())]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap()
    };
    let first = demo();
    assert_eq!(first["tenants"][0]["slug"], "demo");
    assert_eq!(first["tenants"].as_array().unwrap().len(), 2);
    assert_eq!(demo(), first);
    let report = galleria_tests::server::verify(&Cell::Folder(folder.path().into()));
    assert!(report["tenants"][0]["report"]["events"].as_u64().unwrap() > 100);
}

#[test]
fn a_tenant_is_made_shown_and_given_keys_by_command() {
    let folder = tempfile::tempdir().unwrap();
    let run = |args: &[&str]| galleria(&[args, &["--data", text(folder.path())]].concat());
    says(
        &run(&["tenant", "create", "Oak & Linen", "--name", "Oak", "--currency", "EUR"]),
        "cannot be part of an address",
    );
    says(&run(&["tenant", "create", "oak", "--name", "Oak", "--currency", "EURO"]), "three ISO 4217 letters");
    assert!(run(&["tenant", "create", "oak", "--name", "Oak", "--currency", "EUR"]).status.success());
    says(
        &run(&["tenant", "create", "oak", "--name", "Oak", "--currency", "EUR"]),
        "There is a tenant \"oak\" already",
    );
    says(&run(&["tenant", "key", "create", "oak", "--name", "x", "--role", "king"]), "The roles are: admin");
    says(&run(&["tenant", "show", "elm"]), "There is no tenant \"elm\"");
    assert!(run(&["tenant", "host", "oak", "shop.oak.example"]).status.success());
    let shown = run(&["tenant", "show", "oak"]);
    assert!(String::from_utf8_lossy(&shown.stdout).contains("shop.oak.example"));
}

fn a_cell_with_a_tenant() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    make_tenant(&Cell::Folder(folder.path().into()), "a");
    let mut tenants =
        std::fs::read_dir(folder.path().join("tenants")).unwrap().flatten().map(|entry| entry.path());
    let tenant = tenants.find(|path| path.extension().is_some_and(|extension| extension == "db")).unwrap();
    (folder, tenant)
}

fn rows(tenant: &Path) -> i64 {
    let file = rusqlite::Connection::open(tenant).unwrap();
    file.query_row("select count(*) from sqlite_schema", [], |row| row.get(0)).unwrap()
}

fn untouched(file: &Path, act: impl FnOnce()) {
    let before = bytes(file);
    act();
    assert!(bytes(file) == before, "{} was changed", file.display());
}

fn says(output: &Output, part: &str) {
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains(part), "said: {told}");
    assert!(!output.status.success());
    assert!(!told.contains("panicked"), "{told}");
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}
