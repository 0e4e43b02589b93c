//! What one tenant's long log, and one receiver that does not answer, cost everybody else.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use galleria::clock;
use galleria_tests::Postgres;
use kernel::{Problem, TenantId};
use serde_json::json;
use store::log::Recorded;
use store::relay::{Effect, Handled, JobKind, JobRun, NewJob, Pace, Room, Subscriber, Wants, Workers};
use store::{Cell, Opening, Tenant};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::floor::{in_folder, keeper, prepare};
use crate::parcels::{CONTEXTS, asked, note_plain};
use crate::table::Table;

/// How often the tenant that is measured writes something.
const EVERY: Duration = Duration::from_millis(20);

/// More than there are workers for visits.
const MANY: usize = 12;

pub fn fairness(table: &mut Table, duration: Duration, backlog: i64) {
    println!("Fairness");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    runtime.block_on(beside_others(table, "embedded", in_folder(&folder), duration, backlog));
    let postgres = Postgres::durable();
    prepare(&runtime, &postgres);
    let server = store::Server { url: postgres.app_url(), direct_url: None, connections: 16, prepared: true };
    runtime.block_on(beside_others(table, "database", Opening::Server(server), duration, backlog / 4));
}

async fn beside_others(table: &mut Table, name: &str, opening: Opening, duration: Duration, backlog: i64) {
    let cell = Cell::open(opening, CONTEXTS, Box::new(keeper), clock::now).await.unwrap();
    let measured = made(&cell).await;
    let stage = Stage { cell: &cell, measured: &measured, duration };
    let alone = stage.lag(Workers::default()).await;

    let silent = stage.lag(Workers { jobs: vec![Arc::new(Receiver)], ..Workers::default() }).await;
    table.line(
        &format!("relay, {name}: p99 until an event is handed over while 100 deliveries wait for a silent receiver / alone"),
        format!("{:.1} ms / {:.1} ms", silent.events, alone.events),
        "none named",
        true,
    );
    table.line(
        &format!("relay, {name}: p99 until a delivery to another receiver is made meanwhile"),
        format!("{:.1} ms", silent.deliveries),
        "none named",
        true,
    );

    let long = made(&cell).await;
    fill(&long, backlog).await;
    let one = stage.beside(&[long.id()]).await;
    let within = one.events - alone.events <= 50.0;
    table.line(
        &format!(
            "relay, {name}: p99 until another tenant's event is handed over beside a log of {backlog} / alone"
        ),
        format!("{:.1} ms / {:.1} ms", one.events, alone.events),
        "50 ms more at the most",
        within,
    );

    let mut many = vec![long.id()];
    for _ in 1..MANY {
        let another = made(&cell).await;
        fill(&another, 2000).await;
        many.push(another.id());
    }
    let beside_many = stage.beside(&many).await;
    table.line(
        &format!("relay, {name}: the same beside {MANY} tenants whose logs never end"),
        format!("{:.1} ms / {:.1} ms", beside_many.events, alone.events),
        "none named",
        true,
    );
    cell.close().await;
}

async fn made(cell: &Cell) -> Tenant {
    let handle = format!("t{}", Uuid::now_v7().simple());
    let record = cell.registry().create_tenant(&handle, "Bench", "EUR".parse().unwrap(), clock::now());
    cell.tenant(record.await.unwrap().id)
}

async fn fill(tenant: &Tenant, events: i64) {
    let mut left = events;
    while left > 0 {
        let together = left.min(256);
        let mut works = JoinSet::new();
        for _ in 0..together {
            let (id, tenant) = (Uuid::now_v7(), tenant.clone());
            works.spawn(async move { tenant.run(asked(id), note_plain(id)).await.map(drop) });
        }
        while let Some(done) = works.join_next().await {
            done.unwrap().unwrap();
        }
        left -= together;
    }
}

struct Stage<'a> {
    cell: &'a Cell,
    measured: &'a Tenant,
    duration: Duration,
}

/// The 99th percentiles, in milliseconds.
struct Waited {
    events: f64,
    deliveries: f64,
}

impl Stage<'_> {
    /// While the others' readers have always more to do.
    async fn beside(&self, others: &[TenantId]) -> Waited {
        let busy = Arc::new(Busy { others: others.to_vec(), enough: AtomicBool::new(false) });
        let waited = self.lag(Workers { subscribers: vec![busy.clone()], ..Workers::default() }).await;
        busy.enough.store(true, Ordering::Relaxed);
        waited
    }

    async fn lag(&self, mut workers: Workers) -> Waited {
        let lags = Arc::new(Lags { of: self.measured.id(), lags: Mutex::default() });
        let delivers = !workers.jobs.is_empty();
        workers.subscribers.push(lags.clone());
        let relay = self.cell.start(workers, Pace::default()).await.unwrap();
        if delivers {
            for _ in 0..100 {
                self.deliver("silent").await;
            }
        }
        let (mut deliveries, mut written, began) = (Vec::new(), 0, Instant::now());
        while began.elapsed() < self.duration {
            let id = Uuid::now_v7();
            self.measured.run(asked(id), note_plain(id)).await.unwrap();
            written += 1;
            if delivers {
                let (planned, job) = (Instant::now(), self.deliver("quick").await);
                while self.measured.job(job).await.unwrap().ended_at.is_none() {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
                deliveries.push(planned.elapsed().as_micros());
            }
            tokio::time::sleep(EVERY).await;
        }
        while lags.lags.lock().unwrap().len() < written {
            tokio::time::sleep(EVERY).await;
        }
        relay.stop().await;
        let mut events: Vec<u128> = lags.lags.lock().unwrap().drain(..).collect();
        Waited { events: p99(&mut events), deliveries: p99(&mut deliveries) }
    }

    async fn deliver(&self, to: &str) -> Uuid {
        let job = NewJob::now("receiver", json!({ "to": to }), clock::now()).to(to);
        self.measured.schedule(job).await.unwrap().id
    }
}

fn p99(micros: &mut [u128]) -> f64 {
    micros.sort_unstable();
    micros.get(micros.len() * 99 / 100).map_or(0.0, |micros| *micros as f64 / 1000.0)
}

/// How long each event of the tenant that is measured took from being written down to being handed over.
struct Lags {
    of: TenantId,
    lags: Mutex<Vec<u128>>,
}

impl Subscriber for Lags {
    fn name(&self) -> &'static str {
        "lags"
    }

    fn wants(&self) -> Wants {
        Wants::Everything
    }

    fn handle<'a>(&'a self, tenant: &'a Tenant, event: &'a Recorded) -> Handled<'a> {
        let lag = clock::now().since(event.event.recorded);
        if tenant.id() == self.of && lag < Duration::from_secs(3600) {
            self.lags.lock().unwrap().push(lag.as_micros());
        }
        Box::pin(std::future::ready(Ok(Effect::Done)))
    }
}

/// Writes something for whatever it is handed of the others, so that they are never at their end.
struct Busy {
    others: Vec<TenantId>,
    enough: AtomicBool,
}

impl Subscriber for Busy {
    fn name(&self) -> &'static str {
        "busy"
    }

    fn wants(&self) -> Wants {
        Wants::Everything
    }

    fn handle<'a>(&'a self, tenant: &'a Tenant, event: &'a Recorded) -> Handled<'a> {
        let goes_on = self.others.contains(&tenant.id()) && !self.enough.load(Ordering::Relaxed);
        let effect = if goes_on {
            let id = Uuid::new_v5(&event.event.id.0, b"busy");
            Effect::Work(note_plain(id))
        } else {
            Effect::Done
        };
        Box::pin(std::future::ready(Ok(effect)))
    }
}

/// Somebody outside: one answers at once, the other in 29 seconds.
struct Receiver;

impl JobKind for Receiver {
    fn name(&self) -> &'static str {
        "receiver"
    }

    fn room(&self) -> Room {
        Room::Outside { at_once: 32, of_a_tenant: 8, of_a_destination: 4 }
    }

    fn run<'a>(
        &'a self,
        run: &'a JobRun,
    ) -> Pin<Box<dyn Future<Output = Result<String, Problem>> + Send + 'a>> {
        Box::pin(async move {
            if run.args["to"] == "silent" {
                tokio::time::sleep(Duration::from_secs(29)).await;
            }
            Ok("taken".to_owned())
        })
    }
}
