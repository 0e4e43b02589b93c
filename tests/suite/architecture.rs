//! The shape of the project, held by tests.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use syn::visit::Visit;
use syn::{Attribute, Signature, Visibility};

#[test]
fn crates_see_only_what_they_say_that_they_may() {
    let crates = crates();
    for (name, Crate { needs, may_see }) in &crates {
        let Some(may_see) = may_see else {
            panic!("say in the Cargo.toml of {name}, under [package.metadata.galleria], what it may-see")
        };
        for need in needs.iter().filter(|need| crates.contains_key(*need)) {
            let may = may_see.iter().any(|seen| seen == need || seen == "*");
            assert!(may, "{name} may not depend on {need}");
        }
        for seen in may_see.iter().filter(|seen| *seen != "*") {
            assert!(needs.contains(seen), "{name} may see {seen}, and does not depend on it");
        }
    }
}

#[test]
fn the_kernel_does_no_io_and_stays_light() {
    let heavy = ["tokio", "axum", "hyper", "rusqlite", "tokio-postgres", "utoipa", "tracing", "rand"];
    let needs = &crates()["kernel"].needs;
    assert!(needs.iter().all(|need| !heavy.contains(&need.as_str())), "{needs:?}");
}

#[test]
fn no_database_is_named_outside_the_engines() {
    for file in sources() {
        let path = file.display().to_string();
        if path.contains("store/src/engine/") || path.contains("/tests/") {
            continue;
        }
        let text = std::fs::read_to_string(&file).unwrap();
        for line in code(&text) {
            // An address that a person types is named as that person knows it.
            let line = line.replace("postgres://", "");
            for name in ["sqlite", "postgres", "rusqlite"] {
                assert!(!line.to_lowercase().contains(name), "{path} names {name}: {line}");
            }
            assert!(!line.contains("tenant_id"), "{path} names the tenant in a statement: {line}");
        }
    }
}

#[test]
fn a_file_fits_in_a_head() {
    for file in sources() {
        let lines = std::fs::read_to_string(&file).unwrap().lines().count();
        assert!(
            lines <= 500,
            "{} has {lines} lines; which noun in it wants a file of its own?",
            file.display()
        );
    }
}

#[test]
fn events_are_written_down_by_projectors_and_nobody_else() {
    for file in sources() {
        let path = file.display().to_string();
        let writes_tables = ["projector.rs", "claim.rs", "write.rs"].iter().any(|name| path.ends_with(name));
        // The store's own rows (keys, cursors, jobs, leases) are no context's.
        if writes_tables || path.contains("crates/store/src/") || path.contains("/tests/") {
            continue;
        }
        let text = std::fs::read_to_string(&file).unwrap();
        let uses = text.contains("Write::one(") || text.contains("Write::any(");
        assert!(!uses, "{path} writes a table; only a projector may");
    }
}

#[test]
fn every_code_stands_in_a_table() {
    for file in sources() {
        let path = file.display().to_string();
        if path.contains("crates/kernel/src/") || path.contains("/tests/") {
            continue;
        }
        let text = std::fs::read_to_string(&file).unwrap();
        let text: String = code(&text).flat_map(str::split_whitespace).collect();
        let made_up =
            ["Problem::new(", "new(Fault::", "new(kernel::Fault::"].iter().any(|made| text.contains(made));
        assert!(
            !made_up,
            "{path} makes up a problem; give its code a row in a table, and say it with `says`"
        );
    }
}

#[test]
fn what_a_crate_shows_of_waiting_is_compiled_once() {
    let mut plain = Vec::new();
    for file in crates_sources().iter().flat_map(|folder| rust_files(folder)) {
        let path = file.display().to_string();
        // The binary's own: nobody compiles it again.
        if path.contains("/galleria/src/") {
            continue;
        }
        let mut seen = Unboxed { generic: false, found: Vec::new() };
        seen.visit_file(&syn::parse_file(&std::fs::read_to_string(&file).unwrap()).unwrap());
        plain.extend(seen.found.into_iter().map(|name| format!("{path}: {name}")));
    }
    assert!(plain.is_empty(), "put #[boxed] on, or show less of:\n{}", plain.join("\n"));
}

/// Public async functions that are neither boxed nor generic, and so would be compiled by everyone who waits for them.
struct Unboxed {
    generic: bool,
    found: Vec<String>,
}

impl Unboxed {
    fn look(&mut self, visibility: &Visibility, signature: &Signature, attributes: &[Attribute]) {
        let (inputs, output) = (&signature.inputs, &signature.output);
        let generic = signature.generics.type_params().next().is_some()
            || quote::quote!(#inputs #output).to_string().split(' ').any(|word| word == "impl");
        let boxed = attributes.iter().any(|attribute| attribute.path().is_ident("boxed"));
        let public = matches!(visibility, Visibility::Public(_));
        if public && signature.asyncness.is_some() && !boxed && !generic && !self.generic {
            self.found.push(signature.ident.to_string());
        }
    }
}

impl<'ast> Visit<'ast> for Unboxed {
    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        self.look(&function.vis, &function.sig, &function.attrs);
    }

    fn visit_item_impl(&mut self, block: &'ast syn::ItemImpl) {
        self.generic = block.generics.type_params().next().is_some();
        syn::visit::visit_item_impl(self, block);
        self.generic = false;
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        self.look(&function.vis, &function.sig, &function.attrs);
    }
}

#[test]
fn no_page_of_the_documentation_names_a_file_that_is_not_there() {
    let files: Vec<String> = sources().iter().map(|file| file.display().to_string()).collect();
    let mut gone = Vec::new();
    for page in files_below(&root(), "md").into_iter().filter(|page| !page.ends_with("CHANGELOG.md")) {
        let text = std::fs::read_to_string(&page).unwrap();
        let words = text.split(|letter: char| !letter.is_ascii_alphanumeric() && !"/_.-".contains(letter));
        for word in words.map(|word| word.trim_matches('.').trim_start_matches("/..").trim_start_matches('/'))
        {
            let named = format!("/{word}");
            let (file, folder) = (word.ends_with(".rs"), word.starts_with("src/") && word.ends_with('/'));
            let there = |path: &String| if file { path.ends_with(&named) } else { path.contains(&named) };
            if (file || folder) && !files.iter().any(there) {
                gone.push(format!("{}: {word}", page.display()));
            }
        }
    }
    assert!(gone.is_empty(), "{}", gone.join("\n"));
}

/// Lines of code, without comments and without what stands in test modules.
fn code(text: &str) -> impl Iterator<Item = &str> {
    text.split("#[cfg(test)]")
        .next()
        .unwrap_or_default()
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn sources() -> Vec<PathBuf> {
    [root().join("crates"), root().join("tests")].iter().flat_map(|folder| rust_files(folder)).collect()
}

/// Where each crate's own code stands.
pub fn crates_sources() -> Vec<PathBuf> {
    let crates = std::fs::read_dir(root().join("crates")).unwrap().flatten();
    crates.map(|entry| entry.path().join("src")).collect()
}

/// All Rust files below a folder.
pub fn rust_files(folder: &Path) -> Vec<PathBuf> {
    files_below(folder, "rs")
}

/// All files with an ending below a folder, but for what was built and what is hidden.
fn files_below(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let (mut files, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            if path.is_dir() && name != "target" && !name.starts_with('.') {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == ending) {
                files.push(path);
            }
        }
    }
    files
}

struct Crate {
    /// What it needs outside tests.
    needs: Vec<String>,
    /// The crates of ours that it may need, as its Cargo.toml says.
    may_see: Option<Vec<String>>,
}

/// Each crate of the workspace.
fn crates() -> BTreeMap<String, Crate> {
    let metadata = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .current_dir(root())
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&metadata.stdout).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let packages = metadata["packages"].as_array().unwrap().iter();
    packages
        .map(|package| {
            let needs =
                package["dependencies"].as_array().unwrap().iter().filter(|need| need["kind"].is_null());
            let may_see = package["metadata"]["galleria"]["may-see"].as_array();
            let described = Crate {
                needs: needs.map(|need| text(&need["name"])).collect(),
                may_see: may_see.map(|seen| seen.iter().map(text).collect()),
            };
            (text(&package["name"]), described)
        })
        .collect()
}
