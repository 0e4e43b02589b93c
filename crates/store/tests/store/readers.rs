//! Subscribers and jobs for the stories: each keeps what it saw where a story can look at it.

use std::collections::{HashMap, HashSet};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use kernel::{Fault, Problem, TenantId};
use parking_lot::Mutex;
use store::log::Recorded;
use store::problems::CONTENDED;
use store::relay::{Effect, Handled, JobKind, JobRun, NewJob, Pace, Room, Subscriber, Wants};
use store::{Reply, Tenant, Work};
use uuid::Uuid;

use crate::jars::{Drop, Jar};
use crate::world::coins;

/// Quick, so that a story need not wait.
pub fn pace() -> Pace {
    Pace {
        lease: Duration::from_millis(1500),
        poll: Duration::from_millis(200),
        attempts: 3,
        pause: Duration::from_millis(20),
        ..Pace::default()
    }
}

/// Writes down what it is handed, and refuses what it is told to refuse.
#[derive(Default)]
pub struct Diary {
    pub seen: Mutex<Vec<(TenantId, i64)>>,
    pub refuses: Mutex<HashSet<Uuid>>,
    pub panics: AtomicBool,
    /// How often it has panicked.
    pub panicked: AtomicI64,
    /// How long it takes over each event.
    pub takes: Mutex<Duration>,
}

impl Diary {
    pub fn positions(&self, tenant: TenantId) -> Vec<i64> {
        self.seen.lock().iter().filter(|(of, _)| *of == tenant).map(|(_, position)| *position).collect()
    }
}

impl Subscriber for Diary {
    fn name(&self) -> &'static str {
        "diary"
    }

    fn wants(&self) -> Wants {
        Wants::Everything
    }

    fn handle<'a>(&'a self, tenant: &'a Tenant, event: &'a Recorded) -> Handled<'a> {
        Box::pin(async move {
            let panics = self.panics.load(Ordering::Relaxed);
            self.panicked.fetch_add(i64::from(panics), Ordering::Relaxed);
            assert!(!panics, "the diary is told to panic");
            if self.refuses.lock().contains(&event.event.stream_id) {
                return Err(Problem::new(
                    Fault::Conflict,
                    "illegible",
                    "Illegible",
                    "The diary cannot read this.",
                ));
            }
            let takes = *self.takes.lock();
            if !takes.is_zero() {
                tokio::time::sleep(takes).await;
            }
            self.seen.lock().push((tenant.id(), event.position));
            Ok(Effect::Done)
        })
    }
}

/// Puts every coin that is dropped into one jar into another one too, which it makes when it is missing.
pub struct Copier {
    pub from: Uuid,
    pub to: Uuid,
}

impl Subscriber for Copier {
    fn name(&self) -> &'static str {
        "copier"
    }

    fn wants(&self) -> Wants {
        Wants::Kinds(&["jar.dropped"])
    }

    fn handle<'a>(&'a self, _: &'a Tenant, event: &'a Recorded) -> Handled<'a> {
        let coins: serde_json::Value = serde_json::from_str(&event.event.data).unwrap();
        let (coins, to) = (coins["coins"].as_i64().unwrap(), self.to);
        let ours = event.event.stream_id == self.from;
        Box::pin(async move {
            if !ours {
                return Ok(Effect::Done);
            }
            Ok(Effect::Work(Work::over::<Jar>([to]).decide(move |desk| {
                desk.ask::<Jar, _>(to, &Drop(coins))?;
                Ok(Reply::default())
            })))
        })
    }
}

/// Plans a count for each jar that is opened.
pub struct Planner;

impl Subscriber for Planner {
    fn name(&self) -> &'static str {
        "planner"
    }

    fn wants(&self) -> Wants {
        Wants::Kinds(&["jar.opened"])
    }

    fn handle<'a>(&'a self, tenant: &'a Tenant, event: &'a Recorded) -> Handled<'a> {
        let args = serde_json::json!({ "jar": event.event.stream_id });
        let job = NewJob::once("counting", event.event.id, args, tenant.cell().now());
        Box::pin(std::future::ready(Ok(Effect::plan(job))))
    }
}

/// Plans a count for each jar that is opened, and takes out of it more than there can be when something is dropped into it.
pub struct Overdrawn;

impl Subscriber for Overdrawn {
    fn name(&self) -> &'static str {
        "overdrawn"
    }

    fn wants(&self) -> Wants {
        Wants::Everything
    }

    fn handle<'a>(&'a self, tenant: &'a Tenant, event: &'a Recorded) -> Handled<'a> {
        if event.event.kind == "jar.opened" {
            return Planner.handle(tenant, event);
        }
        let jar = event.event.stream_id;
        let work = Work::over::<Jar>([jar]).decide(move |desk| {
            desk.ask::<Jar, _>(jar, &Drop(-1000))?;
            Ok(Reply::default())
        });
        Box::pin(std::future::ready(Ok(Effect::Work(work))))
    }
}

/// Drops into another jar what makes it as full as its reader counts: a work that is made from what was read, and that is
/// refused when that has changed since.
pub struct Teller {
    pub from: Uuid,
    pub to: Uuid,
}

impl Subscriber for Teller {
    fn name(&self) -> &'static str {
        "teller"
    }

    fn wants(&self) -> Wants {
        Wants::Kinds(&["jar.dropped"])
    }

    fn handle<'a>(&'a self, tenant: &'a Tenant, event: &'a Recorded) -> Handled<'a> {
        let ours = event.event.stream_id == self.from;
        let to = self.to;
        Box::pin(async move {
            if !ours {
                return Ok(Effect::Done);
            }
            let read = coins(tenant, to).await;
            Ok(Effect::Work(Work::over::<Jar>([to]).decide(move |desk| {
                if Some(desk.get::<Jar>(to)?.coins) != read {
                    return Err(CONTENDED.says("The jar was filled just now.").after(1));
                }
                desk.ask::<Jar, _>(to, &Drop(1))?;
                Ok(Reply::default())
            })))
        })
    }
}

/// Takes as long as it is left alone; how many of each tenant are under way.
#[derive(Default)]
pub struct Endless {
    pub of: Mutex<HashMap<TenantId, usize>>,
    pub enough: AtomicBool,
}

impl JobKind for Endless {
    fn name(&self) -> &'static str {
        "endless"
    }

    fn room(&self) -> Room {
        Room::Long
    }

    fn run<'a>(
        &'a self,
        run: &'a JobRun,
    ) -> Pin<Box<dyn Future<Output = Result<String, Problem>> + Send + 'a>> {
        Box::pin(async move {
            *self.of.lock().entry(run.tenant.id()).or_default() += 1;
            while !self.enough.load(Ordering::Relaxed) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            Ok("left alone".to_owned())
        })
    }
}

/// Asks somebody outside, who says yes, `never`, `later`, or nothing at all.
#[derive(Default)]
pub struct Outside {
    /// How often one began to wait for an answer that does not come.
    pub waits: AtomicI64,
}

impl JobKind for Outside {
    fn name(&self) -> &'static str {
        "outside"
    }

    fn attempts(&self) -> i64 {
        3
    }

    fn room(&self) -> Room {
        Room::Outside { at_once: 8, of_a_tenant: 6, of_a_destination: 3 }
    }

    fn is_final(&self, problem: &Problem) -> bool {
        problem.code == "never"
    }

    fn run<'a>(
        &'a self,
        run: &'a JobRun,
    ) -> Pin<Box<dyn Future<Output = Result<String, Problem>> + Send + 'a>> {
        Box::pin(async move {
            let no = |code: &'static str| Problem::new(Fault::Conflict, code, "No", "Outside said no.");
            match run.args["says"].as_str() {
                Some("nothing") => {
                    self.waits.fetch_add(1, Ordering::Relaxed);
                    std::future::pending().await
                }
                Some("never") => Err(no("never")),
                Some("later") => Err(no("later")),
                _ => Ok("yes".to_owned()),
            }
        })
    }
}

/// Counts to a number, slowly, telling how far it is; drops a coin into a jar at the end.
#[derive(Default)]
pub struct Counting {
    pub begun: AtomicI64,
    pub fails: AtomicI64,
}

impl JobKind for Counting {
    fn name(&self) -> &'static str {
        "counting"
    }

    fn attempts(&self) -> i64 {
        3
    }

    fn run<'a>(
        &'a self,
        run: &'a JobRun,
    ) -> Pin<Box<dyn Future<Output = Result<String, Problem>> + Send + 'a>> {
        Box::pin(async move {
            self.begun.fetch_add(1, Ordering::Relaxed);
            if self.fails.fetch_sub(1, Ordering::Relaxed) > 0 {
                return Err(Problem::new(Fault::Conflict, "miscounted", "Miscounted", "It lost count."));
            }
            let to = run.args["to"].as_i64().unwrap_or(1);
            for number in 1..=to {
                run.progress(number, to, "counting").await?;
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            if let Some(jar) = run.args["jar"].as_str().and_then(|jar| jar.parse().ok()) {
                let mut asked = crate::jars::asked();
                asked.guard = Some(run.guard());
                run.tenant.run(asked, crate::jars::drop_coins(jar, 1)).await?;
            }
            Ok(format!("counted to {to}"))
        })
    }
}
