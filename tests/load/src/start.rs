//! How soon the first answer comes, and how much memory is held, with one tenant and with a thousand.

use std::time::{Duration, Instant};

use galleria::{clock, modules};
use galleria_tests::{Cell, Client, Server};
use store::{Folder, Opening};

use crate::orders::run;
use crate::table::Table;

pub fn start(table: &mut Table) {
    println!("Start and memory");
    let one = measure(1, 1);
    let many = measure(1000, 1000);
    for (count, measured, limit) in [("1 tenant", &one, 300.0), ("1,000 tenants", &many, 1000.0)] {
        let first = measured.first_answer;
        table.line(
            &format!("cold start to first answer, {count}"),
            format!("{first:.0} ms"),
            &format!("< {limit:.0} ms"),
            first < limit,
        );
    }
    let idle = one.idle / 1024.0;
    table.line("memory, idle, 1 tenant", format!("{idle:.1} MB"), "< 60 MB", idle < 60.0);
    let asleep = (many.asleep - one.idle) / 999.0;
    table.line(
        "memory for a tenant more that was awake and sleeps",
        format!("{asleep:.1} KB"),
        "< 250 KB",
        asleep < 250.0,
    );
    println!(
        "    1,000 tenants: {:.1} MB before any was asked for, {:.1} MB all awake, {:.1} MB all asleep",
        many.idle / 1024.0,
        many.awake / 1024.0,
        many.asleep / 1024.0
    );
}

pub struct Measured {
    /// In milliseconds.
    pub first_answer: f64,
    /// In kilobytes.
    pub idle: f64,
    pub awake: f64,
    pub asleep: f64,
}

/// Of a cell with so many tenants, some of which are asked for.
pub fn measure(tenants: usize, awake: usize) -> Measured {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data");
    run(async {
        let opening = Folder {
            path: path.clone(),
            asleep_after: Duration::from_secs(60),
            awake_at_most: 100,
            exclusive: true,
            make: true,
        };
        let keeper = || {
            Ok(std::sync::Arc::new(store::KeyFile::read_or_make(&path.join("galleria.keys"))?)
                as std::sync::Arc<dyn store::Keeper>)
        };
        let cell =
            store::Cell::open(Opening::Folder(opening), &modules::CONTEXTS, Box::new(keeper), clock::now)
                .await
                .unwrap();
        for number in 0..tenants {
            cell.registry()
                .create_tenant(&format!("t{number}"), "T", "EUR".parse().unwrap(), clock::now())
                .await
                .unwrap();
        }
        cell.close().await;
    });
    let mut times: Vec<f64> = (0..5).map(|_| first_answer(&path)).collect();
    times.sort_by(f64::total_cmp);
    let server = run(Server::start_with(Cell::Folder(path), &[("GALLERIA_ASLEEP_AFTER_SECONDS", "3")]));
    run(Client::new(server.port, "t0.localhost", None).get("/api/v1/products"));
    let idle = resident(server.pid());
    for number in 0..awake {
        assert_eq!(
            run(Client::new(server.port, &format!("t{number}.localhost"), None).get("/api/v1/products"))
                .status,
            200
        );
    }
    let held = resident(server.pid());
    std::thread::sleep(Duration::from_secs(8));
    Measured { first_answer: times[2], idle, awake: held, asleep: resident(server.pid()) }
}

fn first_answer(path: &std::path::Path) -> f64 {
    let started = Instant::now();
    let port = galleria_tests::free_port();
    let mut child = std::process::Command::new(galleria_tests::binary())
        .args(["serve", "--data", path.to_str().unwrap(), "--listen", &format!("127.0.0.1:{port}")])
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let took = run(async {
        loop {
            let answer =
                Client::new(port, "t0.localhost", None).send("GET", "/api/v1/products", &[], None).await;
            if answer.is_ok_and(|answer| answer.status == 200) {
                return started.elapsed();
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    });
    child.kill().unwrap();
    child.wait().unwrap();
    took.as_secs_f64() * 1000.0
}

fn resident(pid: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").trim().parse().unwrap()
}
