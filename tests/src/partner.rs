//! Partners of a shop as processes of their own: an ERP (the npm library soap), a carrier, an engine of taxes, and a register.

use std::fs::File;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::timeout;

use crate::tool;

/// It belongs to one test, and ends with it.
pub struct Partner {
    pub port: u16,
    path: &'static str,
    _process: Child,
    to: ChildStdin,
    from: Lines<BufReader<ChildStdout>>,
    /// What it says besides.
    folder: TempDir,
}

impl Partner {
    /// An ERP that knows one user, or lets everybody in when the name is empty.
    pub async fn erp(user: &str, password: &str) -> Self {
        let library = tool("connect", "soap/node_modules/soap/lib/soap.js");
        let wsdl = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/connect/wsdl/erp.wsdl");
        let environment = [
            ("LIBRARY", format!("file://{}", library.display())),
            ("WSDL", wsdl.display().to_string()),
            ("USER", user.to_owned()),
            ("PASSWORD", password.to_owned()),
        ];
        Self::start("erp.mjs", "/erp", &environment).await
    }

    pub async fn carrier(key: &str) -> Self {
        Self::start("carrier.mjs", "/v1", &[("KEY", key.to_owned())]).await
    }

    /// An engine of taxes: 8 % for a state and 0.5 % for a city, everywhere.
    pub async fn taxes(key: &str) -> Self {
        Self::start("taxes.mjs", "/v1", &[("KEY", key.to_owned())]).await
    }

    /// The European Union's register of VAT numbers.
    pub async fn vies() -> Self {
        Self::start("vies.mjs", "/rest-api", &[]).await
    }

    async fn start(script: &str, path: &'static str, environment: &[(&str, String)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut process = Command::new("node")
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(script))
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(File::create(folder.path().join("said")).unwrap())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let to = process.stdin.take().unwrap();
        let from = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut partner = Self { port: 0, path, _process: process, to, from, folder };
        partner.port = u16::try_from(partner.answers().await.as_u64().unwrap()).unwrap();
        partner
    }

    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}{}", self.port, self.path)
    }

    /// Changes how it behaves; answers what it was asked so far.
    pub async fn say(&mut self, how: &Value) -> Value {
        self.to.write_all(format!("{how}\n").as_bytes()).await.unwrap();
        self.answers().await
    }

    async fn answers(&mut self) -> Value {
        let line = timeout(Duration::from_secs(60), self.from.next_line()).await;
        let value =
            line.as_ref().ok().and_then(|line| serde_json::from_str(line.as_ref().ok()?.as_ref()?).ok());
        value.unwrap_or_else(|| {
            let said = std::fs::read_to_string(self.folder.path().join("said")).unwrap();
            panic!("the partner did not answer: {line:?}\n{said}")
        })
    }
}
