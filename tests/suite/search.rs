//! Finding products, as a shopper does and as an operator who breaks things does.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use galleria_tests::server::{command, make_key, make_tenant, verify};
use galleria_tests::{Cell, Client, Server, eventually, read_until};
use serde_json::{Value, json};

use crate::over_both_engines;
use crate::world::{Engine, World, all};

over_both_engines!(
    what_people_type_finds_what_they_mean_best_first,
    filters_and_counts_are_what_counting_by_hand_gives,
    what_was_just_done_is_found_and_what_is_not_on_sale_is_not,
    pages_lead_through_everything_in_each_order,
    an_index_that_is_gone_or_damaged_is_made_again_and_answers_the_same,
    a_restored_backup_is_found_as_it_was,
    an_index_is_made_again_when_somebody_asks_for_it,
);

/// Title, category, attributes, price.
type Item = (&'static str, &'static str, &'static [(&'static str, &'static str)], i64);

const SHOP: &[Item] = &[
    ("Paper Lamp", "lighting", &[("color", "white")], 1999),
    ("Brass Lamp", "lighting", &[("color", "gold")], 4999),
    ("Floor Lamps, a pair", "lighting", &[("color", "black")], 8999),
    ("Tischlampe Eiche", "lighting", &[("color", "brown")], 5999),
    ("Chandelier", "lighting", &[("color", "gold")], 49_900),
    ("Café Table", "furniture", &[("color", "brown")], 12_999),
    ("Oak Table", "furniture", &[("color", "brown")], 29_999),
    ("Running Shoes", "shoes", &[("color", "red"), ("size", "42")], 7999),
    ("Red Scarf", "clothes", &[("color", "red")], 1499),
    ("Umbrella", "clothes", &[("color", "red")], 2499),
    ("Chaises de jardin", "garden", &[("color", "green")], 8999),
    ("Schlüsselbrett", "home", &[("color", "brown")], 2999),
    ("東京タワー ポスター", "posters", &[("color", "red")], 999),
    ("Straßenkarte München", "posters", &[], 1299),
];

async fn fill(admin: &mut Client) {
    for (number, (title, category, attributes, price)) in SHOP.iter().enumerate() {
        let attributes: BTreeMap<_, _> = attributes.iter().copied().collect();
        let product = json!({
            "title": title, "handle": format!("p{number}"), "categories": [category], "attributes": attributes,
            "description": if *category == "clothes" { "Goes well beside a lamp." } else { "Made to last." },
            "variants": [{ "sku": format!("SKU-{number:03}"), "price": price }],
        });
        let made = admin.post("/api/v1/products", &product).await;
        assert_eq!(made.status, 201, "{}", made.json());
    }
    // What fills the shelves, and has nothing to do with the rest.
    for number in SHOP.len()..60 {
        let product = json!({
            "title": format!("Filler {number}"), "handle": format!("p{number}"), "categories": ["stuff"],
            "variants": [{ "sku": format!("FIL-{number:03}"), "price": 100 * number }],
        });
        assert_eq!(admin.post("/api/v1/products", &product).await.status, 201);
    }
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02x}")).collect()
}

/// What is found once everything that was done before is in it; however long that takes, what claims to be so must be so.
async fn ask(client: &mut Client, q: &str, more: &str) -> Value {
    settled_at(client, &format!("/api/v1/products/search?q={}{more}", encoded(q))).await
}

async fn settled(client: &mut Client, q: &str) -> Value {
    ask(client, q, "").await
}

async fn settled_at(client: &mut Client, path: &str) -> Value {
    let found = async || {
        let answer = client.get(path).await;
        assert!([200, 503].contains(&answer.status), "{path}: {}", answer.json());
        answer.json()
    };
    read_until(&format!("the index is up to date: {path}"), found, |found| found["up_to_date"] == true).await
}

fn titles(found: &Value) -> Vec<&str> {
    found["items"].as_array().unwrap().iter().map(|item| item["title"].as_str().unwrap()).collect()
}

async fn what_people_type_finds_what_they_mean_best_first(engine: Engine) {
    let world = World::start(engine, 2).await;
    fill(&mut world.admin("a")).await;
    let mut visitor = world.server.client("a", None);
    for (q, more, expected) in [
        // As it stands, a form of it, the beginning of it; titles before descriptions.
        ("lamp", "", vec!["Brass Lamp", "Paper Lamp", "Floor Lamps, a pair", "Umbrella", "Red Scarf"]),
        ("lamp paper", "", vec!["Paper Lamp"]),
        ("LAMPE", "&language=de", vec!["Brass Lamp", "Paper Lamp"]),
        ("chaise", "&language=fr", vec!["Chaises de jardin"]),
        ("run shoe", "&language=en", vec!["Running Shoes"]),
        ("the umbrella", "&language=en", vec!["Umbrella"]),
        // Compounds by their beginning.
        ("tisch", "", vec!["Tischlampe Eiche"]),
        ("tisch eiche", "", vec!["Tischlampe Eiche"]),
        // Accents either way.
        ("cafe", "", vec!["Café Table"]),
        ("café tàb", "", vec!["Café Table"]),
        ("schlussel", "", vec!["Schlüsselbrett"]),
        ("strassenkarte munchen", "", vec!["Straßenkarte München"]),
        // Typos: one letter from four on, two from eight; none in short words.
        ("umbrela", "", vec!["Umbrella"]),
        ("chandaleir", "", vec!["Chandelier"]),
        ("chandl", "", vec!["Chandelier"]),
        ("oek", "", vec![]),
        // Languages without spaces.
        ("東京", "", vec!["東京タワー ポスター"]),
        ("タワー", "", vec!["東京タワー ポスター"]),
        ("京都", "", vec![]),
        // SKUs, exactly and by their beginning, never nearly.
        ("sku-004", "", vec!["Chandelier"]),
        ("SKU-00", "&sort=title&limit=3", vec!["Brass Lamp", "Cafe Table", "Chaises"]),
        ("sku-104", "", vec![]),
        // Options and attributes.
        ("gold lamp", "", vec!["Brass Lamp"]),
    ] {
        let found = ask(&mut visitor, q, more).await;
        let found_titles = titles(&found);
        if q == "SKU-00" {
            assert_eq!((found_titles.len(), &found["total"]), (3, &json!(10)), "{found}");
            continue;
        }
        let first: Vec<&str> = found_titles.iter().copied().take(expected.len().max(1)).collect();
        assert_eq!(first, expected, "{q}");
        assert_eq!((&found["relaxed"], &found["up_to_date"]), (&json!(false), &json!(true)), "{q}");
    }
    // Nothing is a red brass umbrella from the moon; most of the words are enough, and it is said.
    let relaxed = ask(&mut visitor, "red umbrella xylophone", "").await;
    assert_eq!((titles(&relaxed)[0], &relaxed["relaxed"]), ("Umbrella", &json!(true)));
    // A question may be anything.
    for q in ["\"", "a AND (b", "*", "~2", "x:y", "\u{1f600}", "ﷺ", "\u{202e}abc", &"ü".repeat(200)] {
        let answer = visitor.get(&format!("/api/v1/products/search?q={}", encoded(q))).await;
        assert!([200, 422].contains(&answer.status), "{q}: {}", answer.json());
    }
    let suggested = visitor.get("/api/v1/products/suggest?q=cha").await.json();
    assert_eq!(suggested["products"].as_array().unwrap().len(), 2, "{suggested}");
    let suggested = visitor.get("/api/v1/products/suggest?q=ligh").await.json();
    assert_eq!(suggested["categories"], json!([{ "category": "lighting", "count": 5 }]));
    let elsewhere = ask(&mut world.server.client("b", None), "lamp", "").await;
    assert_eq!((titles(&elsewhere).len(), &elsewhere["total"]), (0, &json!(0)));
}

async fn filters_and_counts_are_what_counting_by_hand_gives(engine: Engine) {
    let world = World::start(engine, 1).await;
    fill(&mut world.admin("a")).await;
    let mut visitor = world.server.client("a", None);
    let path = "/api/v1/products/search?attribute.color=red&attribute.color=gold&price_to=2499";
    let found = settled_at(&mut visitor, path).await;
    let mut expected: Vec<&str> = SHOP
        .iter()
        .filter(|(_, _, attributes, price)| {
            *price <= 2499 && attributes.iter().any(|(_, value)| ["red", "gold"].contains(value))
        })
        .map(|(title, ..)| *title)
        .collect();
    expected.reverse();
    assert_eq!((titles(&found), &found["total"]), (expected, &json!(3)));
    // The colours are counted among what the price leaves, whichever colour was chosen.
    let colors = found["facets"]["attributes"][0]["values"].as_array().unwrap();
    let count = |value: &str| colors.iter().find(|one| one["value"] == value).map(|one| one["count"].clone());
    assert_eq!((count("red"), count("white"), count("gold")), (Some(json!(3)), Some(json!(1)), None));
    // The categories among what all filters leave, and the prices among what the colours leave.
    assert_eq!(
        found["facets"]["categories"],
        json!([{ "value": "clothes", "count": 2 }, { "value": "posters", "count": 1 }])
    );
    let prices: Vec<_> =
        found["facets"]["prices"].as_array().unwrap().iter().map(|one| one["from"].clone()).collect();
    assert_eq!(prices, [500, 1000, 2500, 5000, 25_000].map(|from| json!(from)));
    let both =
        visitor.get("/api/v1/products/search?category=shoes&category=garden&facets=false").await.json();
    assert_eq!((&both["total"], &both["facets"]), (&json!(2), &Value::Null));
}

async fn what_was_just_done_is_found_and_what_is_not_on_sale_is_not(engine: Engine) {
    let world = World::start(engine, 1).await;
    let mut admin = world.admin("a");
    let mut visitor = world.server.client("a", None);
    for number in 0..30 {
        let word = format!("w{number}ord");
        let mut product = json!({ "title": word, "variants": [{ "sku": format!("S{number}"), "price": 1 }] });
        let made = admin.post("/api/v1/products", &product).await;
        let found = ask(&mut visitor, &word, "").await;
        assert_eq!((titles(&found), &found["up_to_date"]), (vec![word.as_str()], &json!(true)), "{number}");
        product["status"] = json!("draft");
        let place = made.header("location").unwrap().to_owned();
        let body = product.to_string();
        assert_eq!(
            admin.send("PUT", &place, &[("if-match", "\"1\"")], Some(&body)).await.unwrap().status,
            200
        );
        assert_eq!(ask(&mut visitor, &word, "").await["total"], 0);
        assert_eq!(ask(&mut visitor, &word, "&status=draft").await["total"], 0);
        assert_eq!(titles(&ask(&mut admin, &word, "&status=draft").await), [word.as_str()]);
    }
    assert_eq!(visitor.get("/api/v1/products/suggest?q=w1").await.json()["products"], json!([]));
    verify(&world.cell);
}

async fn pages_lead_through_everything_in_each_order(engine: Engine) {
    let world = World::start(engine, 1).await;
    let mut admin = world.admin("a");
    fill(&mut admin).await;
    settled(&mut admin, "filler").await;
    for sort in ["relevance", "newest", "price", "-price", "title"] {
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page =
                admin.get(&format!("/api/v1/products/search?sort={sort}&limit=7{cursor}")).await.json();
            assert_eq!(page["total"], 60);
            assert_eq!(page["facets"].is_object(), cursor.is_empty());
            seen.extend(page["items"].as_array().unwrap().iter().cloned());
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(seen.len(), 60, "{sort}");
        let price = |item: &Value| item["variants"][0]["price"].as_i64().unwrap();
        match sort {
            "price" => assert!(seen.is_sorted_by_key(price)),
            "-price" => assert!(seen.iter().rev().is_sorted_by_key(price)),
            "newest" => assert!(seen.iter().rev().is_sorted_by_key(|item| item["id"].to_string())),
            _ => {}
        }
        seen.sort_by_key(|item| item["id"].to_string());
        seen.dedup();
        assert_eq!(seen.len(), 60, "{sort}");
        let other = admin.get(&format!("/api/v1/products/search?sort={sort}&q=x{cursor}")).await;
        assert_eq!(other.code(), "cursor_invalid");
    }
    assert_eq!(all(&mut admin, "/api/v1/products/search?q=filler").await.len(), 60 - SHOP.len());
}

/// What was searched for before and after, to be the same.
async fn answers(client: &mut Client) -> Vec<Value> {
    let mut answers = Vec::new();
    for q in ["lamp", "umbrela", "red umbrella xylophone", "sku-0", "東京"] {
        answers.push(settled(client, q).await);
    }
    answers
}

fn folder_of(world: &World) -> PathBuf {
    match &world.cell {
        Cell::Folder(data) => data.join("search"),
        _ => world.server.search_folder(),
    }
}

/// Every file of every volume.
fn files(folder: &Path) -> Vec<PathBuf> {
    let (mut files, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            if entry.path().is_dir() {
                folders.push(entry.path());
            } else if entry.file_name() != "lock" {
                files.push(entry.path());
            }
        }
    }
    assert!(files.len() > 3, "{files:?}");
    files
}

async fn an_index_that_is_gone_or_damaged_is_made_again_and_answers_the_same(engine: Engine) {
    let mut world = World::start(engine, 1).await;
    fill(&mut world.admin("a")).await;
    let before = answers(&mut world.admin("a")).await;
    let folder = folder_of(&world);
    let damages: [fn(&Path); 3] = [
        |file| std::fs::remove_file(file).unwrap(),
        |file| std::fs::write(file, b"").unwrap(),
        |file| std::fs::write(file, vec![0x55; 4096]).unwrap(),
    ];
    for (round, damage) in damages.into_iter().enumerate() {
        for serving in [true, false] {
            if !serving {
                world.server.kill();
            }
            files(&folder).iter().for_each(|file| damage(file));
            if !serving {
                world.server.up().await;
            }
            assert_eq!(answers(&mut world.admin("a")).await, before, "round {round}, serving: {serving}");
            let word = format!("after{round}{serving}");
            let product = json!({ "title": word, "variants": [{ "sku": word, "price": 1 }] });
            let made = world.admin("a").post("/api/v1/products", &product).await;
            assert_eq!(settled(&mut world.admin("a"), &word).await["total"], 1);
            // It is a draft from now on, and the answers are as before but for staff's eyes.
            let mut product = product;
            product["status"] = json!("archived");
            let place = made.header("location").unwrap().to_owned();
            let sent = world
                .admin("a")
                .send("PUT", &place, &[("if-match", "\"1\"")], Some(&product.to_string()))
                .await;
            assert_eq!(sent.unwrap().status, 200);
        }
    }
    // Killed while it takes in what is new.
    for round in 0..5 {
        for number in 0..20 {
            let word = format!("kill{round}x{number}");
            let product = json!({ "title": word, "variants": [{ "sku": word, "price": 1 }] });
            world.admin("a").post("/api/v1/products", &product).await;
        }
        let mut admin = world.admin("a");
        let _ = tokio::time::timeout(
            Duration::from_millis(3 * round),
            admin.get("/api/v1/products/search?q=kill"),
        )
        .await;
        world.server.kill();
        world.server.up().await;
        assert_eq!(settled(&mut world.admin("a"), "kill").await["total"], 20 * (round + 1));
    }
}

async fn a_restored_backup_is_found_as_it_was(engine: Engine) {
    let world = World::start(engine, 1).await;
    let mut admin = world.admin("a");
    fill(&mut admin).await;
    let before = settled(&mut admin, "lamp").await["total"].clone();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("monday.parcel").display().to_string();
    command(&world.cell, &["backup", &file]);
    admin
        .post(
            "/api/v1/products",
            &json!({ "title": "Late lamp", "variants": [{ "sku": "LATE", "price": 1 }] }),
        )
        .await;
    assert_ne!(settled(&mut admin, "lamp").await["total"], before);
    command(&world.cell, &["restore", &file, "--tenant", "a", "--replace", "--yes"]);
    let key = make_key(&world.cell, "a", "admin");
    let mut monday = world.server.client("a", Some(&key));
    eventually("Monday's shop is served", async || monday.get("/api/v1/products").await.status == 200).await;
    assert_eq!(settled(&mut monday, "lamp").await["total"], before);
    assert_eq!(settled(&mut monday, "late").await["total"], 0);
}

async fn an_index_is_made_again_when_somebody_asks_for_it(engine: Engine) {
    let world = World::start(engine, 1).await;
    let mut admin = world.admin("a");
    fill(&mut admin).await;
    let before = answers(&mut admin).await;
    let folder = folder_of(&world);
    let volumes = || {
        let tenants = std::fs::read_dir(&folder).unwrap().flatten().filter(|entry| entry.path().is_dir());
        let volumes = tenants.flat_map(|tenant| std::fs::read_dir(tenant.path()).unwrap().flatten());
        volumes.map(|volume| volume.file_name().into_string().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(volumes(), ["1"]);
    let output = std::process::Command::new(galleria_tests::binary())
        .args(["search", "rebuild", "a"])
        .args(world.cell.args())
        .env("GALLERIA_SEARCH", &folder)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let made_meanwhile = async || {
        assert_eq!(answers(&mut admin).await, before);
        volumes()
    };
    read_until("there is only the new index", made_meanwhile, |volumes| *volumes == ["2"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_over_one_database_find_what_either_was_told() {
    let world = World::start(Engine::Database, 1).await;
    let other = Server::start(world.cell.clone()).await;
    let mut one = world.admin("a");
    let mut two = other.client("a", Some(world.key("a")));
    for number in 0..10 {
        let (from, to) = if number % 2 == 0 { (&mut one, &mut two) } else { (&mut two, &mut one) };
        let word = format!("node{number}");
        let product = json!({ "title": word, "variants": [{ "sku": word, "price": 1 }] });
        assert_eq!(from.post("/api/v1/products", &product).await.status, 201);
        assert_eq!(settled(to, &word).await["total"], 1);
        assert_eq!(settled(from, &word).await["total"], 1);
    }
}

/// A copy of a data folder that was put back leaves the index ahead of the log, or beside it.
#[tokio::test(flavor = "multi_thread")]
async fn an_index_that_is_ahead_of_its_log_is_made_again() {
    let mut world = World::start(Engine::Embedded, 1).await;
    fill(&mut world.admin("a")).await;
    let before = answers(&mut world.admin("a")).await;
    let Cell::Folder(data) = world.cell.clone() else { panic!("it is a folder") };
    let kept = tempfile::tempdir().unwrap();
    let copy = |from: &Path, to: &Path| {
        let script = format!("rm -rf {0} && cp -a {1} {0}", to.display(), from.display());
        assert!(std::process::Command::new("sh").args(["-c", &script]).status().unwrap().success());
    };
    world.server.stop();
    copy(&data, &kept.path().join("data"));
    for (word, other) in [("ahead", None), ("aside", Some("elsewhere"))] {
        world.server.up().await;
        let late = |word: &str| json!({ "title": word, "variants": [{ "sku": word, "price": 1 }] });
        world.admin("a").post("/api/v1/products", &late(word)).await;
        assert_eq!(settled(&mut world.admin("a"), word).await["total"], 1);
        world.server.stop();
        let index = kept.path().join("search");
        copy(&data.join("search"), &index);
        copy(&kept.path().join("data"), &data);
        copy(&index, &data.join("search"));
        world.server.up().await;
        let mut admin = world.admin("a");
        if let Some(other) = other {
            // As long a log, with another end.
            admin.post("/api/v1/products", &late(other)).await;
            assert_eq!(settled(&mut admin, other).await["total"], 1);
        }
        assert_eq!(settled(&mut admin, word).await["total"], 0);
        assert_eq!(answers(&mut admin).await, before);
        world.server.stop();
        copy(&kept.path().join("data"), &data);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_that_moves_is_found_where_it_lives_now() {
    let world = World::start(Engine::Embedded, 1).await;
    let mut admin = world.admin("a");
    fill(&mut admin).await;
    let before = answers(&mut admin).await;
    let folder = tempfile::tempdir().unwrap();
    let there = Cell::Folder(folder.path().join("data"));
    make_tenant(&there, "z");
    let Cell::Folder(data) = &world.cell else { panic!("it is a folder") };
    let Cell::Folder(other) = &there else { panic!("it is a folder") };
    std::fs::copy(data.join("galleria.keys"), other.join("both.keys")).unwrap();
    let own = std::fs::read_to_string(other.join("galleria.keys")).unwrap();
    let both = std::fs::read_to_string(other.join("both.keys")).unwrap();
    std::fs::write(other.join("both.keys"), format!("{own}{both}")).unwrap();
    command(
        &world.cell,
        &[
            "tenant",
            "move",
            "a",
            "--to-data",
            &other.display().to_string(),
            "--to-key-file",
            &other.join("both.keys").display().to_string(),
        ],
    );
    let server = Server::start_with(
        there.clone(),
        &[("GALLERIA_KEY_FILE", &other.join("both.keys").display().to_string())],
    )
    .await;
    let mut admin = server.client("a", Some(world.key("a")));
    assert_eq!(answers(&mut admin).await, before);
}
