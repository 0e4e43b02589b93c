//! A disk that fills up or breaks, for one process.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

pub struct Shim {
    folder: TempDir,
    library: PathBuf,
    control: PathBuf,
    marker: String,
}

impl Shim {
    /// Trouble for files whose path contains `marker`, once there is trouble.
    pub fn new(marker: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (source, library) = (folder.path().join("shim.c"), folder.path().join("shim.so"));
        std::fs::write(&source, include_str!("shim.c")).unwrap();
        let built = Command::new("cc")
            .args(["-shared", "-fPIC", "-O1", "-o"])
            .arg(&library)
            .arg(&source)
            .output()
            .unwrap();
        assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
        let control = folder.path().join("control");
        Self { folder, library, control, marker: marker.display().to_string() }
    }

    /// What the process must be started with.
    pub fn environment(&self) -> [(&str, &str); 3] {
        [
            ("LD_PRELOAD", self.library.to_str().unwrap()),
            ("SHIM_FILE", self.control.to_str().unwrap()),
            ("SHIM_PATH", &self.marker),
        ]
    }

    /// `full` or `error`.
    pub fn begin(&self, trouble: &str) {
        // Moved into place, so that nobody reads half a word.
        let next = self.folder.path().join("next");
        std::fs::write(&next, trouble).unwrap();
        std::fs::rename(next, &self.control).unwrap();
    }

    pub fn end(&self) {
        std::fs::remove_file(&self.control).unwrap();
    }
}
