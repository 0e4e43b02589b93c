//! A process that is killed, or put to sleep and woken late, in the middle of what it does. This test binary starts
//! itself again as that process.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use galleria_tests::eventually;
use kernel::TenantId;
use serde_json::{Value, json};
use store::relay::{Pace, Workers};
use store::{Cell, Opening, Server};
use uuid::Uuid;

use crate::jars::{CONTEXTS, asked, drop_coins, now, open_jar};
use crate::readers::{Copier, Counting, pace};
use crate::world::{World, coins, copied_once, keeper, open};

const ROLE: &str = "GALLERIA_TEST_CHILD";

/// Not a story: what a child does.
#[tokio::test(flavor = "multi_thread")]
async fn child() {
    let Ok(role) = std::env::var(ROLE) else { return };
    let role: Value = serde_json::from_str(&role).unwrap();
    let id = |name: &str| role[name].as_str().unwrap().parse::<Uuid>().unwrap();
    let cell = match role["url"].as_str() {
        Some(url) => another_node(url).await,
        None => open(&PathBuf::from(role["folder"].as_str().unwrap())).await.unwrap(),
    };
    let (from, to) = (id("from"), id("to"));
    let workers = Workers {
        subscribers: vec![Arc::new(Copier { from, to })],
        jobs: vec![Arc::new(Counting::default())],
        ..Workers::default()
    };
    let pace = Pace { lease: Duration::from_millis(role["lease"].as_u64().unwrap_or(1500)), ..pace() };
    let relay = cell.start(workers, pace).await.unwrap();
    let tenant = cell.tenant(TenantId(id("tenant")));
    if let Some(told) = role["writes"].as_str() {
        let before = coins(&tenant, to).await;
        for dropped in 1.. {
            let _ = tenant.run(asked(), drop_coins(from, 1)).await;
            // Whoever kills it waits until there is something to be killed in the middle of.
            if dropped > 5 && !PathBuf::from(told).exists() && coins(&tenant, to).await > before {
                std::fs::write(told, "copied").unwrap();
            }
        }
    }
    tokio::time::sleep(Duration::from_secs(600)).await;
    relay.stop().await;
}

/// One more node of the same cell.
pub async fn another_node(url: &str) -> Cell {
    let server = Server { url: url.into(), direct_url: None, connections: 8, prepared: true };
    Cell::open(Opening::Server(server), CONTEXTS, Box::new(keeper), now).await.unwrap()
}

struct Process(Child);

impl Process {
    fn start(role: &Value) -> Self {
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "killed::child"])
            .env(ROLE, role.to_string())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        Self(child.unwrap())
    }

    fn signal(&self, name: &str) {
        let pid = self.0.id().to_string();
        assert!(Command::new("kill").args([name, &pid]).status().unwrap().success());
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn kills() -> u64 {
    if galleria_tests::long() { 60 } else { 6 }
}

mod embedded {
    #[tokio::test(flavor = "multi_thread")]
    async fn a_killed_reader_does_everything_once_and_skips_nothing() {
        super::a_killed_reader_does_everything_once(crate::world::World::embedded().await).await;
    }
}

mod database {
    #[tokio::test(flavor = "multi_thread")]
    async fn a_killed_reader_does_everything_once_and_skips_nothing() {
        super::a_killed_reader_does_everything_once(crate::world::World::database().await).await;
    }
}

async fn a_killed_reader_does_everything_once(world: World) {
    let tenant = world.tenant().await;
    let (from, to) = (Uuid::now_v7(), Uuid::now_v7());
    for jar in [from, to] {
        tenant.run(asked(), open_jar(jar)).await.unwrap();
    }
    let id = tenant.id();
    let mut role = json!({ "tenant": id, "from": from, "to": to, "lease": 300, "folder": world.folder.path(), "url": world.url });
    drop(tenant);
    let World { cell, folder, url, postgres } = world;
    cell.close().await;
    drop(cell);
    for round in 0..kills() {
        let told = folder.path().join(format!("told-{round}"));
        role["writes"] = told.display().to_string().into();
        let process = Process::start(&role);
        eventually("the child copies", async || told.exists()).await;
        tokio::time::sleep(Duration::from_millis(round * 97 % 500)).await;
        process.signal("-9");
    }
    // Nobody writes any more: what is left to be copied is copied now.
    let cell = match &url {
        Some(url) => another_node(url).await,
        None => open(folder.path()).await.unwrap(),
    };
    let tenant = cell.tenant(id);
    let copied_before = coins(&tenant, to).await.unwrap();
    let workers = Workers { subscribers: vec![Arc::new(Copier { from, to })], ..Workers::default() };
    let relay = cell.start(workers, pace()).await.unwrap();
    let dropped = coins(&tenant, from).await.unwrap();
    assert!(
        dropped > 20 && copied_before > 0,
        "{dropped} dropped, {copied_before} copied: that proves nothing"
    );
    copied_once(&tenant, from, to).await;
    assert!(store::verify::verify(&tenant).await.unwrap().is_clean());
    relay.stop().await;
    drop(postgres);
}

/// The other process holds all leases, is stopped for longer than they last, and wakes believing that it still leads.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_node_writes_that_slept_through_its_lease_is_refused() {
    let world = World::database().await;
    let tenant = world.tenant().await;
    let (from, to, jar) = (Uuid::now_v7(), Uuid::now_v7(), Uuid::now_v7());
    for jar in [from, to, jar] {
        tenant.run(asked(), open_jar(jar)).await.unwrap();
    }
    let role = json!({ "tenant": tenant.id(), "from": from, "to": to, "url": world.url });
    let other = Process::start(&role);
    tenant.run(asked(), drop_coins(from, 1)).await.unwrap();
    eventually("the other node reads", async || coins(&tenant, to).await == Some(1)).await;
    // A job of the other node, under way while it is stopped.
    let job = store::relay::NewJob::now("counting", json!({ "to": 400, "jar": jar }), now());
    let job = tenant.schedule(job).await.unwrap();
    eventually("its job is under way", async || tenant.job(job.id).await.unwrap().done > 2).await;

    let counting = Arc::new(Counting::default());
    let workers = Workers {
        subscribers: vec![Arc::new(Copier { from, to })],
        jobs: vec![counting.clone()],
        ..Workers::default()
    };
    let relay = world.cell.start(workers, pace()).await.unwrap();
    let mut dropped = 1;
    for _ in 0..if galleria_tests::long() { 10 } else { 2 } {
        other.signal("-STOP");
        for _ in 0..20 {
            tenant.run(asked(), drop_coins(from, 1)).await.unwrap();
            dropped += 1;
        }
        eventually("this node took the job over", async || counting.begun.load(Ordering::Relaxed) >= 1).await;
        eventually("this node took over", async || coins(&tenant, to).await == Some(dropped)).await;
        other.signal("-CONT");
        for _ in 0..20 {
            tenant.run(asked(), drop_coins(from, 1)).await.unwrap();
            dropped += 1;
        }
        eventually("all is copied", async || coins(&tenant, to).await.unwrap() >= dropped).await;
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert_eq!(coins(&tenant, to).await, Some(dropped), "something was done twice");
    }
    eventually("the job ends", async || coins(&tenant, jar).await.unwrap() >= 1).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(coins(&tenant, jar).await, Some(1), "the job was done by both");
    relay.stop().await;
    drop(other);
    assert!(store::verify::verify(&tenant).await.unwrap().is_clean());
}

/// The server is stopped and started, again and again, while works are asked for and a subscriber follows.
#[tokio::test(flavor = "multi_thread")]
async fn a_reader_follows_a_server_that_comes_and_goes() {
    let world = World::database().await;
    let tenant = world.tenant().await;
    let (from, to) = (Uuid::now_v7(), Uuid::now_v7());
    for jar in [from, to] {
        tenant.run(asked(), open_jar(jar)).await.unwrap();
    }
    let workers = Workers { subscribers: vec![Arc::new(Copier { from, to })], ..Workers::default() };
    let relay = world.cell.start(workers, pace()).await.unwrap();
    let stop = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let writer = {
        let (tenant, stop) = (tenant.clone(), stop.clone());
        tokio::spawn(async move {
            let mut number = 0;
            while !stop.load(Ordering::Relaxed) {
                number += 1;
                // Asked for under one key until it is answered, so that it is done once.
                let key = number.to_string();
                while tenant.run(crate::jars::asked_once(&key, "drop"), drop_coins(from, 1)).await.is_err() {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            }
            number
        })
    };
    let server = world.postgres.as_ref().unwrap();
    for round in 0..if galleria_tests::long() { 20 } else { 3 } {
        tokio::time::sleep(Duration::from_millis(250)).await;
        server.stop(if round % 2 == 0 { "immediate" } else { "fast" });
        tokio::time::sleep(Duration::from_millis(100)).await;
        server.up();
    }
    stop.store(true, Ordering::Relaxed);
    let dropped = writer.await.unwrap();
    assert_eq!(coins(&tenant, from).await, Some(dropped));
    copied_once(&tenant, from, to).await;
    relay.stop().await;
    assert!(store::verify::verify(&tenant).await.unwrap().is_clean());
}

/// Three nodes write to one tenant, and every now and then somebody holds a row that a commit needs, so that the commit
/// comes late, after others that began later.
#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_comes_late_is_not_skipped() {
    let world = World::database().await;
    let url = world.url.clone().unwrap();
    let tenant = world.tenant().await;
    let diary = Arc::new(crate::readers::Diary::default());
    let workers = Workers { subscribers: vec![diary.clone()], ..Workers::default() };
    let relay = world.cell.start(workers, pace()).await.unwrap();
    let mut nodes = vec![world.cell.clone()];
    for _ in 0..2 {
        nodes.push(another_node(&url).await);
    }
    let jars: Vec<Uuid> = (0..8).map(|_| Uuid::now_v7()).collect();
    for jar in &jars {
        tenant.run(asked(), open_jar(*jar)).await.unwrap();
    }
    let each: i64 = if galleria_tests::long() { 1500 } else { 12 };
    let writers: Vec<_> = (0..64_usize)
        .map(|writer| {
            let (tenant, jar) = (nodes[writer % 3].tenant(tenant.id()), jars[writer % 8]);
            tokio::spawn(async move {
                for number in 0..each {
                    let key = format!("{writer}-{number}");
                    while tenant.run(crate::jars::asked_once(&key, "drop"), drop_coins(jar, 1)).await.is_err()
                    {
                        tokio::time::sleep(Duration::from_millis(5)).await;
                    }
                }
            })
        })
        .collect();
    let holder = world.postgres.as_ref().unwrap().hold_rows("log.states", Duration::from_millis(60));
    for writer in writers {
        writer.await.unwrap();
    }
    drop(holder);
    let head = tenant.head().await.unwrap();
    assert_eq!(head, 8 + 64 * each);
    eventually("all is read", async || diary.seen.lock().last().is_some_and(|(_, last)| *last == head)).await;
    assert!(
        diary.positions(tenant.id()).into_iter().eq(1..=head),
        "a position was skipped, doubled or swapped"
    );
    relay.stop().await;
    assert!(store::verify::verify(&tenant).await.unwrap().is_clean());
}
