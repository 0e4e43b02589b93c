//! The API's documents, read as strangers read them: by a linter, by a generator of clients, and by a program that makes
//! up requests from them and holds every answer against them.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use galleria_tests::{Cell, Client, Postgres, Server, tool};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::over_both_engines;
use crate::world::Engine;

over_both_engines!(nothing_that_is_made_up_is_answered_otherwise_than_the_documents_say);

/// The operations that are not asked, each with why. All else is, with the key of an admin.
const LEFT_OUT: [(&str, &str); 0] = [];

/// How many requests are made up for each operation, and whether each edge of each schema is tried before: that alone is
/// 19,000 requests for a document.
fn effort() -> (&'static str, &'static str) {
    if galleria_tests::long() { ("examples,coverage,fuzzing", "60") } else { ("examples,fuzzing", "3") }
}

/// Each document, of each engine; in the short form each once.
fn asked_for(engine: Engine, documents: &[PathBuf; 2]) -> &[PathBuf] {
    match engine {
        _ if galleria_tests::long() => documents,
        Engine::Embedded => &documents[..1],
        Engine::Database => &documents[1..],
    }
}

/// The demo, served; and where what reads its documents is put together.
pub struct Shop {
    server: Server,
    key: String,
    folder: TempDir,
    _postgres: Option<Postgres>,
}

impl Shop {
    pub async fn start(engine: Engine) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let (cell, postgres) = match engine {
            Engine::Embedded => (Cell::Folder(data.clone()), None),
            Engine::Database => {
                let postgres = Postgres::prepared();
                (Cell::Database(postgres.app_url()), Some(postgres))
            }
        };
        let demo = ["demo", "--json"];
        let mut filling = Command::new(galleria_tests::binary());
        // Nobody outside is asked. A database has no folder of its own, so it is told where files and letters go.
        let nobody = ("GALLERIA_VAT_REGISTER", "");
        let files = folder.path().join("files").display().to_string();
        let mail = format!("folder:{}", folder.path().join("mail").display());
        let elsewhere = match engine {
            Engine::Embedded => vec![nobody],
            Engine::Database => {
                vec![nobody, ("GALLERIA_FILES", files.as_str()), ("GALLERIA_MAIL", mail.as_str())]
            }
        };
        filling.args(demo).args(cell.args()).envs(elsewhere.iter().copied()).current_dir(folder.path());
        let filled = filling.output().unwrap();
        let filled: Value = serde_json::from_slice(&filled.stdout)
            .unwrap_or_else(|_| panic!("the demo said: {}", String::from_utf8_lossy(&filled.stderr)));
        let keys = filled["tenants"][0]["keys"].as_array().unwrap();
        let admin = keys.iter().find(|key| key["role"] == "admin").unwrap();
        let key = admin["secret"].as_str().unwrap().to_owned();
        Self { server: Server::start_with(cell, &elsewhere).await, key, folder, _postgres: postgres }
    }

    pub fn admin(&self) -> Client {
        self.server.client("demo", Some(&self.key))
    }

    /// Both documents, as files.
    async fn documents(&self) -> [PathBuf; 2] {
        let mut client = self.admin();
        let mut files = Vec::new();
        for (name, path) in [("v1.json", "/openapi.json"), ("v2.json", "/openapi/v2.json")] {
            let file = self.folder.path().join(name);
            fs::write(&file, client.get(path).await.body).unwrap();
            files.push(file);
        }
        files.try_into().unwrap()
    }

    /// A program of the tools, in the folder, with where the shop is.
    fn run(&self, program: &Path, args: &[&str], more: &[(&str, &str)]) -> Output {
        let base = format!("http://127.0.0.1:{}", self.server.port);
        Command::new(program)
            .args(args)
            .current_dir(self.folder.path())
            .env("GALLERIA_BASE", base)
            .env("GALLERIA_HOST", "demo.localhost")
            .env("GALLERIA_KEY", &self.key)
            .env("REDOCLY_TELEMETRY", "off")
            .env("REDOCLY_SUPPRESS_UPDATE_NOTICE", "true")
            .envs(more.iter().copied())
            .output()
            .unwrap()
    }
}

fn source(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi").join(name)
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn check(what: &str, output: &Output) -> String {
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{what}:\n{said}");
    said
}

#[tokio::test(flavor = "multi_thread")]
async fn a_linter_finds_no_mistake_in_the_documents() {
    let redocly = tool("edge", "openapi/node_modules/.bin/redocly");
    let shop = Shop::start(Engine::Embedded).await;
    let [first, second] = shop.documents().await;
    let rules = source("redocly.yaml");
    let args = ["lint", "--config", text(&rules), "--max-problems", "1000", text(&first), text(&second)];
    check("redocly", &shop.run(&redocly, &args, &[]));
    let spectral = tool("edge", "openapi/node_modules/.bin/spectral");
    let events = shop.folder.path().join("events.json");
    fs::write(&events, shop.admin().get("/events.json").await.body).unwrap();
    let rules = source("spectral.yaml");
    let documents = [text(&first), text(&second), text(&events)];
    let args = ["lint", "--ruleset", text(&rules), "--fail-severity", "hint"];
    check("spectral", &shop.run(&spectral, &[&args[..], &documents].concat(), &[]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_is_generated_from_the_document_compiles_and_orders() {
    let modules = tool("edge", "openapi/node_modules");
    let shop = Shop::start(Engine::Embedded).await;
    let [first, _] = shop.documents().await;
    let folder = shop.folder.path();
    symlink(&modules, folder.join("node_modules")).unwrap();
    fs::copy(source("journey.ts"), folder.join("journey.ts")).unwrap();
    fs::write(folder.join("package.json"), json!({ "type": "module" }).to_string()).unwrap();
    let program = |name: &str| modules.join(".bin").join(name);
    let generated = shop.run(&program("openapi-typescript"), &[text(&first), "-o", "schema.ts"], &[]);
    check("openapi-typescript", &generated);
    let args = [
        "--strict",
        "--noUncheckedIndexedAccess",
        "--exactOptionalPropertyTypes",
        "--skipLibCheck",
        "--target",
        "es2022",
        "--module",
        "nodenext",
        "--types",
        "node",
        "journey.ts",
    ];
    check("tsc", &shop.run(&program("tsc"), &args, &[]));
    let base = format!("http://demo.localhost:{}", shop.server.port);
    let gone = shop.run(Path::new("node"), &["journey.js"], &[("GALLERIA_BASE", &base)]);
    assert!(check("the journey", &gone).contains("ordered"));
}

async fn nothing_that_is_made_up_is_answered_otherwise_than_the_documents_say(engine: Engine) {
    let schemathesis = tool("edge", "schemathesis/bin/schemathesis");
    let shop = Shop::start(engine).await;
    let ids = ids(&mut shop.admin()).await.to_string();
    let base = format!("http://127.0.0.1:{}", shop.server.port);
    let key = format!("Authorization: Bearer {}", shop.key);
    let (phases, many) = effort();
    let documents = shop.documents().await;
    for document in asked_for(engine, &documents) {
        let mut args = vec![
            "run",
            text(document),
            "--url",
            &base,
            "--header",
            "Host: demo.localhost",
            "--header",
            &key,
            "--checks",
            "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance",
            "--phases",
            phases,
            "--max-examples",
            many,
            "--seed",
            "1",
            "--no-shrink",
            "--continue-on-failure",
            // The parser of Python 3.11 does not bear two threads at once.
            "--workers",
            "1",
            "--suppress-health-check",
            "all",
            "--generation-database",
            "none",
            "--warnings",
            "off",
            "--no-color",
        ];
        LEFT_OUT.iter().for_each(|(name, _)| args.extend(["--exclude-operation-id", *name]));
        let hooks = source("hooks.py");
        let more = [("SCHEMATHESIS_HOOKS", text(&hooks)), ("GALLERIA_IDS", ids.as_str())];
        check(text(document), &shop.run(&schemathesis, &args, &more));
    }
    assert_eq!(shop.admin().get("/api/v1/products").await.status, 200, "the shop is there as before");
}

/// What no list shows: carts that are open.
async fn ids(admin: &mut Client) -> Value {
    let mut carts = Vec::new();
    for _ in 0..6 {
        let made = admin.post("/api/v1/carts", &json!({})).await;
        carts.push(made.json()["id"].clone());
    }
    json!({ "/api/v1/carts": carts })
}
