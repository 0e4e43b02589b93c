//! A folder of files, one a tenant, and `cell.db` beside them.
//!
//! A tenant that is asked for is *awake*: it has a writer and a few readers open. One that nobody asked for in a while
//! is put to *sleep* and holds no memory, no thread and no open file. Reads run on the thread that asks: a page out of
//! the cache costs less than handing the question to another thread.

mod arrival;
mod connection;
mod filter;
mod folding;
mod home;
mod replies;
mod scratch;
mod trail;

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use kernel::{Problem, TenantId, Timestamp, Write};
use parking_lot::{Mutex, RwLock};
use rusqlite::Connection;

pub(crate) use self::arrival::Arrival;
pub(crate) use self::folding::Folding;
use self::home::Home;
pub(crate) use self::scratch::Scratch;
pub(super) use self::trail::{ASTRAY, of_stream};
use super::opening::Folder;
use super::query::{Each, Found, Query};
use crate::Failure;
use crate::clock::Clock;
use crate::commit_signal::CommitSignal;
use crate::context::Context;
use crate::keys::TenantKeys;
use crate::threads::blocking;
use crate::work::{Asked, Done, Work};

#[derive(Clone)]
pub(crate) struct Files(Arc<Inner>);

struct Inner {
    folder: Folder,
    contexts: &'static [Context],
    clock: Clock,
    commits: Arc<CommitSignal>,
    cell: Mutex<Connection>,
    awake: RwLock<HashMap<TenantId, Arc<Home>>>,
    /// Until when nothing is written to a tenant's log.
    frozen: Mutex<HashMap<TenantId, Arc<AtomicI64>>>,
    started: Instant,
    /// Held while the cell is open, so that no second process writes here.
    _lock: Option<File>,
}

impl Files {
    pub(super) async fn open(
        folder: Folder,
        contexts: &'static [Context],
        clock: Clock,
        commits: Arc<CommitSignal>,
    ) -> Result<Self, Failure> {
        if !folder.make && !folder.path.join("cell.db").exists() {
            return Err(Failure::Unusable(format!(
                "There is no Galleria in the folder {}, and nothing was made there. Check --data; to begin there: galleria tenant create oak --name \"Oak & Linen\" --currency EUR, or galleria demo.",
                folder.path.display()
            )));
        }
        let tenants = folder.path.join("tenants");
        std::fs::create_dir_all(&tenants).map_err(|error| unusable_folder(&folder.path, &error))?;
        let lock = if folder.exclusive { Some(lock(&folder.path)?) } else { None };
        let cell = connection::open_cell(&folder.path.join("cell.db"))?;
        let files = Self(Arc::new(Inner {
            folder,
            contexts,
            clock,
            commits,
            cell: Mutex::new(cell),
            awake: RwLock::default(),
            frozen: Mutex::default(),
            started: Instant::now(),
            _lock: lock,
        }));
        files.watch_sleepers();
        Ok(files)
    }

    pub(super) async fn run(
        &self,
        tenant: TenantId,
        keys: Arc<TenantKeys>,
        asked: Asked,
        work: Work,
    ) -> Result<Done, Problem> {
        let home = self.home(tenant).await?;
        let (ticket, drain) = home.lane.push(asked, work, keys)?;
        if let Some(drain) = drain {
            let home = home.clone();
            tokio::task::spawn_blocking(move || home.drain(drain));
        }
        ticket.answer().await
    }

    pub(super) async fn read(
        &self,
        tenant: TenantId,
        queries: &[Query<'_>],
        each: &mut Each<'_>,
    ) -> Result<(), Failure> {
        self.home(tenant).await?.read(queries, each)
    }

    pub(super) async fn wake(&self, tenant: TenantId) -> Result<(), Failure> {
        self.home(tenant).await.map(|_| ())
    }

    pub(super) async fn form(&self, tenant: TenantId) -> Result<i64, Failure> {
        let (mut form, sql) = (0, "select coalesce(max(form), 0) from folded");
        self.read(tenant, &[(sql, Vec::new())], &mut |_, row| {
            form = row.get(0)?;
            Ok(())
        })
        .await?;
        Ok(form)
    }

    pub(super) async fn fold(&self, tenant: TenantId) -> Result<Folding, Failure> {
        let claim = self.claim()?;
        let (path, contexts) = (self.path(tenant), self.0.contexts);
        blocking(move || Folding::begin(&path, contexts, claim)).await
    }

    /// The folder, for whoever does not hold it yet. A process that has a tenant awake remembers of it what was there before.
    fn claim(&self) -> Result<Option<File>, Failure> {
        if self.0._lock.is_some() {
            return Ok(None);
        }
        lock(&self.0.folder.path).map(Some).map_err(|_| {
            Failure::Unusable(format!(
                "Another galleria is using {}, and what is asked for was written by an older one. It is brought up to date when it is first asked for there, or all at once by galleria migrate when that one is stopped.",
                self.0.folder.path.display()
            ))
        })
    }

    /// Makes a new tenant's file.
    pub(super) async fn make(&self, tenant: TenantId) -> Result<(), Failure> {
        let (path, contexts) = (self.path(tenant), self.0.contexts);
        blocking(move || connection::make_tenant(&path, contexts)).await
    }

    /// Looks into every tenant's file, without waking the tenant. It is done beside everything else, and slowly.
    pub(super) async fn behind(
        &self,
        tenants: Vec<TenantId>,
        subscribers: &[&'static str],
        now: Timestamp,
        found: &Found<'_>,
    ) -> Result<(), Failure> {
        for tenant in tenants {
            let (path, names) = (self.path(tenant), subscribers.to_vec());
            // The cell's own place is made when it is first needed.
            if tenant == TenantId::CELL && !path.exists() {
                continue;
            }
            match blocking(move || connection::peek(&path, &names, now)).await {
                Ok(peek) if peek.behind => found(tenant, None),
                Ok(peek) => {
                    if let Some(due) = peek.due {
                        found(tenant, Some(due));
                    }
                }
                // A file from before there were cursors, or one that cannot be read: the visit tells.
                Err(_) => found(tenant, None),
            }
            tokio::task::yield_now().await;
        }
        Ok(())
    }

    pub(super) async fn scrub(&self, tenant: TenantId) -> Result<(), Failure> {
        let home = self.home(tenant).await?;
        blocking(move || home.scrub()).await
    }

    pub(super) async fn make_once(&self, tenant: TenantId) -> Result<(), Failure> {
        if self.is_made(tenant) { Ok(()) } else { self.make(tenant).await }
    }

    pub(super) fn is_made(&self, tenant: TenantId) -> bool {
        self.path(tenant).exists()
    }

    pub(super) fn registry_read(&self, queries: &[Query<'_>], each: &mut Each<'_>) -> Result<(), Failure> {
        connection::read(&self.0.cell.lock(), queries, each)
    }

    pub(super) fn registry_write(&self, writes: &[Write]) -> Result<(), Failure> {
        connection::write(&mut self.0.cell.lock(), writes)
    }

    pub(super) fn ready(&self) -> Result<(), Failure> {
        connection::probe(&self.0.cell.lock())
    }

    pub(super) async fn close(&self) {
        let homes: Vec<_> = self.0.awake.write().drain().map(|(_, home)| home).collect();
        for home in homes {
            home.lane_is_empty().await;
            let _ = blocking(move || {
                drop(home);
                Ok(())
            })
            .await;
        }
    }

    /// The tenant, awake.
    async fn home(&self, tenant: TenantId) -> Result<Arc<Home>, Failure> {
        let now = self.0.started.elapsed().as_secs();
        let known = self.0.awake.read().get(&tenant).cloned();
        let home = match known {
            Some(home) => home,
            None => {
                self.make_room().await;
                let (path, frozen) = (self.path(tenant), self.frozen(tenant));
                let mut awake = self.0.awake.write();
                awake
                    .entry(tenant)
                    .or_insert_with(|| {
                        let Inner { contexts, clock, commits, .. } = &*self.0;
                        Arc::new(Home::new(tenant, path, contexts, *clock, commits.clone(), frozen))
                    })
                    .clone()
            }
        };
        home.used.store(now, Ordering::Relaxed);
        home.opened().await?;
        Ok(home)
    }

    fn frozen(&self, tenant: TenantId) -> Arc<AtomicI64> {
        self.0.frozen.lock().entry(tenant).or_default().clone()
    }

    pub(super) async fn arrive(&self, tenant: TenantId) -> Result<Arrival, Failure> {
        let (path, contexts) = (self.path(tenant), self.0.contexts);
        blocking(move || Arrival::begin(path, contexts)).await
    }

    /// Holds back everything that would be written to the tenant's log, until a moment.
    pub(super) async fn freeze(&self, tenant: TenantId, until: i64) -> Result<(), Failure> {
        self.frozen(tenant).store(until, Ordering::SeqCst);
        // Whoever commits at this moment ends first.
        self.home(tenant).await?.lane_is_empty().await;
        Ok(())
    }

    /// Holds it back for ever, if it was held back until then all the time.
    pub(super) async fn depart(&self, tenant: TenantId, until: i64, head: i64) -> Result<(), Failure> {
        let frozen = self.frozen(tenant);
        if frozen.swap(i64::MAX, Ordering::SeqCst) != until {
            return Err(Failure::Stale);
        }
        // Whoever commits at this moment ends first, should it not have been held back all the time.
        self.home(tenant).await?.lane_is_empty().await;
        let mut ends = 0;
        let query = ("select coalesce(max(position), 0) from events", Vec::new());
        self.read(tenant, &[query], &mut |_, row| {
            ends = row.get::<i64>(0)?;
            Ok(())
        })
        .await?;
        if ends == head { Ok(()) } else { Err(Failure::Stale) }
    }

    /// Removes the tenant's file.
    pub(super) async fn purge(&self, tenant: TenantId) -> Result<(), Failure> {
        let home = self.0.awake.write().remove(&tenant);
        if let Some(home) = home {
            home.lane_is_empty().await;
        }
        let path = self.path(tenant);
        blocking(move || {
            arrival::remove(&path);
            arrival::remove(&path.with_extension("arriving"));
            Ok(())
        })
        .await?;
        self.0.frozen.lock().remove(&tenant);
        Ok(())
    }

    /// Puts the longest idle tenants to sleep when too many are awake.
    async fn make_room(&self) {
        let excess = (self.0.awake.read().len() + 1).saturating_sub(self.0.folder.awake_at_most);
        if excess == 0 {
            return;
        }
        let mut idle: Vec<(u64, TenantId)> =
            self.0.awake.read().iter().map(|(id, home)| (home.used.load(Ordering::Relaxed), *id)).collect();
        idle.sort_unstable();
        // A tenth more than needed, so that not every newcomer has to look.
        let enough = excess + self.0.folder.awake_at_most / 10;
        self.put_to_sleep(idle.into_iter().take(enough).map(|(_, id)| id).collect()).await;
    }

    fn watch_sleepers(&self) {
        let weak = Arc::downgrade(&self.0);
        let asleep_after = self.0.folder.asleep_after;
        let period = (asleep_after / 4).clamp(Duration::from_millis(50), Duration::from_secs(5));
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(period).await;
                let Some(inner) = weak.upgrade() else { return };
                let latest = inner.started.elapsed().saturating_sub(asleep_after).as_secs();
                let idle = inner
                    .awake
                    .read()
                    .iter()
                    .filter(|(_, home)| home.used.load(Ordering::Relaxed) < latest)
                    .map(|(id, _)| *id)
                    .collect();
                Self(inner).put_to_sleep(idle).await;
            }
        });
    }

    /// Closes those of the tenants that nobody holds at this moment. Closing folds a file's log into it, which is slow,
    /// so it happens on a thread that may block.
    async fn put_to_sleep(&self, tenants: Vec<TenantId>) {
        let mut asleep = Vec::new();
        {
            let mut awake = self.0.awake.write();
            for id in tenants {
                if awake.get(&id).is_some_and(|home| Arc::strong_count(home) == 1) {
                    asleep.extend(awake.remove(&id));
                }
            }
        }
        if !asleep.is_empty() {
            let _ = blocking(move || {
                drop(asleep);
                Ok(())
            })
            .await;
        }
        metrics::gauge!("galleria_tenants_awake")
            .set(f64::from(u32::try_from(self.0.awake.read().len()).unwrap_or(u32::MAX)));
    }

    fn path(&self, tenant: TenantId) -> PathBuf {
        self.0.folder.path.join("tenants").join(format!("{tenant}.db"))
    }
}

fn lock(folder: &Path) -> Result<File, Failure> {
    let path = folder.join("galleria.lock");
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(|error| unusable_folder(folder, &error))?;
    file.try_lock().map_err(|_| {
        Failure::Unusable(format!(
            "Another galleria is using {}. Stop it first, or give this one a folder of its own with --data.",
            folder.display()
        ))
    })?;
    Ok(file)
}

fn unusable_folder(path: &Path, error: &std::io::Error) -> Failure {
    Failure::Unusable(format!(
        "The data folder {} cannot be used: {error}. Choose another with --data, or give yourself the right to write there.",
        path.display()
    ))
}
