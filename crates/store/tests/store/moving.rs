//! Tenants that change cells while they serve, and whoever moves them dying on the way.

use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use galleria_tests::eventually;
use kernel::{SubjectId, TenantId};
use parking_lot::Mutex;
use serde_json::{Value, json};
use store::travel::{move_tenant, sweep_abandoned};
use store::{Cell, Failure, TenantStatus};
use uuid::Uuid;

use crate::arriving::node_of_day;
use crate::jars::{asked_once, drop_coins, now, open_jar, open_owned};
use crate::killed::another_node;
use crate::world::{World, coins, open};

const ROLE: &str = "GALLERIA_TEST_MOVER";

const STEPS: [&str; 12] = [
    "clearing the place",
    "copying",
    "holding back",
    "writing down",
    "comparing",
    "departing",
    "marking it",
    "arriving",
    "settling in",
    "cleaning up",
    "emptying its place",
    "striking it out",
];

/// Not a story: what a mover does, until it dies at the step that it is told.
#[tokio::test(flavor = "multi_thread")]
async fn mover() {
    let Ok(role) = std::env::var(ROLE) else { return };
    let role: Value = serde_json::from_str(&role).unwrap();
    let folder = open(role["folder"].as_str().unwrap().as_ref()).await.unwrap();
    let database = another_node(role["url"].as_str().unwrap()).await;
    let (source, target) = if role["back"] == true { (&database, &folder) } else { (&folder, &database) };
    let die_at = role["die_at"].as_str().unwrap().to_owned();
    let mut dies = |step: &str, _, _| {
        if step == die_at {
            std::process::abort();
        }
    };
    move_tenant(source, target, role["slug"].as_str().unwrap(), &mut dies).await.unwrap();
}

fn mover_that_dies(role: &Value) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "moving::mover"])
        .env(ROLE, role.to_string())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Until forty more coins were dropped.
async fn more(told: &Mutex<i64>) {
    let before = *told.lock();
    eventually("more is dropped", async || *told.lock() >= before + 40).await;
}

/// Clients drop coins wherever the tenant lives, and write down what they were told.
#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_moves_there_and_back_under_load_and_nothing_is_lost_or_doubled() {
    let (here, there) = (World::embedded().await, World::database().await);
    let tenant = here.tenant().await;
    let (id, jar) = (tenant.id(), Uuid::now_v7());
    let slug = here.cell.registry().tenant(id).unwrap().slug.clone();
    tenant.run(crate::jars::asked(), open_jar(jar)).await.unwrap();
    let ada = SubjectId::new();
    tenant.run(crate::jars::asked(), open_owned(Uuid::now_v7(), ada, "Ada Lovelace")).await.unwrap();
    let (stop, told) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(0_i64)));
    let clients: Vec<_> = (0..8)
        .map(|client| {
            let (cells, stop, told) = ([here.cell.clone(), there.cell.clone()], stop.clone(), told.clone());
            tokio::spawn(async move {
                for number in 0.. {
                    if stop.load(Ordering::Relaxed) {
                        return;
                    }
                    drop_one(&cells, id, jar, &format!("{client}-{number}")).await;
                    *told.lock() += 1;
                    tokio::time::sleep(Duration::from_millis(2)).await;
                }
            })
        })
        .collect();
    for round in 0..if galleria_tests::long() { 6 } else { 2 } {
        more(&told).await;
        let (from, to) = if round % 2 == 0 { (&here.cell, &there.cell) } else { (&there.cell, &here.cell) };
        let moved = move_tenant(from, to, &slug, &mut |_, _, _| {}).await.unwrap();
        assert!(moved.read_only < Duration::from_secs(10), "{:?}", moved.read_only);
        #[expect(
            clippy::print_stderr,
            reason = "the story prints for how long the tenant could only be read"
        )]
        {
            eprintln!("{} events moved, read-only for {:?}", moved.events, moved.read_only);
        }
    }
    more(&told).await;
    stop.store(true, Ordering::Relaxed);
    for client in clients {
        client.await.unwrap();
    }
    let home = here.cell.tenant(id);
    assert!(*told.lock() > 100, "only {} coins were dropped; that proves nothing", told.lock());
    assert_eq!(coins(&home, jar).await, Some(*told.lock()));
    assert!(store::verify::verify(&home).await.unwrap().is_clean());
    assert!(there.cell.registry().tenant(id).is_none(), "something of it stayed behind");
}

/// A refusal under an idempotency key is kept; while the tenant is held back it would be kept in the place that is left.
#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_that_is_held_back_keeps_no_refusal_behind() {
    let (here, there) = (World::embedded().await, World::database().await);
    let tenant = here.tenant().await;
    let (id, slug) = (tenant.id(), here.cell.registry().tenant(tenant.id()).unwrap().slug.clone());
    tenant.run(crate::jars::asked(), open_jar(Uuid::now_v7())).await.unwrap();
    for (from, to) in [(&here.cell, &there.cell), (&there.cell, &here.cell)] {
        let later = Uuid::now_v7();
        let key = later.to_string();
        let refused = Mutex::new(None);
        let ask = || async { from.tenant(id).run(asked_once(&key, "drop"), drop_coins(later, 1)).await };
        move_tenant(from, to, &slug, &mut |step, _, _| {
            if step == "comparing" {
                let answer =
                    tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(ask()));
                *refused.lock() = answer.err().map(|problem| problem.code);
            }
        })
        .await
        .unwrap();
        assert_eq!(refused.lock().as_deref(), Some("shop_read_only"));
        let home = to.tenant(id);
        home.run(crate::jars::asked(), open_jar(later)).await.unwrap();
        home.run(asked_once(&key, "drop"), drop_coins(later, 1)).await.unwrap();
        assert_eq!(coins(&home, later).await, Some(1));
    }
}

/// One coin, once, wherever the tenant is, however often it must be asked for.
async fn drop_one(cells: &[Cell; 2], id: TenantId, jar: Uuid, key: &str) {
    loop {
        for cell in cells {
            let lives = cell.registry().tenant(id).is_some_and(|tenant| tenant.status.is_here());
            if !lives {
                continue;
            }
            match cell.tenant(id).run(asked_once(key, "drop"), drop_coins(jar, 1)).await {
                Ok(_) => return,
                Err(problem) => {
                    assert!(
                        ["shop_read_only", "not_found", "storage_unusable", "internal", "contended"]
                            .contains(&problem.code.as_str()),
                        "{problem:?}"
                    );
                }
            }
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_that_dies_at_any_step_is_undone_or_finished_by_the_next() {
    for (back, swept) in [(false, false), (true, false), (false, true), (true, true)] {
        let (here, there) = (World::embedded().await, World::database().await);
        let home = if back { &there } else { &here };
        let mut tenants = Vec::new();
        for step in STEPS {
            let (tenant, jar) = (home.tenant().await, Uuid::now_v7());
            tenant.run(crate::jars::asked(), open_jar(jar)).await.unwrap();
            for number in 0..40 {
                tenant.run(asked_once(&format!("{number}"), "drop"), drop_coins(jar, 1)).await.unwrap();
            }
            let slug = home.cell.registry().tenant(tenant.id()).unwrap().slug.clone();
            // How it is served comes along, wherever the mover died.
            home.cell.registry().set_status(tenant.id(), TenantStatus::ReadOnly).await.unwrap();
            tenants.push((step, tenant.id(), slug, jar));
        }
        let url = there.url.clone().unwrap();
        let World { cell, folder, .. } = here;
        cell.close().await;
        drop(cell);
        for (step, id, slug, jar) in tenants {
            let role =
                json!({ "folder": folder.path(), "url": url, "slug": slug, "back": back, "die_at": step });
            assert!(!mover_that_dies(&role).wait().unwrap().success(), "it did not die at {step}");
            // By its clock the lease of whoever died has run out.
            let (folder, database) = (open(folder.path()).await.unwrap(), node_of_day(&url, 1).await);
            let (source, target) = if back { (&database, &folder) } else { (&folder, &database) };
            // At most one of the two serves it.
            let lives =
                |cell: &Cell| cell.registry().tenant(id).is_some_and(|tenant| tenant.status.is_here());
            assert!(!(lives(source) && lives(target)), "{step}: it lives in both");
            if swept {
                for cell in [source, target] {
                    sweep_abandoned(cell, &mut |_, _, _| {}).await.unwrap();
                    let half = |record: &Arc<store::TenantRecord>| record.status == TenantStatus::Arriving;
                    assert!(!cell.registry().tenants().iter().any(half), "{step}: half of it was left");
                }
            }
            if source.registry().tenant(id).is_some() {
                let again = move_tenant(source, target, &slug, &mut |_, _, _| {}).await;
                again.unwrap_or_else(|failure| panic!("{step}, back {back}, swept {swept}: {failure}"));
            }
            assert!(lives(target) && source.registry().tenant(id).is_none(), "{step}");
            assert_eq!(target.registry().tenant(id).unwrap().status, TenantStatus::ReadOnly, "{step}");
            let tenant = target.tenant(id);
            assert_eq!(coins(&tenant, jar).await, Some(40), "{step}");
            let done = tenant.run(asked_once("7", "drop"), drop_coins(jar, 1)).await.unwrap();
            assert!(done.replayed, "{step}: what was done before the move was done again");
            tenant.run(asked_once("new", "drop"), drop_coins(jar, 1)).await.unwrap();
            assert_eq!(coins(&tenant, jar).await, Some(41));
            assert!(store::verify::verify(&tenant).await.unwrap().is_clean(), "{step}");
            folder.close().await;
            drop(folder);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_that_cannot_be_done_changes_nothing() {
    let (here, there) = (World::embedded().await, World::database().await);
    let tenant = here.tenant().await;
    let jar = Uuid::now_v7();
    tenant.run(crate::jars::asked(), open_jar(jar)).await.unwrap();
    let slug = here.cell.registry().tenant(tenant.id()).unwrap().slug.clone();
    there.cell.registry().create_tenant(&slug, "Another", "EUR".parse().unwrap(), now()).await.unwrap();
    let refused = move_tenant(&here.cell, &there.cell, &slug, &mut |_, _, _| {}).await.unwrap_err();
    assert!(matches!(refused, Failure::Refused(_)), "{refused}");
    assert!(move_tenant(&here.cell, &there.cell, "nobody", &mut |_, _, _| {}).await.is_err());
    // The server goes away in the middle.
    let other = here.tenant().await;
    other.run(crate::jars::asked(), open_jar(jar)).await.unwrap();
    let slug = here.cell.registry().tenant(other.id()).unwrap().slug.clone();
    let server = there.postgres.as_ref().unwrap();
    let mut stops = |step: &str, _, _| {
        if step == "holding back" {
            server.stop("immediate");
        }
    };
    let refused = move_tenant(&here.cell, &there.cell, &slug, &mut stops).await.unwrap_err();
    assert!(matches!(refused, Failure::Unreachable(_)), "{refused}");
    other.run(crate::jars::asked(), drop_coins(jar, 1)).await.unwrap();
    server.up();
    let moved = move_tenant(&here.cell, &there.cell, &slug, &mut |_, _, _| {}).await.unwrap();
    assert_eq!(moved.events, 2);
    assert_eq!(coins(&there.cell.tenant(other.id()), jar).await, Some(1));
}
