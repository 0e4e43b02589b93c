//! Shops that arrive: with their pictures, and wholly or not at all.

use std::path::Path;
use std::process::Stdio;

use galleria_tests::server::{binary_command, command, galleria, make_key, refused, verify};
use galleria_tests::{Cell, Client, Postgres, Server, eventually};

/// A cell with the demo's shops, and where its files are.
fn demo(cell: &Cell, files: &str) {
    let output = binary_command(cell, &["demo", "--json"]).env("GALLERIA_FILES", files).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// The addresses of the pictures on a shop's first page, each of which must be there.
async fn pictures(client: &mut Client) -> usize {
    let page = client.get("/").await;
    assert_eq!(page.status, 200);
    let page = String::from_utf8_lossy(&page.body).into_owned();
    let mut seen = 0;
    for source in page.split("<img").skip(1).filter_map(|image| image.split("src=\"").nth(1)) {
        let address = source.split('"').next().unwrap().replace("&amp;", "&");
        let picture = client.get(&address).await;
        assert_eq!(picture.status, 200, "{address} is not there");
        assert!(picture.header("content-type").is_some_and(|kind| kind.starts_with("image/")));
        seen += 1;
    }
    seen
}

/// How many there are once the serving process, or another node, has heard of it.
async fn pictures_of_a_new_shop(client: &mut Client) -> usize {
    eventually("the shop has pictures", async || {
        // Until then the front page of the platform is shown, which has no pictures.
        let page = client.get("/").await;
        page.status == 200 && String::from_utf8_lossy(&page.body).contains("<img")
    })
    .await;
    pictures(client).await
}

async fn a_shop_restored_beside_itself_shows_its_pictures(cell: Cell, folder: &Path) {
    let files = folder.join("files").display().to_string();
    demo(&cell, &files);
    let server = Server::start_with(cell.clone(), &[("GALLERIA_FILES", &files)]).await;
    let before = pictures(&mut server.client("demo", None)).await;
    assert!(before > 3, "only {before} pictures; that proves nothing");
    let run = |words: &[&str]| {
        let output = binary_command(&cell, words).env("GALLERIA_FILES", &files).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{words:?} said: {said}");
        said
    };
    let file = folder.join("demo.parcel").display().to_string();
    run(&["backup", &file, "--tenant", "demo"]);
    let said = run(&["restore", &file, "--as", "twin"]);
    assert!(said.contains("uploaded files were copied for it"), "{said}");
    assert_eq!(pictures_of_a_new_shop(&mut server.client("twin", None)).await, before);
    // What the one removes the other keeps.
    let said = run(&["restore", &file, "--replace", "--yes"]);
    assert!(said.contains("uploaded files were copied for it"), "{said}");
    assert_eq!(pictures_of_a_new_shop(&mut server.client("demo", None)).await, before);
    verify(&cell);

    // In another installation they are missing, which is said, or they come along.
    let key = folder.join("journey.keys").display().to_string();
    let at = |name: &str| folder.join(name).display().to_string();
    let said = run(&["tenant", "export", "twin", &at("bare.parcel"), "--journey-key", &key]);
    assert!(said.contains("uploaded files") && said.contains("--files PLACE"), "{said}");
    let said = run(&[
        "tenant",
        "export",
        "twin",
        &at("full.parcel"),
        "--journey-key",
        &key,
        "--files",
        &at("luggage"),
    ]);
    assert!(said.contains("not encrypted"), "{said}");
    let there = Cell::Folder(folder.join("elsewhere"));
    let import = |words: &[&str]| {
        let words = [&["tenant", "import"], words, &["--journey-key", &key]].concat();
        let output = binary_command(&there, &words).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{words:?} said: {said}");
        said
    };
    let said = import(&[&at("bare.parcel"), "--as", "bare"]);
    assert!(said.contains("are not to be had here"), "{said}");
    let said = import(&[&at("full.parcel"), "--as", "full", "--files", &at("luggage")]);
    assert!(said.contains("uploaded files were copied for it"), "{said}");
    let other = Server::start(there.clone()).await;
    assert_eq!(pictures(&mut other.client("full", None)).await, before);
    verify(&there);
}

mod embedded {
    use galleria_tests::Cell;

    #[tokio::test(flavor = "multi_thread")]
    async fn a_shop_restored_beside_itself_shows_its_pictures() {
        let folder = tempfile::tempdir().unwrap();
        let cell = Cell::Folder(folder.path().join("data"));
        super::a_shop_restored_beside_itself_shows_its_pictures(cell, folder.path()).await;
    }
}

mod database {
    use galleria_tests::{Cell, Postgres};

    #[tokio::test(flavor = "multi_thread")]
    async fn a_shop_restored_beside_itself_shows_its_pictures() {
        let postgres = Postgres::prepared();
        let folder = tempfile::tempdir().unwrap();
        let cell = Cell::Database(postgres.app_url());
        super::a_shop_restored_beside_itself_shows_its_pictures(cell, folder.path()).await;
    }
}

/// Restores under names of its own until one was killed on the way.
fn kill_a_restore(cell: &Cell, file: &str, is_on_its_way: &mut dyn FnMut() -> bool) {
    for number in 0..50 {
        let name = format!("twin-{number}");
        let mut child = binary_command(cell, &["restore", file, "--as", &name])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        while child.try_wait().unwrap().is_none() && !is_on_its_way() {}
        let _ = child.kill();
        let _ = child.wait();
        if is_on_its_way() {
            return;
        }
    }
    panic!("no restore could be killed on its way");
}

fn arriving(tenants: &Path) -> usize {
    let entries = std::fs::read_dir(tenants).unwrap().flatten();
    entries.filter(|entry| entry.file_name().to_string_lossy().contains(".arriving")).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_restore_leaves_is_said_and_removed_by_whoever_comes_next() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let cell = Cell::Folder(data.clone());
    demo(&cell, &data.join("files").display().to_string());
    let file = folder.path().join("demo.parcel").display().to_string();
    command(&cell, &["backup", &file, "--tenant", "demo"]);
    let tenants = data.join("tenants");

    for by in ["tenant sweep", "serve", "any command that changes something"] {
        kill_a_restore(&cell, &file, &mut || arriving(&tenants) > 0);
        // It is no difference, and looking changes nothing.
        let output = binary_command(&cell, &["verify"]).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success() && said.contains("not here yet"), "{said}");
        assert!(arriving(&tenants) > 0);
        let arriving_slug = command(&cell, &["tenant", "list"]);
        let slug = arriving_slug.split_whitespace().find(|word| word.starts_with("arriving-")).unwrap();
        assert!(refused(&cell, &["tenant", "resume", slug]).contains("There is no tenant"));
        kill_a_restore(&cell, &file, &mut || arriving(&tenants) > 0);
        match by {
            "serve" => drop(Server::start(cell.clone()).await),
            "tenant sweep" => drop(command(&cell, &["tenant", "sweep"])),
            _ => drop(make_key(&cell, "demo", "viewer")),
        }
        assert_eq!(arriving(&tenants), 0, "{by} left something");
        assert!(!command(&cell, &["tenant", "list"]).contains("arriving"), "{by}");
    }
    let said = galleria(&["tenant", "sweep", "--data", &data.display().to_string()]);
    assert!(String::from_utf8_lossy(&said.stderr).contains("Nothing was left behind"));
    verify(&cell);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_serving_node_removes_what_a_killed_restore_left_in_a_database() {
    let postgres = Postgres::prepared();
    let folder = tempfile::tempdir().unwrap();
    let cell = Cell::Database(postgres.app_url());
    demo(&cell, &folder.path().join("files").display().to_string());
    let file = folder.path().join("demo.parcel").display().to_string();
    command(&cell, &["backup", &file, "--tenant", "demo"]);
    let server = Server::start(cell.clone()).await;
    let is_there = || command(&cell, &["tenant", "list"]).contains("arriving-");
    // It is noted first, and waits with its first event.
    let holder = postgres.hold_table("log.events");
    kill_a_restore(&cell, &file, &mut || is_there());
    drop(holder);
    // Its lease runs out, and then nothing of it is left.
    eventually("it is gone", async || !is_there()).await;
    assert!(server.log().contains("never wholly arrived"), "{}", server.log());
    verify(&cell);
}
