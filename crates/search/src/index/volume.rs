//! One volume of an index: an open folder, with the position of the log up to which it was written.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use parking_lot::{Mutex, RwLock};
use serde::{Deserialize, Serialize};
use tantivy::indexer::LogMergePolicy;
use tantivy::{Index, IndexReader, IndexSettings, IndexWriter, ReloadPolicy, Searcher, TantivyError};
use uuid::Uuid;

use super::entry::{Entry, Fields, SHAPE, schema};
use super::folder::MemoryFolder;

/// What a writer may hold in memory before it writes a part of the index.
const WRITER_MEMORY: usize = 32 * 1024 * 1024;

/// How far a volume has read. It is written with what was read, in one step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Place {
    pub(crate) shape: u32,
    /// The last position of the log that it knows of, and the event there: another log has another.
    pub(crate) position: i64,
    pub(crate) event: Option<Uuid>,
    /// While it is still being filled: the last product that it has.
    pub(crate) filled_to: Option<Uuid>,
}

impl Place {
    /// The beginning of a volume that is to be filled with what was there at a position.
    pub(crate) fn beginning(position: i64, event: Option<Uuid>) -> Self {
        Self { shape: SHAPE, position, event, filled_to: Some(Uuid::nil()) }
    }

    pub(crate) fn is_whole(&self) -> bool {
        self.filled_to.is_none()
    }

    pub(crate) fn is_of_today(&self) -> bool {
        self.shape == SHAPE
    }
}

/// A product that is to be found as it is now, or not any more.
pub(crate) type Change = (Uuid, Option<Entry>);

/// How many volumes this process has opened.
static OPENED: AtomicU64 = AtomicU64::new(0);

pub(crate) struct Volume {
    /// No other volume that this process opens has it.
    number: u64,
    pub(crate) folder: PathBuf,
    pub(crate) fields: Fields,
    kept: MemoryFolder,
    index: Index,
    reader: IndexReader,
    writer: Mutex<Option<(IndexWriter, Instant)>>,
    place: RwLock<Place>,
    /// The place as it was written last.
    written: Mutex<Place>,
}

impl Volume {
    /// Begins an empty one. It is worth nothing until something was written.
    pub(crate) fn begin(folder: &Path, place: Place) -> tantivy::Result<Self> {
        let _ = std::fs::remove_dir_all(folder);
        let kept = MemoryFolder::open(folder)?;
        let index = Index::create(kept.clone(), schema(), IndexSettings::default())?;
        Self::over(kept, index, folder, place)
    }

    /// Opens what lies in a folder, if it is sound: whatever is not is an error.
    pub(crate) fn open(folder: &Path) -> tantivy::Result<Self> {
        let kept = MemoryFolder::open(folder)?;
        let index = Index::open(kept.clone())?;
        if index.schema() != schema() {
            return Err(TantivyError::SchemaError("of another time".into()));
        }
        if let Some(damaged) = index.validate_checksum()?.into_iter().next() {
            return Err(TantivyError::InternalError(format!("{} is damaged", damaged.display())));
        }
        let payload = index.load_metas()?.payload.unwrap_or_default();
        let place = serde_json::from_str(&payload)
            .map_err(|error| TantivyError::InternalError(format!("its place cannot be read: {error}")))?;
        Self::over(kept, index, folder, place)
    }

    fn over(kept: MemoryFolder, index: Index, folder: &Path, place: Place) -> tantivy::Result<Self> {
        Ok(Self {
            number: OPENED.fetch_add(1, Ordering::Relaxed),
            folder: folder.to_owned(),
            fields: Fields::of(&index.schema())?,
            reader: index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?,
            kept,
            index,
            writer: Mutex::default(),
            written: Mutex::new(place.clone()),
            place: RwLock::new(place),
        })
    }

    pub(crate) fn place(&self) -> Place {
        self.place.read().clone()
    }

    /// Another one, whenever something else may be found.
    pub(crate) fn edition(&self) -> (u64, u64) {
        (self.number, self.searcher().generation().generation_id())
    }

    pub(crate) fn searcher(&self) -> Searcher {
        self.reader.searcher()
    }

    /// Moves on over events that concern no product. It is written down with the next that does.
    pub(crate) fn pass_over(&self, place: Place) {
        *self.place.write() = place;
    }

    /// Makes the changes, and moves on, in one step.
    pub(crate) fn write(&self, changes: Vec<Change>, place: Place) -> tantivy::Result<()> {
        let mut held = self.writer.lock();
        let written =
            held.take().map_or_else(|| self.new_writer(), |(writer, _)| Ok(writer)).and_then(|writer| {
                let mut writer = writer;
                self.commit(&mut writer, changes, &place)?;
                Ok(writer)
            });
        // A writer that failed once is of no use any more.
        *held = Some((written?, Instant::now()));
        drop(held);
        self.reader.reload()?;
        *self.written.lock() = place.clone();
        *self.place.write() = place;
        Ok(())
    }

    fn commit(&self, writer: &mut IndexWriter, changes: Vec<Change>, place: &Place) -> tantivy::Result<()> {
        let schema = self.index.schema();
        for (id, entry) in changes {
            writer.delete_term(self.fields.term(id));
            if let Some(entry) = entry {
                writer.add_document(entry.document(&schema, &self.fields, id)?)?;
            }
        }
        let mut prepared = writer.prepare_commit()?;
        let payload = serde_json::to_string(place).expect("a place has no failing serializers");
        prepared.set_payload(&payload);
        prepared.commit()?;
        Ok(())
    }

    fn new_writer(&self) -> tantivy::Result<IndexWriter> {
        let writer = self.index.writer_with_num_threads(1, WRITER_MEMORY)?;
        // A part is merged when a quarter of it is out of date, lest searches walk through what is gone.
        let mut policy = LogMergePolicy::default();
        policy.set_del_docs_ratio_before_merge(0.25);
        writer.set_merge_policy(Box::new(policy));
        Ok(writer)
    }

    /// Lets go of a writer that has had nothing to do since a moment, once its merging is done. It blocks.
    pub(crate) fn rest(&self, since: Instant) {
        let Some(mut held) = self.writer.try_lock() else { return };
        if held.as_ref().is_some_and(|(_, used)| *used < since)
            && let Some((writer, _)) = held.take()
            && let Err(error) = writer.wait_merging_threads().and_then(|()| self.reader.reload())
        {
            tracing::warn!(%error, "Parts of a search index could not be merged; it is tried again with the next");
        }
    }

    /// Writes down a place that has moved on far over events that concern nothing. It blocks.
    pub(crate) fn settle(&self, far: i64) {
        let place = self.place();
        if place.position - self.written.lock().position >= far
            && let Err(error) = self.write(Vec::new(), place)
        {
            tracing::warn!(%error, "A search index could not write down how far it has read; it reads that again");
        }
    }
}

impl Drop for Volume {
    fn drop(&mut self) {
        self.kept.let_go();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lamp(title: &str) -> Option<Entry> {
        Some(Entry { title: title.into(), status: "active".into(), ..Entry::default() })
    }

    fn place(position: i64) -> Place {
        Place { filled_to: None, ..Place::beginning(position, Some(Uuid::from_u128(7))) }
    }

    #[test]
    fn a_volume_knows_what_it_has_and_how_far_it_has_read_when_it_is_opened_again() {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().join("1");
        let volume = Volume::begin(&at, Place::beginning(3, None)).unwrap();
        let id = Uuid::now_v7();
        volume.write(vec![(id, lamp("Lamp")), (Uuid::now_v7(), lamp("Other"))], place(5)).unwrap();
        volume.write(vec![(id, lamp("Brighter lamp"))], place(6)).unwrap();
        assert_eq!(volume.searcher().num_docs(), 2);
        drop(volume);
        let volume = Volume::open(&at).unwrap();
        assert_eq!((volume.place(), volume.searcher().num_docs()), (place(6), 2));
        volume.write(vec![(id, None)], place(7)).unwrap();
        assert_eq!(volume.searcher().num_docs(), 1);
        volume.rest(Instant::now());
    }

    #[test]
    fn what_was_removed_under_it_is_served_on_and_what_is_damaged_is_found_out() {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().join("1");
        for damage in 0..3 {
            let volume = Volume::begin(&at, place(1)).unwrap();
            volume.write((0..50).map(|_| (Uuid::now_v7(), lamp("Lamp"))).collect(), place(2)).unwrap();
            for entry in std::fs::read_dir(&at).unwrap().flatten() {
                let path = entry.path();
                let segment = !["json", "lock"].iter().any(|end| path.extension().unwrap() == *end);
                match damage {
                    0 => std::fs::remove_file(&path).unwrap(),
                    1 if segment => std::fs::write(&path, b"").unwrap(),
                    _ if segment => {
                        let mut bytes = std::fs::read(&path).unwrap();
                        bytes[0] ^= 1;
                        std::fs::write(&path, bytes).unwrap();
                    }
                    _ => {}
                }
            }
            assert_eq!(volume.searcher().num_docs(), 50);
            volume.write(vec![(Uuid::now_v7(), lamp("Lamp"))], place(3)).unwrap();
            assert_eq!(volume.searcher().num_docs(), 51);
            drop(volume);
            assert!(Volume::open(&at).is_err(), "damage {damage} went unnoticed");
        }
    }
}
