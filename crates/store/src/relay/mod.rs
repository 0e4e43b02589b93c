//! What happens after a commit: subscribers read the log, each from a cursor of its own, and jobs are done when they
//! are due.
//!
//! A *visit* brings one tenant's subscribers up to its head and starts its due jobs. A tenant is visited when its bell
//! rings, when something of it is due, and when the poll beneath finds it behind; a handful of workers do all visits, so
//! ten thousand tenants are ten thousand entries in a set at the most. Nodes share the work by *shards*: a tenant
//! belongs to one, and the node that holds its lease visits it. A lease has a *fence*, a number that grows each time it
//! changes hands; what is written under an older one is refused.

mod backlog;
mod follow;
mod job;
mod lease;
mod letter;
mod room;
mod running;
mod subscriber;
mod visit;

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use kernel::{TenantId, Timestamp};
use parking_lot::Mutex;
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;

pub use job::{Job, JobKind, JobState, NewJob, SEALED};
pub use letter::DeadLetter;
pub use room::Room;
pub use running::JobRun;
pub use subscriber::{Effect, Handled, Subscriber, Wants};

use self::backlog::Backlog;
use self::lease::Leases;
use self::room::Rooms;
use crate::{Cell, Failure};

/// How the relay works; the defaults suit a server.
#[derive(Debug, Clone)]
pub struct Pace {
    /// Visits under way at once.
    pub visits: usize,
    /// Short jobs under way at once.
    pub jobs: usize,
    /// Long jobs under way at once; of each tenant one.
    pub long_jobs: usize,
    /// How long a node may be silent before others take over what it held.
    pub lease: Duration,
    /// How often tenants are looked for that no bell was rung for.
    pub poll: Duration,
    /// The rest between two visits of a tenant of a shared cell, in which what is written gathers: each visit costs the
    /// server a reading and a commit, whether one event waits or a hundred.
    pub rest: Duration,
    /// How often an event is handed over before it is put aside as a dead letter.
    pub attempts: i64,
    /// The pause after the first failure; it doubles with each, up to an hour.
    pub pause: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            visits: 8,
            jobs: 4,
            long_jobs: 2,
            lease: Duration::from_secs(9),
            poll: Duration::from_secs(2),
            rest: Duration::from_millis(20),
            attempts: 10,
            pause: Duration::from_millis(500),
        }
    }
}

/// Who reads the log, and which kinds of jobs there are.
#[derive(Clone, Default)]
pub struct Workers {
    pub subscribers: Vec<Arc<dyn Subscriber>>,
    pub jobs: Vec<Arc<dyn JobKind>>,
}

/// A relay at work. It stops when it is told to, and lets go of its leases, so that others need not wait for them.
pub struct Relay {
    shared: Arc<Shared>,
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

pub(crate) struct Shared {
    pub(crate) cell: Cell,
    pub(crate) workers: Workers,
    pub(crate) pace: Pace,
    leases: Leases,
    queue: Mutex<Queue>,
    woken: Notify,
    timers: Mutex<BinaryHeap<Reverse<(Timestamp, TenantId)>>>,
    rooms: Rooms,
    /// Whose jobs are to be looked at: not after every commit, but when one was planned, is due, or was found.
    jobs_of: Mutex<HashSet<TenantId>>,
    behind: Backlog,
    /// Which kinds of events anybody wants, as a statement's condition; nothing when somebody wants all.
    wanted: Option<String>,
}

/// Tenants to be visited, each at most once, and none by two workers at the same time.
#[derive(Default)]
struct Queue {
    ready: VecDeque<TenantId>,
    queued: HashSet<TenantId>,
    visited: HashSet<TenantId>,
    /// Asked for while they were visited or rested.
    again: HashSet<TenantId>,
    resting: HashSet<TenantId>,
    /// When each rest ends, in that order, for all rests are equally long.
    rests: VecDeque<(Timestamp, TenantId)>,
}

impl Queue {
    fn push(&mut self, tenant: TenantId) -> bool {
        if self.visited.contains(&tenant) || self.resting.contains(&tenant) {
            self.again.insert(tenant);
            return false;
        }
        let new = self.queued.insert(tenant);
        if new {
            self.ready.push_back(tenant);
        }
        new
    }

    fn pop(&mut self) -> Option<TenantId> {
        let tenant = self.ready.pop_front()?;
        self.queued.remove(&tenant);
        self.visited.insert(tenant);
        Some(tenant)
    }

    /// The visit is over, and something may be left for the next one; says whether that is to be soon.
    fn done(&mut self, tenant: TenantId, left: bool, rests_until: Option<Timestamp>) -> bool {
        self.visited.remove(&tenant);
        if left {
            self.again.insert(tenant);
        }
        match rests_until {
            Some(until) => {
                self.resting.insert(tenant);
                self.rests.push_back((until, tenant));
                false
            }
            None => self.again.remove(&tenant) && self.push(tenant),
        }
    }

    /// Ends the rests that are over; says whether anybody is to be visited.
    fn rested(&mut self, now: Timestamp) -> bool {
        let mut any = false;
        while let Some((until, tenant)) = self.rests.front().copied()
            && until <= now
        {
            self.rests.pop_front();
            self.resting.remove(&tenant);
            any |= self.again.remove(&tenant) && self.push(tenant);
        }
        any
    }
}

impl Cell {
    /// Sets the workers to work.
    pub async fn start(&self, workers: Workers, pace: Pace) -> Result<Relay, Failure> {
        let shared = Arc::new(Shared {
            cell: self.clone(),
            leases: Leases::new(self, pace.lease),
            queue: Mutex::default(),
            woken: Notify::new(),
            timers: Mutex::default(),
            rooms: Rooms::new(&pace, &workers.jobs),
            jobs_of: Mutex::default(),
            behind: Backlog::default(),
            wanted: subscriber::wanted_by_any(workers.subscribers.iter().map(|one| &**one)),
            workers,
            pace,
        });
        self.bell().listen();
        shared.leases.beat().await?;
        let (stop, stopped) = watch::channel(false);
        let mut tasks = JoinSet::new();
        tasks.spawn(until(stopped.clone(), shared.clone().keep_leases()));
        tasks.spawn(until(stopped.clone(), shared.clone().hear()));
        tasks.spawn(until(stopped.clone(), shared.clone().watch_the_clock()));
        tasks.spawn(until(stopped.clone(), shared.clone().poll()));
        for _ in 0..shared.pace.visits {
            tasks.spawn(shared.clone().visit_until(stopped.clone()));
        }
        if let Some(tidings) = self.engine().tidings(self.bell()) {
            tasks.spawn(until(stopped, tidings));
        }
        Ok(Relay { shared, stop, tasks })
    }
}

async fn until(mut stopped: watch::Receiver<bool>, work: impl Future<Output = ()>) {
    tokio::select! {
        () = work => {}
        _ = stopped.wait_for(|stop| *stop) => {}
    }
}

impl Relay {
    /// Finishes the visits under way and lets go of the leases.
    pub async fn stop(mut self) {
        let _ = self.stop.send(true);
        while self.tasks.join_next().await.is_some() {}
        self.shared.leases.release().await;
    }

    /// How many events wait for a subscriber, as far as this node knows.
    pub fn backlog(&self, subscriber: &str) -> i64 {
        self.shared.behind.of(subscriber)
    }
}

impl Shared {
    /// A visit that looks at the jobs, too.
    fn wake_for_jobs(&self, tenant: TenantId) {
        self.jobs_of.lock().insert(tenant);
        self.wake(tenant);
    }

    fn wake(&self, tenant: TenantId) {
        if self.queue.lock().push(tenant) {
            self.woken.notify_one();
        }
    }

    pub(crate) fn wake_at(&self, tenant: TenantId, at: Timestamp) {
        self.timers.lock().push(Reverse((at, tenant)));
    }

    async fn keep_leases(self: Arc<Self>) {
        loop {
            tokio::time::sleep(self.pace.lease / 3).await;
            match self.leases.beat().await {
                Ok(true) => self.look_around().await,
                Ok(false) => {}
                Err(failure) => {
                    tracing::warn!(%failure, "Leases could not be renewed; others take over what is not renewed in time");
                }
            }
        }
    }

    async fn hear(self: Arc<Self>) {
        loop {
            self.cell.bell().rung.notified().await;
            for (tenant, job) in self.cell.bell().take() {
                if job {
                    self.wake_for_jobs(tenant);
                } else if !self.workers.subscribers.is_empty() {
                    self.wake(tenant);
                }
            }
        }
    }

    async fn watch_the_clock(self: Arc<Self>) {
        loop {
            tokio::time::sleep(Duration::from_millis(10)).await;
            let now = self.cell.now();
            if self.queue.lock().rested(now) {
                self.woken.notify_one();
            }
            loop {
                let due = {
                    let mut timers = self.timers.lock();
                    match timers.peek() {
                        Some(Reverse((at, _))) if *at <= now => timers.pop(),
                        _ => None,
                    }
                };
                let Some(Reverse((_, tenant))) = due else { break };
                self.wake_for_jobs(tenant);
            }
        }
    }

    async fn poll(self: Arc<Self>) {
        self.look_around().await;
        while self.cell.engine().is_shared() {
            tokio::time::sleep(self.pace.poll).await;
            self.look_around().await;
        }
    }

    /// Finds the tenants that are behind or have something due.
    async fn look_around(&self) {
        if self.workers.subscribers.is_empty() && self.workers.jobs.is_empty() {
            return;
        }
        let names: Vec<&'static str> = self.workers.subscribers.iter().map(|one| one.name()).collect();
        let tenants = self.cell.registry().tenants();
        let here = tenants.iter().filter(|one| one.status.is_here()).map(|one| one.id);
        let tenants = here.chain([TenantId::CELL]).collect();
        let found = |tenant, due| match due {
            None => self.wake_for_jobs(tenant),
            Some(at) => self.wake_at(tenant, at),
        };
        let looked = self.cell.engine().behind(tenants, &names, self.cell.now(), &found).await;
        if let Err(failure) = looked {
            tracing::warn!(%failure, "Nobody could be asked who is behind; it is asked again");
        }
    }

    async fn visit_until(self: Arc<Self>, mut stopped: watch::Receiver<bool>) {
        loop {
            let next = self.queue.lock().pop();
            let Some(tenant) = next else {
                tokio::select! {
                    () = self.woken.notified() => continue,
                    _ = stopped.wait_for(|stop| *stop) => return,
                }
            };
            // One waking may have stood for several tenants.
            self.woken.notify_one();
            let left = self.visit(tenant).await;
            let rests = !left && self.cell.engine().is_shared();
            let rests = rests.then(|| self.cell.now().plus(self.pace.rest));
            if self.queue.lock().done(tenant, left, rests) {
                self.woken.notify_one();
            }
            if *stopped.borrow() {
                return;
            }
        }
    }

    /// Says whether something is left that waits for nothing.
    async fn visit(self: &Arc<Self>, id: TenantId) -> bool {
        let Some(fence) = self.leases.fence(id) else { return false };
        let here = self.cell.registry().tenant(id).is_some_and(|tenant| tenant.status.is_here());
        if !here && id != TenantId::CELL {
            return false;
        }
        let tenant = self.cell.tenant(id);
        let left = visit::follow(self, &tenant, fence).await.unwrap_or_else(|failure| {
            tracing::warn!(%failure, tenant = %id, "A log could not be read; it is tried again");
            self.wake_at(id, self.cell.now().plus(self.pace.pause));
            false
        });
        let looks_at_jobs = self.jobs_of.lock().remove(&id);
        if looks_at_jobs && let Err(failure) = running::start_due(self, &tenant).await {
            tracing::warn!(%failure, tenant = %id, "Due jobs could not be looked for; it is tried again");
            self.wake_at(id, self.cell.now().plus(self.pace.pause));
        }
        left
    }

    /// The pause before something is tried again: twice as long each time, and never exactly so, lest all come at once.
    pub(crate) fn pause_after(&self, attempts: i64) -> Duration {
        let doubled = self.pace.pause.saturating_mul(1 << attempts.clamp(1, 20).saturating_sub(1));
        let most = doubled.min(Duration::from_secs(3600));
        let half = u64::try_from(most.as_micros() / 2).unwrap_or(u64::MAX);
        Duration::from_micros(half + rand::random_range(0..=half))
    }
}
