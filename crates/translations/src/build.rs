//! What a build script calls.

use std::path::Path;

use crate::code::code;
use crate::folder::Folder;

/// How the texts of a crate are made into code.
#[derive(Default)]
pub struct Plan<'a> {
    /// What the texts of a table begin with: those of `refusal` are `refusal-too_many` and so on.
    pub tables: &'a [&'a str],
    /// Texts that each language must have, for English cannot stand in for them.
    pub own: &'a [&'a str],
}

/// Makes `texts.rs` of the folder `texts`, in the folder where build scripts write; or fails the build with a sentence for
/// each mistake.
#[expect(clippy::print_stdout, reason = "cargo reads what a build script prints")]
pub fn compile(plan: &Plan<'_>) {
    println!("cargo::rerun-if-changed=texts");
    if let Err(wrong) = made(plan) {
        wrong.iter().for_each(|mistake| println!("cargo::error={mistake}"));
    }
}

fn made(plan: &Plan<'_>) -> Result<(), Vec<String>> {
    let read = Folder::read(Path::new("texts")).and_then(|folder| folder.with_own(plan.own).map(|()| folder));
    let in_folder =
        |wrong: Vec<String>| wrong.iter().map(|mistake| format!("texts/{mistake}")).collect::<Vec<_>>();
    let code = read.and_then(|folder| code(&folder, plan.tables)).map_err(in_folder)?;
    let to = std::env::var_os("OUT_DIR").ok_or_else(|| vec!["there is no OUT_DIR to write to".to_owned()])?;
    std::fs::write(Path::new(&to).join("texts.rs"), code).map_err(|error| vec![error.to_string()])
}

impl Folder {
    fn with_own(&self, own: &[&str]) -> Result<(), Vec<String>> {
        let wrong: Vec<String> = self
            .files()
            .flat_map(|file| {
                own.iter().filter(|name| file.text(name).is_none()).map(|name| (&file.language, name))
            })
            .map(|(language, name)| {
                format!("{language}.ftl: {name} is missing, which English cannot stand in for")
            })
            .collect();
        if wrong.is_empty() { Ok(()) } else { Err(wrong) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_english_cannot_stand_in_for_is_missed() {
        let folder =
            Folder::of(&[("en", "name = English\nskip = Skip"), ("fr", "skip = Passer")]).ok().unwrap();
        assert_eq!(folder.with_own(&["skip"]), Ok(()));
        let wrong = folder.with_own(&["name"]).unwrap_err();
        assert_eq!(wrong, ["fr.ftl: name is missing, which English cannot stand in for"]);
    }
}
