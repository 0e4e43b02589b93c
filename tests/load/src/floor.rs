//! What the floor costs: readers of the log, sealing, and tenants that travel.

use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use galleria::clock;
use galleria_tests::{Postgres, binary};
use store::relay::{Pace, Workers};
use store::{Cell, Folder, Keeper, KeyFile, Opening, Tenant};
use tempfile::TempDir;
use uuid::Uuid;

use crate::orders::Shop;
use crate::parcels::{CONTEXTS, Watch, asked, note_plain, note_sealed};
use crate::start::measure;
use crate::table::Table;

const WRITERS: usize = 64;

/// How fast a subscriber reads, and how soon it hears, while 64 writers write.
pub fn readers(table: &mut Table, duration: Duration) {
    println!("Readers");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let opening = in_folder(&folder);
    runtime.block_on(read_along(table, "embedded", opening, duration));
    let postgres = Postgres::durable();
    prepare(&runtime, &postgres);
    let server = store::Server { url: postgres.app_url(), direct_url: None, connections: 16, prepared: true };
    runtime.block_on(read_along(table, "database", Opening::Server(server), duration));
}

pub fn in_folder(folder: &TempDir) -> Opening {
    Opening::Folder(Folder {
        path: folder.path().join("data"),
        asleep_after: Duration::from_secs(60),
        awake_at_most: 100,
        exclusive: true,
        make: true,
    })
}

pub fn prepare(runtime: &tokio::runtime::Runtime, postgres: &Postgres) {
    let url = postgres.owner_url();
    let prepared = store::prepare_server(&url, "galleria_app", Some("galleria"), CONTEXTS);
    runtime.block_on(prepared).unwrap();
}

pub fn keeper() -> Result<Arc<dyn Keeper>, store::Failure> {
    Ok(Arc::new(KeyFile::read(&galleria_tests::key_file())?))
}

async fn read_along(table: &mut Table, name: &str, opening: Opening, duration: Duration) {
    let cell = Cell::open(opening, CONTEXTS, Box::new(keeper), clock::now).await.unwrap();
    let record = cell.registry().create_tenant("bench", "Bench", "EUR".parse().unwrap(), clock::now());
    let tenant = cell.tenant(record.await.unwrap().id);
    let alone = written(&tenant, duration / 2, note_plain).await;
    let watch = Arc::new(Watch::default());
    let workers = Workers { subscribers: vec![watch.clone()], ..Workers::default() };
    let before = tenant.head().await.unwrap();
    // Everything that was written before anybody listened, as fast as it can be read.
    let began = Instant::now();
    let relay = cell.start(workers, Pace::default()).await.unwrap();
    while watch.seen() < before {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let caught_up = before as f64 / began.elapsed().as_secs_f64();
    watch.forget();
    let followed = written(&tenant, duration, note_plain).await;
    let head = tenant.head().await.unwrap();
    while watch.seen() < head {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let p99 = watch.percentile(99.0);
    relay.stop().await;
    table.line(
        &format!("subscriber, {name}: events read a second from a backlog; written with it / without it"),
        format!("{caught_up:.0}/s; {followed:.0}/s / {alone:.0}/s = {:.2}", followed / alone),
        "none named",
        true,
    );
    table.line(
        &format!("subscriber, {name}: lag p99 from written down to handed over, under that load"),
        format!("{p99:.1} ms (p50 {:.1} ms)", watch.percentile(50.0)),
        "none named",
        true,
    );
    cell.close().await;
}

/// Works a second that 64 writers have committed.
async fn written(tenant: &Tenant, duration: Duration, work: fn(Uuid) -> store::Work) -> f64 {
    let began = Instant::now();
    let writers: Vec<_> = (0..WRITERS)
        .map(|_| {
            let tenant = tenant.clone();
            tokio::spawn(async move {
                let mut done = 0_u64;
                while began.elapsed() < duration {
                    let id = Uuid::now_v7();
                    tenant.run(asked(id), work(id)).await.unwrap();
                    done += 1;
                }
                done
            })
        })
        .collect();
    let mut done = 0;
    for writer in writers {
        done += writer.await.unwrap();
    }
    done as f64 / began.elapsed().as_secs_f64()
}

/// What it costs to seal what an order says of a person, against what an order costs.
pub fn sealing(table: &mut Table, duration: Duration) {
    println!("Sealing");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let (mut plain, mut sealed) = (Vec::new(), Vec::new());
    // In turns, so that what else the machine does falls on both.
    for _ in 0..3 {
        for (work, rates) in [(note_plain as fn(Uuid) -> store::Work, &mut plain), (note_sealed, &mut sealed)]
        {
            let folder = tempfile::tempdir().unwrap();
            let opening = in_folder(&folder);
            rates.push(runtime.block_on(async {
                let cell = Cell::open(opening, CONTEXTS, Box::new(keeper), clock::now).await.unwrap();
                let record =
                    cell.registry().create_tenant("bench", "Bench", "EUR".parse().unwrap(), clock::now());
                let tenant = cell.tenant(record.await.unwrap().id);
                let rate = written(&tenant, duration / 2, work).await;
                cell.close().await;
                rate
            }));
        }
    }
    for rates in [&mut plain, &mut sealed] {
        rates.sort_by(f64::total_cmp);
    }
    let extra = 1e6 / sealed[1] - 1e6 / plain[1];
    let shop = Shop::embedded();
    shop.press(WRITERS, duration / 4, None);
    let order = 1e6 / shop.press(WRITERS, duration, None).per_second();
    // An order's time has the sealing in it already.
    let share = extra / (order - extra) * 100.0;
    table.line(
        "sealing an order's personal data, its key and its reply / an order without that, embedded",
        format!("{extra:.1} µs / {:.1} µs = {share:.1} %", order - extra),
        "< 10 %",
        share < 10.0,
    );
}

/// Seconds to verify, back up, restore and move a tenant with much history.
pub fn travel(table: &mut Table, events: u64) {
    println!("Travel");
    let mut shop = Shop::embedded();
    let mut done = 0;
    while done * 3 < events {
        done += shop.press(WRITERS, Duration::from_secs(2), None).done;
    }
    shop.server.stop();
    let place = shop.place();
    let events = done * 3;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bench.parcel").display().to_string();
    let postgres = Postgres::durable();
    postgres.prepare();
    let (there, back) = (postgres.app_url(), place.args()[1].clone());
    let keys = format!("{back}/galleria.keys");
    let over_there = ["--database-url", &there, "--key-file", &keys];
    let here: Vec<String> = place.args();
    let here: Vec<&str> = here.iter().map(String::as_str).collect();
    let steps: [(&str, Vec<&str>, &[&str]); 8] = [
        ("verify, embedded", vec!["verify"], &here),
        ("back up, embedded", vec!["backup", &file], &here),
        ("restore, embedded", vec!["restore", &file, "--as", "again"], &here),
        (
            "move to the database",
            vec!["tenant", "move", "bench", "--to-database-url", &there, "--to-key-file", &keys],
            &here,
        ),
        ("verify, database", vec!["verify"], &over_there),
        ("back up, database", vec!["backup", "DB"], &over_there),
        (
            "move back to the folder",
            vec!["tenant", "move", "bench", "--to-data", &back, "--to-key-file", &keys],
            &over_there,
        ),
        ("restore, database", vec!["restore", &file], &over_there),
    ];
    let of_database = folder.path().join("database.parcel").display().to_string();
    for (what, args, cell) in steps {
        let args: Vec<&str> =
            args.into_iter().map(|arg| if arg == "DB" { of_database.as_str() } else { arg }).collect();
        let began = Instant::now();
        let output = Command::new(binary()).args(&args).args(cell).output().unwrap();
        let (took, said) =
            (began.elapsed().as_secs_f64(), String::from_utf8_lossy(&output.stderr).into_owned());
        assert!(output.status.success(), "{what}: {said}");
        let read_only = said.split("read for ").nth(1).and_then(|rest| rest.split(". Digest").next());
        let note = read_only.map(|time| format!(", read-only for {time}")).unwrap_or_default();
        let measured = format!("{took:.1} s for {events} events, {:.0}/s{note}", events as f64 / took);
        table.line(what, measured, "none named", true);
    }
    let size = std::fs::metadata(&file).map_or(0, |found| found.len()) / 1024 / 1024;
    println!("    the backup is {size} MB");
}

/// Memory with ten thousand tenants of which a thousand are awake.
pub fn many(table: &mut Table) {
    println!("Many tenants");
    let measured = measure(10_000, 1_000);
    table.line(
        "memory with 10,000 tenants registered; and 1,000 of them awake",
        format!(
            "{:.0} MB; {:.0} MB; asleep again {:.0} MB",
            measured.idle / 1024.0,
            measured.awake / 1024.0,
            measured.asleep / 1024.0
        ),
        "none named",
        true,
    );
    table.line(
        "cold start to first answer, 10,000 tenants",
        format!("{:.0} ms", measured.first_answer),
        "< 1 s",
        measured.first_answer < 1000.0,
    );
}
