//! The three places, each started as the real thing it is.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use blobs::{Blobs, Place, PlaceOptions};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use galleria_tests::{eventually, free_port, tool};
use kernel::TenantId;
use ring::hmac;
use tempfile::TempDir;

use crate::http::{encoded, request};

pub const KEY: [u8; 32] = [7; 32];

/// A place, and what only a test wants to know about it.
pub trait Home: Sync {
    fn blobs(&self) -> Blobs;

    /// What is there of a tenant beside whole blobs: staged files, parts of uploads.
    fn leftovers(&self, tenant: TenantId) -> BoxFuture<'_, Vec<String>>;

    /// Whether a signed address says under which name a file is kept.
    fn names_files(&self) -> bool {
        true
    }
}

pub struct Folder(TempDir);

impl Folder {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self) -> PathBuf {
        self.0.path().join("files")
    }
}

impl Home for Folder {
    fn blobs(&self) -> Blobs {
        let url = format!("file://{}", self.path().display());
        Blobs::open(&Place::parse(&url, &PlaceOptions::default()).unwrap()).unwrap()
    }

    fn leftovers(&self, tenant: TenantId) -> BoxFuture<'_, Vec<String>> {
        async move {
            let Ok(entries) = std::fs::read_dir(self.path().join(tenant.to_string())) else {
                return Vec::new();
            };
            let names = entries.flatten().map(|entry| entry.file_name().into_string().unwrap());
            names.filter(|name| name.contains('#')).collect()
        }
        .boxed()
    }
}

pub struct S3 {
    port: u16,
    _process: Process,
}

impl S3 {
    pub async fn start() -> Self {
        let (port, program) = (free_port(), tool("blobs", "moto/bin/moto_server"));
        let process =
            Process::start(Command::new(program).args(["-H", "127.0.0.1", "-p", &port.to_string()]));
        let home = Self { port, _process: process };
        home.wait().await;
        home
    }

    async fn wait(&self) {
        let bucket = format!("http://127.0.0.1:{}/galleria-files", self.port);
        eventually("moto is up", async || request("PUT", &bucket, &[], b"").await.status == 200).await;
    }
}

impl Home for S3 {
    fn blobs(&self) -> Blobs {
        let options = PlaceOptions {
            endpoint: Some(format!("http://127.0.0.1:{}", self.port)),
            region: Some("us-east-1".into()),
            key_id: Some("test".into()),
            secret: Some("test".into()),
            allow_http: true,
        };
        Blobs::open(&Place::parse("s3://galleria-files/live/files", &options).unwrap()).unwrap()
    }

    fn leftovers(&self, tenant: TenantId) -> BoxFuture<'_, Vec<String>> {
        async move {
            let address = format!("http://127.0.0.1:{}/galleria-files?uploads", self.port);
            let answer = request("GET", &address, &[], b"").await;
            let text = String::from_utf8(answer.body).unwrap();
            assert!(text.contains("ListMultipartUploadsResult"), "{text}");
            let uploads = text.split("<Key>").skip(1).map(|rest| rest.split('<').next().unwrap().to_owned());
            uploads.filter(|key| key.contains(&tenant.to_string())).collect()
        }
        .boxed()
    }
}

pub struct Azure {
    port: u16,
    _process: Process,
    _folder: TempDir,
}

/// Azurite's well-known account, the same on every machine.
const ACCOUNT: &str = "devstoreaccount1";
const ACCOUNT_KEY: &str =
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

impl Azure {
    pub async fn start() -> Self {
        let (port, program) = (free_port(), tool("blobs", "azurite/node_modules/.bin/azurite-blob"));
        let folder = tempfile::tempdir().unwrap();
        let process = Process::start(
            Command::new(program)
                .args(["--blobHost", "127.0.0.1", "--blobPort", &port.to_string()])
                .args(["--silent", "--disableTelemetry", "--skipApiVersionCheck", "--location"])
                .arg(folder.path()),
        );
        let home = Self { port, _process: process, _folder: folder };
        let container = home.signed("/galleria-files?restype=container");
        eventually("azurite is up", async || request("PUT", &container, &[], b"").await.status == 201).await;
        home
    }

    /// An address that may do all there is to the account for an hour (an account SAS).
    fn signed(&self, path: &str) -> String {
        let (version, expiry) = ("2021-08-06", "2099-01-01T00:00:00Z");
        let said = format!("{ACCOUNT}\nrwdlac\nb\nsco\n\n{expiry}\n\n\n{version}\n\n");
        let key = hmac::Key::new(hmac::HMAC_SHA256, &STANDARD.decode(ACCOUNT_KEY).unwrap());
        let signature = encoded(&STANDARD.encode(hmac::sign(&key, said.as_bytes())));
        format!(
            "http://127.0.0.1:{}/{ACCOUNT}{path}&sv={version}&ss=b&srt=sco&sp=rwdlac&se={}&sig={signature}",
            self.port,
            encoded(expiry)
        )
    }
}

impl Home for Azure {
    fn blobs(&self) -> Blobs {
        let options = PlaceOptions {
            endpoint: Some(format!("http://127.0.0.1:{}/{ACCOUNT}", self.port)),
            secret: Some(ACCOUNT_KEY.into()),
            allow_http: true,
            ..PlaceOptions::default()
        };
        let url = format!("azure://{ACCOUNT}/galleria-files/live");
        Blobs::open(&Place::parse(&url, &options).unwrap()).unwrap()
    }

    /// Azure knows no giving up: blocks that belong to no blob are never shown, and dropped after a week.
    fn leftovers(&self, _: TenantId) -> BoxFuture<'_, Vec<String>> {
        async move { Vec::new() }.boxed()
    }

    fn names_files(&self) -> bool {
        false
    }
}

/// A process of ours, ended with the test.
struct Process(Child);

impl Process {
    fn start(command: &mut Command) -> Self {
        Self(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
