//! A folder of an index: everything is read from memory, and written to the disk as well.
//!
//! An index holds neither positions nor texts, so it is small. Read from memory it is served on when somebody truncates,
//! overwrites or removes its files. Nothing is synced: what a power failure leaves behind is found out by its checksums
//! when it is opened, and made again from the tables.
//!
//! Whoever is done with it lets go of it: merging goes on for a while behind an index that nobody holds any more, and must
//! not write into a folder that somebody else has opened since.

use std::fmt;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::RwLock;
use tantivy::directory::error::{DeleteError, LockError, OpenReadError, OpenWriteError};
use tantivy::directory::{
    AntiCallToken, DirectoryLock, FileHandle, Lock, RamDirectory, TerminatingWrite, WatchCallback,
    WatchHandle, WritePtr,
};
use tantivy::{Directory, TantivyError};

#[derive(Clone)]
pub(crate) struct MemoryFolder {
    memory: RamDirectory,
    /// Nothing once it was let go of.
    folder: Arc<RwLock<Option<PathBuf>>>,
}

impl MemoryFolder {
    /// Reads the folder, which is made when it is not there.
    pub(crate) fn open(folder: &Path) -> Result<Self, TantivyError> {
        std::fs::create_dir_all(folder)?;
        let kept =
            Self { memory: RamDirectory::create(), folder: Arc::new(RwLock::new(Some(folder.to_owned()))) };
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            let name = PathBuf::from(entry.file_name());
            let half_written = name.extension().is_some_and(|extension| extension == HALF);
            if entry.file_type()?.is_file() && !half_written {
                kept.memory.atomic_write(&name, &std::fs::read(entry.path())?)?;
            }
        }
        Ok(kept)
    }

    /// From here on nothing of it reaches the disk.
    pub(crate) fn let_go(&self) {
        *self.folder.write() = None;
    }

    /// Does something to the folder, which is not let go of meanwhile.
    fn on_disk<T>(&self, work: impl FnOnce(&Path) -> io::Result<T>) -> io::Result<Option<T>> {
        self.folder.read().as_deref().map(work).transpose()
    }
}

/// How a file is called that is not whole yet.
const HALF: &str = "half";

impl fmt::Debug for MemoryFolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MemoryFolder({:?})", self.folder.read())
    }
}

impl Directory for MemoryFolder {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        self.memory.get_file_handle(path)
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        // One that somebody removed before is as good as removed.
        let _ = self.on_disk(|folder| std::fs::remove_file(folder.join(path)));
        self.memory.delete(path)
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        self.memory.exists(path)
    }

    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        let memory = self.memory.open_write(path)?;
        let create = |folder: &Path| {
            std::fs::create_dir_all(folder)?;
            File::create(folder.join(path)).map(BufWriter::new)
        };
        match self.on_disk(create) {
            Ok(Some(disk)) => Ok(BufWriter::new(Box::new(Twice { memory, disk }))),
            Ok(None) => Ok(memory),
            Err(error) => Err(OpenWriteError::wrap_io_error(error, path.to_owned())),
        }
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        self.memory.atomic_read(path)
    }

    fn atomic_write(&self, path: &Path, data: &[u8]) -> io::Result<()> {
        self.on_disk(|folder| {
            let whole = folder.join(path);
            let half = whole.with_extension(HALF);
            std::fs::create_dir_all(folder)?;
            std::fs::write(&half, data)?;
            std::fs::rename(&half, &whole)
        })?;
        self.memory.atomic_write(path, data)
    }

    fn sync_directory(&self) -> io::Result<()> {
        Ok(())
    }

    /// In memory: a lock on the disk would outlive a process that was killed.
    fn acquire_lock(&self, lock: &Lock) -> Result<DirectoryLock, LockError> {
        self.memory.acquire_lock(lock)
    }

    fn watch(&self, callback: WatchCallback) -> tantivy::Result<WatchHandle> {
        self.memory.watch(callback)
    }
}

/// A file that is being written in both places.
struct Twice {
    memory: WritePtr,
    disk: BufWriter<File>,
}

impl Write for Twice {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.disk.write_all(bytes)?;
        self.memory.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.disk.flush()
    }
}

impl TerminatingWrite for Twice {
    fn terminate_ref(&mut self, token: AntiCallToken) -> io::Result<()> {
        self.disk.flush()?;
        self.memory.terminate_ref(token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_let_go_of_a_folder_leaves_it_to_the_next() {
        let folder = tempfile::tempdir().unwrap();
        let meta = Path::new("meta.json");
        let first = MemoryFolder::open(folder.path()).unwrap();
        let merging = first.clone();
        first.atomic_write(meta, b"first").unwrap();
        first.let_go();
        let next = MemoryFolder::open(folder.path()).unwrap();
        merging.atomic_write(meta, b"late").unwrap();
        merging.open_write(Path::new("part.idx")).unwrap().terminate().unwrap();
        merging.delete(meta).unwrap();
        let names: Vec<_> =
            std::fs::read_dir(folder.path()).unwrap().flatten().map(|e| e.file_name()).collect();
        assert_eq!(names, ["meta.json"]);
        assert_eq!(next.atomic_read(meta).unwrap(), b"first");
        assert_eq!(std::fs::read(folder.path().join(meta)).unwrap(), b"first");
    }
}
