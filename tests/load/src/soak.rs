//! Mixed work for a long time: what the server and the database's backends hold does not grow.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use galleria_tests::server::make_tenant;
use galleria_tests::{Cell, Client, Postgres};

use crate::checkout::{buy, fit};
use crate::orders::{Shop, fill, order, run};
use crate::press::{Line, crowded};
use crate::table::Table;

/// Looked at in so many moments.
const LOOKS: usize = 60;

/// How often each of the clients does something.
const EVERY: Duration = Duration::from_millis(200);

/// Both engines at once, at a pace that leaves the machine room.
pub fn soak(table: &mut Table, duration: Duration) {
    println!("Soak, for {} minutes", duration.as_secs() / 60);
    let shop = Shop::embedded();
    let postgres = Postgres::durable();
    postgres.prepare();
    let cell = Cell::Database(postgres.app_url());
    let key = make_tenant(&cell, "bench");
    let server = run(crowded(cell));
    fill(&server, "bench", &key);
    let (stop, done) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let clients: Vec<_> = [(&shop.server, &shop.key), (&server, &key)]
        .into_iter()
        .map(|(server, key)| {
            let skus = fit(server, key);
            let (port, guest, admin) =
                (server.port, server.client("bench", None), server.client("bench", Some(key)));
            let (stop, done, key) = (stop.clone(), done.clone(), key.clone());
            std::thread::spawn(move || run(live(port, guest, admin, key, skus, stop, done)))
        })
        .collect();
    let (mut folder, mut database, mut backends) = (Vec::new(), Vec::new(), Vec::new());
    let began = Instant::now();
    for look in 1..=LOOKS {
        let due = duration * u32::try_from(look).unwrap() / u32::try_from(LOOKS).unwrap();
        std::thread::sleep(due.saturating_sub(began.elapsed()));
        assert!(clients.iter().all(|client| !client.is_finished()), "somebody was refused");
        folder.push(held(shop.server.pid()));
        database.push(held(server.pid()));
        backends.push(postgres.backends().into_iter().map(held).sum::<f64>());
        if look % 6 == 0 {
            println!(
                "    after {:.0} min, {} turns: {:.1} MB, {:.1} MB, backends {:.1} MB",
                began.elapsed().as_secs_f64() / 60.0,
                done.load(Ordering::Relaxed),
                folder[look - 1],
                database[look - 1],
                backends[look - 1]
            );
        }
    }
    stop.store(true, Ordering::Relaxed);
    for client in clients {
        client.join().unwrap();
    }
    for (what, held) in
        [("a data folder", folder), ("a database", database), ("the database's backends", backends)]
    {
        let (first, last) = (median(&held[LOOKS / 3..LOOKS * 2 / 3]), median(&held[LOOKS * 2 / 3..]));
        let change = (last / first - 1.0) * 100.0;
        table.line(
            &format!("memory of its own in the last third of a soak / in the second, {what}"),
            format!("{last:.1} MB / {first:.1} MB, {change:+.1} %"),
            "within 1 %",
            change < 1.0,
        );
    }
}

/// Two buyers, a visitor, a searcher, an importer of orders and somebody who looks at them.
async fn live(
    port: u16,
    guest: Client,
    admin: Client,
    key: String,
    skus: Vec<String>,
    stop: Arc<AtomicBool>,
    done: Arc<AtomicU64>,
) {
    let (guest, admin) = (Arc::new(guest), Arc::new(admin));
    let orders = order(vec![("bench".into(), key)]);
    let tasks = (0..6).map(|role| {
        let (guest, admin, orders) = (guest.clone(), admin.clone(), orders.clone());
        let (skus, stop, done) = (skus.clone(), stop.clone(), done.clone());
        tokio::spawn(async move {
            let mut line = Line::open(port).await;
            for turn in 0_u64.. {
                if stop.load(Ordering::Relaxed) {
                    return;
                }
                let get = |client: &Client, path: &str| client.request("GET", path, &[], None);
                let request = match role {
                    0 | 1 => {
                        buy(&guest, &mut line, &skus).await;
                        None
                    }
                    2 => Some(get(&guest, "/")),
                    3 => Some(get(&guest, &format!("/api/v1/products/search?q=product+{}", turn % 100))),
                    4 => Some(orders(9, turn)),
                    _ => Some(get(&admin, "/api/v1/orders?limit=50")),
                };
                if let Some(request) = request {
                    line.ask(&request).await;
                }
                done.fetch_add(1, Ordering::Relaxed);
                tokio::time::sleep(EVERY).await;
            }
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
}

/// Megabytes that belong to a process alone: what it shares and the pages of its files are left out.
fn held(pid: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let anonymous = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
    let kilobytes: f64 =
        anonymous.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).unwrap_or(0.0);
    kilobytes / 1024.0
}

fn median(of: &[f64]) -> f64 {
    let mut sorted = of.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}
