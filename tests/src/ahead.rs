//! A clock on the wall that can be put forward, for one process.

use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

pub struct Ahead {
    folder: TempDir,
    library: PathBuf,
    file: PathBuf,
}

impl Ahead {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (source, library) = (folder.path().join("ahead.c"), folder.path().join("ahead.so"));
        std::fs::write(&source, include_str!("ahead.c")).unwrap();
        let built =
            Command::new("cc").args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library).arg(&source).output();
        let built = built.unwrap();
        assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
        let ahead = Self { file: folder.path().join("ahead"), folder, library };
        ahead.set(0);
        ahead
    }

    /// What the process must be started with.
    pub fn environment(&self) -> [(&str, &str); 2] {
        [("LD_PRELOAD", self.library.to_str().unwrap()), ("AHEAD_FILE", self.file.to_str().unwrap())]
    }

    /// So many seconds ahead of everybody else's.
    pub fn set(&self, seconds: u64) {
        // Moved into place, so that nobody reads half a number.
        let next = self.folder.path().join("next");
        std::fs::write(&next, seconds.to_string()).unwrap();
        std::fs::rename(next, &self.file).unwrap();
    }
}

impl Default for Ahead {
    fn default() -> Self {
        Self::new()
    }
}
