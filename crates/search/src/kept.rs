//! A folder of an index: everything is read from memory, and written to the disk as well.
//!
//! An index holds neither positions nor texts, so it is small. Read from memory it is served on when somebody truncates,
//! overwrites or removes its files. Nothing is synced: what a power failure leaves behind is found out by its checksums
//! when it is opened, and made again from the tables.

use std::fmt;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tantivy::directory::error::{DeleteError, LockError, OpenReadError, OpenWriteError};
use tantivy::directory::{
    AntiCallToken, DirectoryLock, FileHandle, Lock, RamDirectory, TerminatingWrite, WatchCallback,
    WatchHandle, WritePtr,
};
use tantivy::{Directory, TantivyError};

#[derive(Clone)]
pub(crate) struct Kept {
    memory: RamDirectory,
    folder: PathBuf,
}

impl Kept {
    /// Reads the folder, which is made when it is not there.
    pub(crate) fn open(folder: &Path) -> Result<Self, TantivyError> {
        std::fs::create_dir_all(folder)?;
        let kept = Self { memory: RamDirectory::create(), folder: folder.to_owned() };
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

    fn on_disk(&self, path: &Path) -> PathBuf {
        self.folder.join(path)
    }
}

/// How a file is called that is not whole yet.
const HALF: &str = "half";

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Kept({})", self.folder.display())
    }
}

impl Directory for Kept {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        self.memory.get_file_handle(path)
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        // One that somebody removed before is as good as removed.
        let _ = std::fs::remove_file(self.on_disk(path));
        self.memory.delete(path)
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        self.memory.exists(path)
    }

    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        let wrap = |error| OpenWriteError::wrap_io_error(error, path.to_owned());
        let memory = self.memory.open_write(path)?;
        std::fs::create_dir_all(&self.folder).map_err(wrap)?;
        let disk = File::create(self.on_disk(path)).map_err(wrap)?;
        Ok(BufWriter::new(Box::new(Twice { memory, disk: BufWriter::new(disk) })))
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        self.memory.atomic_read(path)
    }

    fn atomic_write(&self, path: &Path, data: &[u8]) -> io::Result<()> {
        let whole = self.on_disk(path);
        let half = whole.with_extension(HALF);
        std::fs::create_dir_all(&self.folder)?;
        std::fs::write(&half, data)?;
        std::fs::rename(&half, &whole)?;
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
