//! The indexes of this node: opened when somebody searches, closed when nobody does.

use std::collections::HashMap;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock, Weak};
use std::time::{Duration, Instant};

use kernel::TenantId;
use parking_lot::Mutex;
use store::{Cell, Tenant};
use tokio::runtime::Handle;

use super::tenant_index::{Index, WANTED};

/// So many are open at once; the one that was used least recently makes room.
const OPEN: usize = 64;

/// One that nobody searched in for so long is closed.
const IDLE: Duration = Duration::from_secs(60);

/// A writer that had nothing to write for so long is let go of.
const WRITER_IDLE: Duration = Duration::from_secs(2);

/// How often is looked for what can be closed; each twelfth time also for tenants that are gone.
const SWEEP: Duration = Duration::from_secs(5);

/// What is committed in such a time is taken in together, when nobody waits for it.
const GATHER: Duration = Duration::from_millis(200);

/// So many positions without a product are worth writing down.
const FAR: i64 = 100_000;

/// Nodes that share a folder each take a place of their own beside it.
const NODES: usize = 100;

/// Where products are searched for. Cheap to clone.
#[derive(Clone)]
pub struct Search(Arc<Inner>);

struct Inner {
    cell: Cell,
    /// The folder, and what is held as long as it is ours.
    taken: OnceLock<(PathBuf, File)>,
    open: Mutex<HashMap<TenantId, Arc<Index>>>,
    runtime: Handle,
}

impl Search {
    /// A search that has no folder yet.
    pub fn new(cell: Cell) -> Self {
        let (taken, open, runtime) = (OnceLock::new(), Mutex::default(), Handle::current());
        Self(Arc::new(Inner { cell, taken, open, runtime }))
    }

    /// Takes the folder, or one beside it when another process has it, and follows the tenants that are searched in.
    pub fn open(&self, folder: &Path) -> Result<(), String> {
        self.0.taken.set(take(folder)?).map_err(|_| "The indexes are open already.")?;
        let weak = Arc::downgrade(&self.0);
        self.0.cell.on_commit(move |tenant| {
            if let Some(inner) = weak.upgrade() {
                inner.heard(tenant);
            }
        });
        tokio::spawn(sweep(Arc::downgrade(&self.0)));
        Ok(())
    }

    pub(crate) fn of(&self, tenant: &Tenant) -> Arc<Index> {
        let mut open = self.0.open.lock();
        if let Some(index) = open.get(&tenant.id()) {
            return index.clone();
        }
        while open.len() >= OPEN {
            let unused = open.iter().filter(|(_, index)| Arc::strong_count(index) == 1);
            let Some(id) = unused.max_by_key(|(_, index)| index.idle()).map(|(id, _)| *id) else { break };
            open.remove(&id);
        }
        let index = Arc::new(Index::new(tenant.clone(), self.0.folder().join(tenant.id().to_string())));
        open.insert(tenant.id(), index.clone());
        index
    }
}

/// Asks whoever serves from this folder, now or later, to make a tenant's index again.
pub fn rebuild(folder: &Path, tenant: TenantId) -> Result<(), String> {
    let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut asked = 0;
    for number in 1..=NODES {
        let place = beside(folder, &name, number).join(tenant.to_string());
        if place.is_dir() {
            std::fs::write(place.join(WANTED), b"").map_err(|error| cannot(&place, &error))?;
            asked += 1;
        }
    }
    if asked == 0 {
        return Err("Nobody has searched in this shop yet, so there is nothing to make again.".into());
    }
    Ok(())
}

impl Inner {
    fn folder(&self) -> &Path {
        let (folder, _) = self.taken.get().expect("whoever serves opens the search before anybody asks");
        folder
    }

    /// Something was committed; whoever has the tenant open reads it.
    fn heard(&self, tenant: TenantId) {
        let Some(index) = self.open.lock().get(&tenant).cloned() else { return };
        if !index.woken.swap(true, Ordering::Relaxed) {
            self.runtime.spawn(async move {
                tokio::time::sleep(GATHER).await;
                index.heed().await;
            });
        }
    }

    /// Closes what nobody uses.
    fn close_idle(&self) -> Vec<Arc<Index>> {
        let mut open = self.open.lock();
        open.retain(|_, index| Arc::strong_count(index) > 1 || index.idle() < IDLE);
        open.values().cloned().collect()
    }

    /// Removes what is kept of tenants that do not live here any more.
    fn remove_gone(&self) {
        let gone = |id: TenantId| {
            let record = self.cell.registry().tenant(id);
            record.is_none_or(|record| !record.status.is_here())
        };
        for entry in std::fs::read_dir(self.folder()).into_iter().flatten().flatten() {
            let id = entry.file_name().to_str().and_then(|name| name.parse().ok());
            let Some(id) = id.filter(|id| gone(*id)) else { continue };
            let mut open = self.open.lock();
            let used = open.get(&id).is_some_and(|index| Arc::strong_count(index) > 1);
            if !used {
                open.remove(&id);
                let _ = std::fs::remove_dir_all(entry.path());
            }
        }
    }
}

async fn sweep(inner: Weak<Inner>) {
    for round in 1_u64.. {
        tokio::time::sleep(SWEEP).await;
        let Some(inner) = inner.upgrade() else { return };
        let done = tokio::task::spawn_blocking(move || {
            let volumes = inner.close_idle().into_iter().filter_map(|index| index.serving());
            for volume in volumes {
                volume.settle(FAR);
                if let Some(since) = Instant::now().checked_sub(WRITER_IDLE) {
                    volume.rest(since);
                }
            }
            if round.is_multiple_of(12) {
                inner.remove_gone();
            }
        });
        if done.await.is_err() {
            tracing::warn!("Search indexes could not be tidied; it is tried again");
        }
    }
}

/// The folder, or the first beside it that no other process has.
fn take(folder: &Path) -> Result<(PathBuf, File), String> {
    let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    for number in 1..=NODES {
        let place = beside(folder, &name, number);
        std::fs::create_dir_all(&place).map_err(|error| cannot(&place, &error))?;
        let lock = File::create(place.join("lock")).map_err(|error| cannot(&place, &error))?;
        match lock.try_lock() {
            Ok(()) => return Ok((place, lock)),
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => return Err(cannot(&place, &error)),
        }
    }
    Err(format!(
        "Other processes have all {NODES} places beside {}. Choose another with GALLERIA_SEARCH.",
        folder.display()
    ))
}

fn beside(folder: &Path, name: &str, number: usize) -> PathBuf {
    if number == 1 { folder.to_owned() } else { folder.with_file_name(format!("{name}.{number}")) }
}

fn cannot(folder: &Path, error: &std::io::Error) -> String {
    format!(
        "The folder of the search, {}, cannot be used: {error}. Choose another with GALLERIA_SEARCH, or search in galleria.toml.",
        folder.display()
    )
}
