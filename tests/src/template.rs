//! What is made once for all stories of a machine, and copied for each.

use std::collections::hash_map::DefaultHasher;
use std::fs::{self, File};
use std::hash::{Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What nobody has copied for so long is removed by whoever makes another.
const KEPT_FOR: Duration = Duration::from_secs(24 * 60 * 60);

/// Copies the folder that is called `name` to `to`, which may be there and empty; makes it first if what is in `makers` has
/// not made it yet. Stories run side by side in processes of their own: one of them makes it, and the others wait.
pub fn copy(name: &str, makers: &[&Path], to: &Path, make: impl FnOnce(&Path)) {
    let all = std::env::temp_dir().join("galleria-made-once");
    fs::create_dir_all(&all).unwrap();
    let template = all.join(format!("{name}-{:016x}", identity(makers)));
    let turn = File::create(all.join(format!("{name}.lock"))).unwrap();
    turn.lock_shared().unwrap();
    if !template.exists() {
        turn.unlock().unwrap();
        turn.lock().unwrap();
        if !template.exists() {
            remove_old(&all, name);
            let half = template.with_extension("half");
            let _ = fs::remove_dir_all(&half);
            make(&half);
            fs::rename(&half, &template).unwrap();
        }
    }
    copied(&template, to);
}

/// Another one for each file that it is built into, and each time that it is built.
fn identity(makers: &[&Path]) -> u64 {
    let mut hasher = DefaultHasher::new();
    for maker in makers {
        let about = fs::metadata(maker).unwrap();
        (maker, about.len(), about.modified().unwrap()).hash(&mut hasher);
    }
    hasher.finish()
}

fn remove_old(all: &Path, name: &str) {
    let of_this_name = |path: &PathBuf| {
        let file = path.file_name().and_then(|file| file.to_str()).unwrap_or_default();
        file.rsplit_once('-').is_some_and(|(before, _)| before == name)
    };
    for path in fs::read_dir(all).unwrap().flatten().map(|entry| entry.path()).filter(of_this_name) {
        let made = fs::metadata(&path).and_then(|about| about.modified());
        if made.is_ok_and(|made| made.elapsed().is_ok_and(|age| age > KEPT_FOR)) {
            let _ = fs::remove_dir_all(&path);
        }
    }
}

/// With everything as it is, owners included.
pub(crate) fn copied(from: &Path, to: &Path) {
    let done = std::process::Command::new("cp").args(["-aT", "--reflink=auto"]).args([from, to]).status();
    assert!(done.unwrap().success(), "{} could not be copied", from.display());
}
