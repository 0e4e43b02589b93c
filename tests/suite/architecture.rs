//! The shape of the house, held by tests.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

const CONTEXTS: [&str; 10] = [
    "catalog",
    "orders",
    "payments",
    "files",
    "identity",
    "domains",
    "connect",
    "customers",
    "sheets",
    "storefront",
];

#[test]
fn crates_depend_downwards_only() {
    let mut allowed: BTreeMap<&str, Vec<&str>> = BTreeMap::from([
        ("kernel", vec![]),
        ("store", vec!["kernel"]),
        ("blobs", vec!["kernel"]),
        ("pricing", vec!["kernel"]),
        ("places", vec!["kernel"]),
        ("credentials", vec![]),
        ("mail", vec![]),
        ("limits", vec![]),
        ("signing", vec![]),
        ("outbound", vec![]),
        ("federation", vec!["outbound"]),
        ("edge", vec!["kernel", "store", "limits"]),
        (
            "identity",
            vec!["kernel", "store", "edge", "credentials", "federation", "limits", "mail", "signing"],
        ),
        ("catalog", vec!["kernel", "places", "store", "edge"]),
        ("search", vec!["kernel", "store", "edge", "catalog"]),
        ("orders", vec!["kernel", "places", "store", "edge", "catalog", "pricing"]),
        ("payments", vec!["kernel", "store", "edge", "outbound"]),
        ("files", vec!["kernel", "store", "edge", "blobs"]),
        ("domains", vec!["kernel", "store", "edge", "outbound"]),
        ("connect", vec!["kernel", "places", "store", "edge", "outbound", "catalog", "orders", "pricing"]),
        ("customers", vec!["kernel", "places", "store", "edge"]),
        ("sheets", vec!["kernel", "store", "edge", "blobs", "catalog", "files"]),
        ("entry", vec!["kernel", "store", "edge"]),
        (
            "storefront",
            vec![
                "kernel", "places", "store", "edge", "catalog", "search", "orders", "payments", "files",
                "blobs",
            ],
        ),
    ]);
    allowed.insert(
        "galleria",
        [
            vec![
                "kernel",
                "store",
                "edge",
                "blobs",
                "limits",
                "mail",
                "entry",
                "federation",
                "outbound",
                "credentials",
                "search",
            ],
            CONTEXTS.to_vec(),
        ]
        .concat(),
    );
    allowed.insert("galleria-tests", vec![]);
    allowed.insert("galleria-load", vec!["galleria", "galleria-tests", "catalog", "kernel", "store"]);
    let graph = graph();
    let members: Vec<&str> = graph.keys().map(String::as_str).collect();
    for (name, needs) in &graph {
        let Some(allowed) = allowed.get(name.as_str()) else {
            panic!("say here what the crate {name} may depend on")
        };
        for need in needs.iter().filter(|need| members.contains(&need.as_str())) {
            assert!(allowed.contains(&need.as_str()), "{name} may not depend on {need}");
        }
    }
}

#[test]
fn the_kernel_does_no_io_and_stays_light() {
    let heavy = ["tokio", "axum", "hyper", "rusqlite", "tokio-postgres", "utoipa", "tracing", "rand"];
    let needs = &graph()["kernel"];
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
    let (mut files, mut folders) = (Vec::new(), vec![root().join("crates"), root().join("tests")]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files
}

/// Each crate of the workspace with what it needs outside tests.
fn graph() -> BTreeMap<String, Vec<String>> {
    let metadata = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .current_dir(root())
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&metadata.stdout).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    metadata["packages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|package| {
            let needs =
                package["dependencies"].as_array().unwrap().iter().filter(|need| need["kind"].is_null());
            (text(&package["name"]), needs.map(|need| text(&need["name"])).collect())
        })
        .collect()
}
