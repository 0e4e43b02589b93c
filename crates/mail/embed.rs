//! For the build script of a crate that has letters: compiles them in, so that a language is added as a folder.

use std::path::{Path, PathBuf};
use std::{env, fs};

/// Writes the list that `mail::Templates::new` takes, of each `letters/<language>/<letter>.txt`.
pub fn letters() {
    println!("cargo::rerun-if-changed=letters");
    let variable = |name| PathBuf::from(env::var_os(name).expect("cargo sets it for a build script"));
    let folder = variable("CARGO_MANIFEST_DIR").join("letters");
    let languages = entries(&folder).into_iter().filter(|entry| entry.is_dir());
    let files = languages.flat_map(|language| entries(&language));
    let mut list = String::new();
    for file in files.filter(|file| file.extension().is_some_and(|ending| ending == "txt")) {
        let path = file.strip_prefix(&folder).expect("it was found in there").iter().collect::<Vec<_>>();
        let path = path.join("/".as_ref());
        list += &format!("({path:?}, include_str!({file:?})),\n");
    }
    fs::write(variable("OUT_DIR").join("letters.rs"), format!("&[{list}]"))
        .expect("there is room for a list");
}

/// What lies in a folder, by name.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let found = fs::read_dir(folder).expect("a crate with letters has a folder of them");
    let mut paths: Vec<PathBuf> = found.map(|entry| entry.expect("it can be read").path()).collect();
    paths.sort_unstable();
    paths
}
