//! What happens after a commit: subscribers read the log, each from a cursor of its own, and jobs are done when they
//! are due.
//!
//! A *visit* brings one tenant's subscribers up to its head and starts its due jobs. A tenant is visited when something
//! of it was committed, when something of it is due, and when the poll beneath finds it behind; a handful of workers do all visits, so
//! ten thousand tenants are ten thousand entries in a set at the most. Nodes share the work by *shards*: a tenant
//! belongs to one, and the node that holds its lease visits it. A lease has a *fence*, a number that grows each time it
//! changes hands; what is written under an older one is refused.

mod backlog;
mod dead_letter;
mod follow;
mod growth_jobs;
mod job;
mod job_run;
mod lease;
mod pace;
mod queue;
mod room;
mod running;
mod shared;
mod subscriber;
mod visit;
mod wake_ups;

use std::sync::Arc;
use std::time::Duration;

use kernel::TenantId;
use kernel::boxed;
use tokio::sync::watch;
use tokio::task::JoinSet;

pub use dead_letter::DeadLetter;
pub use growth_jobs::UponGrowth;
pub use job::{Job, JobKind, JobState, NewJob, SEALED, SHOP};
pub use job_run::JobRun;
pub use pace::Pace;
pub use room::Room;
pub use shared::Workers;
pub use subscriber::{Effect, Handled, Subscriber, Wants};

use self::shared::Shared;
use crate::{Cell, Failure};

/// A relay at work. It stops when it is told to, and lets go of its leases, so that others need not wait for them.
pub struct Relay {
    shared: Arc<Shared>,
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

impl Cell {
    /// Sets the workers to work. Without any, this node hears what is committed, and leaves the rest to others.
    #[boxed]
    pub async fn start(&self, workers: Workers, pace: Pace) -> Result<Relay, Failure> {
        let works = !(workers.subscribers.is_empty() && workers.jobs.is_empty());
        let shared = Arc::new(Shared::new(self, workers, pace));
        self.commits().start();
        let (stop, stopped) = watch::channel(false);
        let mut tasks = JoinSet::new();
        if works {
            shared.leases.beat().await?;
            tasks.spawn(until(stopped.clone(), shared.clone().keep_leases()));
            tasks.spawn(until(stopped.clone(), shared.clone().hear()));
            tasks.spawn(until(stopped.clone(), shared.clone().watch_the_clock()));
            tasks.spawn(until(stopped.clone(), shared.clone().poll()));
            if let Some(counting) = self.engine().count_what_grew() {
                tasks.spawn(until(stopped.clone(), counting));
            }
            for _ in 0..shared.pace.visits {
                tasks.spawn(shared.clone().visit_until(stopped.clone()));
            }
        }
        if let Some(notifying) = self.engine().notify(self.commits()) {
            tasks.spawn(until(stopped, notifying));
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
    #[boxed]
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
            self.cell.commits().noted.notified().await;
            for (tenant, job) in self.cell.commits().take() {
                if job {
                    self.wake_ups.wake_for_jobs(tenant);
                } else if !self.workers.subscribers.is_empty() {
                    self.wake_ups.wake(tenant);
                }
            }
        }
    }

    async fn watch_the_clock(self: Arc<Self>) {
        loop {
            tokio::time::sleep(Duration::from_millis(10)).await;
            self.wake_ups.tick(self.cell.now());
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
        let names: Vec<&'static str> = self.workers.subscribers.iter().map(|one| one.name()).collect();
        let tenants = self.cell.registry().tenants();
        let here = tenants.iter().filter(|one| one.status.is_here()).map(|one| one.id);
        let tenants = here.chain([TenantId::CELL]).collect();
        let found = |tenant, due| match due {
            None => self.wake_ups.wake_for_jobs(tenant),
            Some(at) => self.wake_at(tenant, at),
        };
        let looked = self.cell.engine().behind(tenants, &names, self.cell.now(), &found).await;
        if let Err(failure) = looked {
            tracing::warn!(%failure, "Nobody could be asked who is behind; it is asked again");
        }
    }

    async fn visit_until(self: Arc<Self>, mut stopped: watch::Receiver<bool>) {
        loop {
            let Some(tenant) = self.wake_ups.next() else {
                tokio::select! {
                    () = self.wake_ups.woken.notified() => continue,
                    _ = stopped.wait_for(|stop| *stop) => return,
                }
            };
            // One waking may have stood for several tenants.
            self.wake_ups.woken.notify_one();
            let left = self.visit(tenant).await;
            let rests = !left && self.cell.engine().is_shared();
            let rests = rests.then(|| self.cell.now().plus(self.pace.rest));
            self.wake_ups.visited(tenant, left, rests);
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
        let looks_at_jobs = self.wake_ups.take_jobs_of(id);
        if looks_at_jobs && let Err(failure) = running::start_due(self, &tenant).await {
            tracing::warn!(%failure, tenant = %id, "Due jobs could not be looked for; it is tried again");
            self.wake_at(id, self.cell.now().plus(self.pace.pause));
        }
        left
    }
}
