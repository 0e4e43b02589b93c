//! What tests start beside the binary: installed once by the `needs.sh` of the crate that needs it.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Installs what the tests of a crate need, where it is missing.
pub fn install(crate_name: &str) {
    let script =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates").join(crate_name).join("tests/needs.sh");
    let done = Command::new("sh").arg(&script).status().unwrap();
    assert!(done.success(), "{} could not install what it is there for", script.display());
}

/// The place of such a tool, which is there now.
pub fn tool(crate_name: &str, path: &str) -> PathBuf {
    install(crate_name);
    let home = std::env::var("HOME").unwrap_or_else(|_| "/root".into());
    Path::new(&home).join(".cache/galleria").join(path)
}
