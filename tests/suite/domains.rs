//! Domains of a shop's own, proven with a real name server and a real page.

use galleria_tests::server::{command, verify};
use galleria_tests::{Answer, Cell, Client, Names, eventually};
use serde_json::{Value, json};

use crate::over_both_engines;
use crate::world::{Engine, World};

over_both_engines!(
    a_shop_answers_under_a_domain_once_it_is_proven_and_not_before,
    a_page_of_the_domain_proves_it_too_and_a_private_address_is_not_asked,
    of_two_shops_that_claim_a_domain_the_first_to_prove_it_has_it,
    a_proof_that_is_gone_is_noticed_and_the_domain_stays_for_a_while,
);

const SHOP: &str = "shop.example.com";
const RECORD: &str = "_galleria.shop.example.com";

async fn world(engine: Engine, names: &Names, more: &[(&str, &str)]) -> World {
    let server = names.server();
    World::start_with(engine, 2, &[&[("GALLERIA_DNS", server.as_str())], more].concat()).await
}

async fn claim(admin: &mut Client, name: &str) -> Value {
    let claimed = admin.post("/api/v1/domains", &json!({ "name": name })).await;
    assert_eq!(claimed.status, 201, "{}", claimed.json());
    claimed.json()
}

async fn check(admin: &mut Client, domain: &Value) -> Answer {
    admin.post(&format!("{}/check", path(domain)), &json!({})).await
}

fn path(domain: &Value) -> String {
    format!("/api/v1/domains/{}", domain["id"].as_str().unwrap())
}

/// The text that proves it.
fn proof(domain: &Value) -> String {
    domain["proofs"]["dns"]["text"].as_str().unwrap().to_owned()
}

/// What a visitor of a host gets.
async fn visit(world: &World, host: &str) -> u16 {
    Client::new(world.server.port, host, None).get("/api/v1/products").await.status
}

async fn a_shop_answers_under_a_domain_once_it_is_proven_and_not_before(engine: Engine) {
    let names = Names::start();
    let world = world(engine, &names, &[]).await;
    let (mut a, mut b) = (world.admin("a"), world.admin("b"));
    let domain = claim(&mut a, " Shop.Example.COM. ").await;
    assert_eq!((&domain["name"], &domain["status"]), (&json!(SHOP), &json!("claimed")));
    assert_eq!(domain["proofs"]["dns"]["name"], RECORD);
    assert_eq!(
        domain["proofs"]["page"]["address"],
        "https://shop.example.com/.well-known/galleria-proof.txt"
    );
    assert_eq!(claim(&mut a, SHOP).await, domain, "claiming twice is claiming once");
    // Neither a missing proof nor somebody else's proves anything.
    let theirs = claim(&mut b, SHOP).await;
    assert_ne!(proof(&theirs), proof(&domain));
    for (texts, told) in [
        (&[][..], "There is no TXT record at _galleria.shop.example.com"),
        (&[(RECORD, proof(&theirs).as_str())][..], "does not say what it should"),
        (&[(SHOP, proof(&domain).as_str())][..], "There is no TXT record"),
    ] {
        names.say(texts, &[]);
        let checked = check(&mut a, &domain).await;
        assert_eq!((checked.status, &checked.json()["status"]), (200, &json!("claimed")), "{told}");
        assert!(checked.json()["found"].as_str().unwrap().contains(told), "{}", checked.json());
        assert_eq!((visit(&world, SHOP).await, &checked.json()["answers"]), (404, &json!(false)));
    }
    names.say(&[(RECORD, "v=spf1 -all"), (RECORD, &proof(&domain))], &[]);
    let proven = check(&mut a, &domain).await.json();
    assert_eq!((&proven["status"], &proven["answers"]), (&json!("proven"), &json!(true)), "{proven}");
    assert_eq!(proven["found"], "The proof was found in DNS.");
    assert_eq!(visit(&world, "SHOP.example.com:443").await, 200);
    let key = world.key("a");
    let mut there = Client::new(world.server.port, SHOP, Some(key));
    assert_eq!(there.get("/api/v1/orders").await.status, 200);
    // It leads to its own shop only, whatever is shown there, and is nobody else's to see, check or give up.
    let mut stranger = Client::new(world.server.port, SHOP, Some(world.key("b")));
    assert_eq!(stranger.get("/api/v1/orders").await.code(), "no_such_shop");
    for refused in [
        check(&mut b, &theirs).await,
        world.admin("b").post("/api/v1/domains", &json!({ "name": SHOP })).await,
    ] {
        assert_eq!((refused.status, &*refused.code()), (409, "domain_taken"), "{}", refused.json());
    }
    assert_eq!(b.delete(&path(&theirs)).await.status, 204);
    assert_eq!(b.get(&path(&domain)).await.status, 404);
    assert_eq!(check(&mut b, &domain).await.status, 404);
    assert_eq!(b.delete(&path(&domain)).await.status, 404);
    assert_eq!(visit(&world, SHOP).await, 200);
    // Given up, it is free at once, and the old proof proves nothing for whoever claims it then.
    assert_eq!(a.delete(&path(&domain)).await.status, 204);
    assert_eq!(visit(&world, SHOP).await, 404);
    assert_eq!(a.get("/api/v1/domains").await.json()["items"], json!([]));
    let anew = claim(&mut b, SHOP).await;
    assert_eq!(check(&mut b, &anew).await.json()["status"], "claimed");
    for name in ["localhost", "shop.localhost", "127.0.0.1", "shop.example.com:80", "shop"] {
        let refused = a.post("/api/v1/domains", &json!({ "name": name })).await;
        assert_eq!(
            (refused.status, &refused.json()["errors"][0]["pointer"]),
            (422, &json!("/name")),
            "{name}"
        );
    }
    verify(&world.cell);
}

async fn a_page_of_the_domain_proves_it_too_and_a_private_address_is_not_asked(engine: Engine) {
    let names = Names::start();
    let strict = world(engine, &names, &[]).await;
    let mut admin = strict.admin("a");
    let domain = claim(&mut admin, SHOP).await;
    names.say(&[], &[SHOP]);
    names.page(&format!("# ours\n{}\n", proof(&domain)));
    let checked = check(&mut admin, &domain).await.json();
    assert_eq!(checked["status"], "claimed", "{checked}");
    assert!(checked["found"].as_str().unwrap().contains("not asked from here (loopback)"), "{checked}");
    drop(strict);

    let world = world(engine, &names, &[("GALLERIA_OUTSIDE_ALLOW", "127.80.0.0/16")]).await;
    let (mut a, mut b) = (world.admin("a"), world.admin("b"));
    let (domain, theirs) = (claim(&mut a, SHOP).await, claim(&mut b, SHOP).await);
    for (page, told) in
        [("", "does not say what it should"), (&*proof(&theirs), "does not say what it should")]
    {
        names.page(page);
        let checked = check(&mut a, &domain).await.json();
        assert!(checked["found"].as_str().unwrap().contains(told), "{checked}");
        assert_eq!(visit(&world, SHOP).await, 404);
    }
    names.page(&format!("# ours\r\n{}\r\n", proof(&domain)));
    let proven = check(&mut a, &domain).await.json();
    assert_eq!((&proven["status"], &proven["answers"]), (&json!("proven"), &json!(true)), "{proven}");
    assert_eq!(visit(&world, SHOP).await, 200);
    // When the domain leads here, the page is ours; it says what was proven and nothing that was only claimed.
    claim(&mut a, "other.example.com").await;
    let page = Client::new(world.server.port, SHOP, None).get("/.well-known/galleria-proof.txt").await;
    assert_eq!(String::from_utf8_lossy(&page.body), format!("{}\n", proof(&domain)));
    let mut other = Client::new(world.server.port, "other.example.com", None);
    assert_eq!(other.get("/.well-known/galleria-proof.txt").await.status, 404);
}

async fn of_two_shops_that_claim_a_domain_the_first_to_prove_it_has_it(engine: Engine) {
    let names = Names::start();
    let world = world(engine, &names, &[]).await;
    let (mut a, mut b) = (world.admin("a"), world.admin("b"));
    // More than one, because who notices first that the other was quicker, the check or the subscriber, is open.
    for shop in ["one.example.com", "two.example.com", "three.example.com", "four.example.com"] {
        let record = format!("_galleria.{shop}");
        let (one, two) = (claim(&mut a, shop).await, claim(&mut b, shop).await);
        names.say(&[(&record, &proof(&one)), (&record, &proof(&two))], &[]);
        let (first, second) = tokio::join!(check(&mut a, &one), check(&mut b, &two));
        let mut statuses = [first.status, second.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409], "{} {}", first.json(), second.json());
        let (winner, loser, domain) =
            if first.status == 200 { ("a", &mut b, &two) } else { ("b", &mut a, &one) };
        let key = world.key(winner);
        assert_eq!(Client::new(world.server.port, shop, Some(key)).get("/api/v1/orders").await.status, 200);
        let left = loser.get(&path(domain)).await.json();
        assert!(left["answers"] == false && left["status"] != "proven", "{left}");
        assert_eq!(check(loser, domain).await.code(), "domain_taken");
        // What the loser gives up was never theirs.
        assert_eq!(loser.delete(&path(domain)).await.status, 204);
        assert_eq!(visit(&world, shop).await, 200);
    }
    verify(&world.cell);
}

async fn a_proof_that_is_gone_is_noticed_and_the_domain_stays_for_a_while(engine: Engine) {
    let names = Names::start();
    let world = world(engine, &names, &[]).await;
    let mut admin = world.admin("a");
    let domain = claim(&mut admin, SHOP).await;
    names.say(&[(RECORD, &proof(&domain))], &[]);
    assert_eq!(check(&mut admin, &domain).await.json()["status"], "proven");
    names.say(&[], &[]);
    let job = admin.post("/api/v1/jobs", &json!({ "name": "domains.check" })).await.json();
    let path_of_job = format!("/api/v1/jobs/{}", job["id"].as_str().unwrap());
    let job = admin.until(&path_of_job, |job| job["state"] == "done").await;
    assert_eq!(job["note"], "1 domains were looked at; 1 did not have their proof.", "{job}");
    let missed = admin.get(&path(&domain)).await.json();
    assert_eq!((&missed["status"], &missed["answers"]), (&json!("proven"), &json!(true)));
    assert!(missed["found"].as_str().unwrap().contains("There is no TXT record"), "{missed}");
    assert_eq!(visit(&world, SHOP).await, 200);
    // The platform looks every day by itself.
    let jobs = command(&world.cell, &["jobs", "list", "--json"]);
    let jobs: Value = serde_json::from_str(&jobs).unwrap();
    let daily: Vec<&Value> =
        jobs.as_array().unwrap().iter().filter(|job| job["name"] == "domains.check").collect();
    assert_eq!(daily.len(), 1, "{jobs}");
    assert_eq!((&daily[0]["state"], &daily[0]["every_seconds"]), (&json!("waiting"), &json!(86_400)));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_crashes_between_the_log_and_the_registry_does_the_rest_afterwards() {
    let names = Names::start();
    let mut world = world(Engine::Embedded, &names, &[]).await;
    let mut admin = world.admin("a");
    let domain = claim(&mut admin, SHOP).await;
    names.say(&[(RECORD, &proof(&domain))], &[]);
    assert_eq!(check(&mut admin, &domain).await.json()["status"], "proven");
    world.server.kill();
    // As if it had been killed a moment earlier: the event is there, and nothing that follows from it.
    let Cell::Folder(data) = &world.cell else { panic!("it is a folder") };
    let tenants = command(&world.cell, &["tenant", "list", "--json"]);
    let id =
        serde_json::from_str::<Value>(&tenants).unwrap()["tenants"][0]["id"].as_str().unwrap().to_owned();
    let cell = rusqlite::Connection::open(data.join("cell.db")).unwrap();
    assert_eq!(cell.execute("delete from tenant_hosts", []).unwrap(), 1);
    let files = walk(data).into_iter().filter(|file| file.to_string_lossy().contains(&id));
    for file in files.filter(|file| file.extension().is_some_and(|end| end == "db")) {
        let tenant = rusqlite::Connection::open(file).unwrap();
        tenant.execute("delete from cursors where subscriber = 'domains.hosts'", []).unwrap();
    }
    drop(cell);
    world.server.up().await;
    eventually("the domain leads to its shop again", async || visit(&world, SHOP).await == 200).await;
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_domain_stays_with_its_shop_when_a_copy_is_restored_beside_it() {
    let names = Names::start();
    let world = world(Engine::Embedded, &names, &[]).await;
    let mut admin = world.admin("a");
    let domain = claim(&mut admin, SHOP).await;
    names.say(&[(RECORD, &proof(&domain))], &[]);
    check(&mut admin, &domain).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("all.parcel").display().to_string();
    command(&world.cell, &["backup", &file]);
    command(&world.cell, &["restore", &file, "--tenant", "a", "--as", "again"]);
    let key = command(&world.cell, &["tenant", "key", "create", "again", "--name", "x", "--role", "admin"]);
    let mut again = world.server.client("again", Some(&key));
    let copy = again.get(&path(&domain)).await.json();
    assert_eq!(copy["answers"], false, "{copy}");
    assert_eq!(check(&mut again, &domain).await.code(), "domain_taken");
    assert_eq!(again.delete(&path(&domain)).await.status, 204);
    assert_eq!(
        Client::new(world.server.port, SHOP, Some(world.key("a"))).get("/api/v1/orders").await.status,
        200
    );
    // In its place, it takes the domain along.
    command(&world.cell, &["restore", &file, "--tenant", "a", "--replace", "--yes"]);
    assert_eq!(visit(&world, SHOP).await, 200);
    assert_eq!(world.admin("a").get(&path(&domain)).await.json()["answers"], true);
}
