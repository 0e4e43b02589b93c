//! The index of one tenant on this node: it follows the tenant's log by itself.
//!
//! The log says which products changed; the tables say what they are. How far it has read is written with what it has
//! read, so a crash, a deleted folder, a restored backup and a tenant that moved are all the same thing: a place that is
//! compared with the log, and caught up from or begun anew.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use catalog::queries::{Shown, products_after, products_by_id};
use catalog::{Product, ProductId};
use kernel::Problem;
use parking_lot::{Mutex, RwLock};
use store::log::LogEnd;
use store::{Failure, Tenant};
use uuid::Uuid;

use super::entry::Entry;
use super::volume::{Change, Place, Volume};
use crate::refusal;

/// How long a search waits for what was committed before it.
const WAITS: Duration = Duration::from_millis(100);

/// How long it waits for an index that is not open: there is nothing yet that it could answer with.
const WAITS_TO_OPEN: Duration = Duration::from_secs(1);

/// How many positions of the log are looked through at a time, and how many products are read at a time.
const POSITIONS: i64 = 20_000;
const PRODUCTS: usize = 1000;
const IN_ONE_STATEMENT: usize = 200;

/// The pause after a failure; it doubles with each, up to a minute.
const PAUSE: Duration = Duration::from_secs(1);

/// A file beside the volumes that asks for a new one.
pub(crate) const WANTED: &str = "rebuild";

pub(crate) struct Index {
    tenant: Tenant,
    folder: PathBuf,
    serving: RwLock<Option<Arc<Volume>>>,
    writing: tokio::sync::Mutex<Turn>,
    /// Whether somebody is on the way to bring it up to date.
    pub(crate) woken: AtomicBool,
    /// Whether what is served cannot be written to any more.
    worn_out: AtomicBool,
    used: Mutex<Instant>,
}

/// What whoever writes needs to know.
#[derive(Default)]
struct Turn {
    failures: u32,
    not_before: Option<Instant>,
}

enum Trouble {
    Store(Failure),
    Index(tantivy::TantivyError),
    Panicked,
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        Self::Store(failure)
    }
}

impl From<tantivy::TantivyError> for Trouble {
    fn from(error: tantivy::TantivyError) -> Self {
        Self::Index(error)
    }
}

impl Index {
    pub(crate) fn new(tenant: Tenant, folder: PathBuf) -> Self {
        Self {
            tenant,
            folder,
            serving: RwLock::default(),
            writing: tokio::sync::Mutex::default(),
            woken: AtomicBool::new(false),
            worn_out: AtomicBool::new(false),
            used: Mutex::new(Instant::now()),
        }
    }

    /// What is to be searched in, and whether it holds everything that was committed before.
    pub(crate) async fn ready(self: &Arc<Self>) -> Result<(Arc<Volume>, bool), Problem> {
        *self.used.lock() = Instant::now();
        let log_end = self.tenant.log_end().await?;
        if self.is_wanted_anew() && !self.woken.swap(true, Ordering::Relaxed) {
            tokio::spawn(self.clone().heed());
        }
        if let Some(volume) = self.serving().filter(|volume| is_up_to_date(volume, log_end)) {
            return Ok((volume, true));
        }
        let waits = if self.serving().is_some() { WAITS } else { WAITS_TO_OPEN };
        // It goes on when nobody waits for it any more.
        let _ = tokio::time::timeout(waits, tokio::spawn(self.clone().catch_up())).await;
        let volume = self.serving().ok_or_else(refusal::not_ready)?;
        let place = volume.place();
        let whole = place.is_whole() && place.position >= log_end.position;
        Ok((volume, whole))
    }

    pub(crate) fn idle(&self) -> Duration {
        self.used.lock().elapsed()
    }

    pub(crate) fn serving(&self) -> Option<Arc<Volume>> {
        self.serving.read().clone()
    }

    /// What is served was found to be of no use.
    pub(crate) fn wear_out(&self) {
        self.worn_out.store(true, Ordering::Relaxed);
    }

    /// Brings it up to date, because something was committed.
    pub(crate) async fn heed(self: Arc<Self>) {
        self.woken.store(false, Ordering::Relaxed);
        self.catch_up().await;
    }

    async fn catch_up(self: Arc<Self>) {
        let mut turn = self.writing.lock().await;
        if turn.not_before.is_some_and(|moment| Instant::now() < moment) {
            return;
        }
        let trouble = match self.follow().await {
            Ok(()) => return turn.failures = 0,
            Err(trouble) => trouble,
        };
        turn.failures += 1;
        turn.not_before = Some(Instant::now() + PAUSE * 2_u32.pow(turn.failures.min(7) - 1).min(60));
        let why = match trouble {
            Trouble::Store(failure) => failure.to_string(),
            Trouble::Index(error) => {
                self.wear_out();
                error.to_string()
            }
            Trouble::Panicked => {
                self.wear_out();
                "it panicked".to_owned()
            }
        };
        tracing::warn!(why, tenant = %self.tenant.id(), "A search index could not go on; it tries again");
    }

    async fn follow(&self) -> Result<(), Trouble> {
        let mut volume = match self.serving() {
            Some(volume) => volume,
            None => self.open().await?,
        };
        if self.is_wanted_anew() || self.worn_out.load(Ordering::Relaxed) || !volume.place().is_of_today() {
            volume = self.rebuild(&volume).await?;
        }
        loop {
            if !volume.place().is_whole() {
                self.fill(&volume).await?;
            }
            let at = volume.place();
            let until = at.position.saturating_add(POSITIONS);
            let changed = self.tenant.changed_streams::<Product>(at.position, until).await?;
            if changed.before != at.event {
                tracing::info!(tenant = %self.tenant.id(), "The log is not the one that was indexed; the index is made again");
                *self.serving.write() = None;
                volume = self.begin(number_of(&volume.folder) + 1, changed.log_end).await?;
                self.serve(&volume);
                continue;
            }
            let place = Place { position: changed.end.position, event: changed.end.event, ..volume.place() };
            match changed.streams.is_empty() {
                true => volume.pass_over(place),
                false => {
                    let changes = self.entries(&changed.streams).await?;
                    write(&volume, changes, place).await?;
                }
            }
            if changed.end == changed.log_end {
                return Ok(());
            }
        }
    }

    /// The newest sound volume that lies there, whole before half; or a new one.
    async fn open(&self) -> Result<Arc<Volume>, Trouble> {
        let folder = self.folder.clone();
        let found = aside(move || Ok(sound(&folder))).await?;
        let volume = match found {
            Some(volume) => Arc::new(volume),
            None => {
                let numbers = numbers(&self.folder);
                self.begin(numbers.last().copied().unwrap_or(0) + 1, self.tenant.log_end().await?).await?
            }
        };
        self.serve(&volume);
        Ok(volume)
    }

    /// Makes another volume beside the one that is served, and serves it when it is whole.
    async fn rebuild(&self, old: &Arc<Volume>) -> Result<Arc<Volume>, Trouble> {
        let volume = self.begin(number_of(&old.folder) + 1, self.tenant.log_end().await?).await?;
        self.fill(&volume).await?;
        self.worn_out.store(false, Ordering::Relaxed);
        self.serve(&volume);
        let _ = std::fs::remove_file(self.folder.join(WANTED));
        Ok(volume)
    }

    async fn begin(&self, number: u64, log_end: LogEnd) -> Result<Arc<Volume>, Trouble> {
        let folder = self.folder.join(number.to_string());
        let place = Place::beginning(log_end.position, log_end.event);
        Ok(Arc::new(aside(move || Volume::begin(&folder, place)).await?))
    }

    /// Serves it, and removes all others.
    fn serve(&self, volume: &Arc<Volume>) {
        *self.serving.write() = Some(volume.clone());
        for number in numbers(&self.folder) {
            let folder = self.folder.join(number.to_string());
            if folder != volume.folder {
                let _ = std::fs::remove_dir_all(folder);
            }
        }
    }

    /// Takes in every product that there is.
    async fn fill(&self, volume: &Arc<Volume>) -> Result<(), Trouble> {
        while let Some(filled_to) = volume.place().filled_to {
            let found = products_after(&self.tenant, ProductId(filled_to), PRODUCTS).await?;
            let changes: Vec<Change> = found.iter().map(change).collect();
            drop(found);
            let last = changes.last().map(|(id, _)| *id);
            let more = changes.len() == PRODUCTS;
            let place = Place { filled_to: last.filter(|_| more), ..volume.place() };
            write(volume, changes, place).await?;
        }
        Ok(())
    }

    /// What the tables say of some products now; of one that is gone, that it is.
    async fn entries(&self, ids: &BTreeSet<Uuid>) -> Result<Vec<Change>, Failure> {
        let ids: Vec<ProductId> = ids.iter().copied().map(ProductId).collect();
        let mut changes: Vec<Change> = Vec::with_capacity(ids.len());
        for some in ids.chunks(IN_ONE_STATEMENT) {
            let found = products_by_id(&self.tenant, some, true).await?;
            let gone = some.iter().filter(|id| !found.iter().any(|known| known.id == **id));
            changes.extend(gone.map(|id| (id.uuid(), None)));
            changes.extend(found.iter().map(change));
        }
        Ok(changes)
    }

    fn is_wanted_anew(&self) -> bool {
        self.folder.join(WANTED).exists()
    }
}

/// Whether a volume has everything up to the end of the log.
fn is_up_to_date(volume: &Volume, log_end: LogEnd) -> bool {
    let place = volume.place();
    place.is_whole() && place.position == log_end.position && place.event == log_end.event
}

fn change(shown: &Shown) -> Change {
    let id = shown.id.uuid();
    let entry = serde_json::from_str::<Entry>(&shown.view);
    if let Err(error) = &entry {
        tracing::warn!(%error, product = %id, "A product cannot be read by the search, and is not found by it");
    }
    (id, entry.ok())
}

async fn write(volume: &Arc<Volume>, changes: Vec<Change>, place: Place) -> Result<(), Trouble> {
    let volume = volume.clone();
    aside(move || volume.write(changes, place)).await
}

/// Computes and writes where it holds up nobody.
async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> tantivy::Result<T> + Send + 'static,
) -> Result<T, Trouble> {
    Ok(tokio::task::spawn_blocking(work).await.map_err(|_| Trouble::Panicked)??)
}

/// The volumes that lie in a folder, oldest first.
fn numbers(folder: &Path) -> Vec<u64> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut numbers: Vec<u64> =
        entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
    numbers.sort_unstable();
    numbers
}

fn number_of(folder: &Path) -> u64 {
    folder.file_name().and_then(|name| name.to_str()?.parse().ok()).unwrap_or(0)
}

fn sound(folder: &Path) -> Option<Volume> {
    let mut half = None;
    for number in numbers(folder).into_iter().rev() {
        match Volume::open(&folder.join(number.to_string())) {
            Ok(volume) if volume.place().is_whole() => return Some(volume),
            Ok(volume) => half = half.or(Some(volume)),
            Err(error) => tracing::info!(%error, "A search index is of no use any more, and is made again"),
        }
    }
    half
}
