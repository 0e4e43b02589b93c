//! The real binary, serving on a free port.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::client::Client;
use crate::{binary, free_port};

/// The settings that keep somebody from asking too often.
const UNLIMITED: [&str; 4] =
    ["GALLERIA_CLIENT_LIMIT", "GALLERIA_SERVICE_LIMIT", "GALLERIA_TENANT_LIMIT", "GALLERIA_GUESS_LIMIT"];

/// Where a server's tenants live.
#[derive(Clone)]
pub enum Cell {
    Folder(PathBuf),
    Database(String),
    /// A database that came from elsewhere, and the key file that came with it.
    Keyed(String, PathBuf),
}

impl Cell {
    pub fn args(&self) -> Vec<String> {
        match self {
            Self::Folder(path) => vec!["--data".into(), path.display().to_string()],
            Self::Database(url) => Self::Keyed(url.clone(), crate::key_file()).args(),
            Self::Keyed(url, key) => {
                vec!["--database-url".into(), url.clone(), "--key-file".into(), key.display().to_string()]
            }
        }
    }

    fn is_shared(&self) -> bool {
        matches!(self, Self::Database(_) | Self::Keyed(..))
    }
}

pub struct Server {
    cell: Cell,
    environment: Vec<(String, String)>,
    /// How many files it may have open, if that is not what the machine says.
    files: Option<u32>,
    pub port: u16,
    child: Option<Child>,
    log: PathBuf,
    folder: TempDir,
}

impl Server {
    pub async fn start(cell: Cell) -> Self {
        Self::start_with(cell, &[]).await
    }

    pub async fn start_with(cell: Cell, environment: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let environment =
            environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let log = folder.path().join("log");
        let (port, files) = (free_port(), None);
        let mut server = Self { cell, environment, files, port, child: None, log, folder };
        server.up().await;
        server
    }

    /// Starts it again with so many files that it may have open, its connections among them.
    pub async fn with_files(mut self, files: u32) -> Self {
        self.stop();
        self.files = Some(files);
        self.up().await;
        self
    }

    /// The domain below which its shops answer.
    pub fn domain(&self) -> &str {
        let named = self.environment.iter().find(|(name, _)| name == "GALLERIA_BASE_DOMAIN");
        named.map_or("localhost", |(_, domain)| domain)
    }

    /// Starts it again, on the same port.
    pub async fn up(&mut self) {
        self.spawn();
        let started = Instant::now();
        loop {
            let mut client = Client::new(self.port, "localhost", None);
            // One that encrypts leads on, and is ready when it does.
            let answer = client.send("GET", "/readyz", &[], None).await;
            if answer.is_ok_and(|answer| matches!(answer.status, 200 | 308)) {
                return;
            }
            let gone = self.child.as_mut().and_then(|child| child.try_wait().ok()).flatten();
            assert!(
                gone.is_none() && started.elapsed() < Duration::from_secs(30),
                "the server did not start:\n{}",
                self.log()
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    pub fn spawn(&mut self) {
        let log = std::fs::OpenOptions::new().create(true).append(true).open(&self.log).unwrap();
        let files = self.files.map_or_else(String::new, |files| format!("ulimit -n {files}; "));
        let child = Command::new("sh")
            .args(["-c", &format!("{files}exec \"$0\" \"$@\"")])
            .arg(binary())
            .arg("serve")
            .args(self.cell.args())
            .args(["--listen", &format!("127.0.0.1:{}", self.port)])
            // A suite asks more often than any client may; a test about that says so.
            .envs(UNLIMITED.map(|name| (name, "0")))
            .envs(self.cell.is_shared().then(|| ("GALLERIA_SEARCH", self.search_folder())))
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        self.child = Some(child);
    }

    /// Where products are searched for by a server that has no folder of its own.
    pub fn search_folder(&self) -> PathBuf {
        self.folder.path().join("search")
    }

    /// `kill -9`: no chance to put anything in order.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Asks it to stop and waits until it has.
    pub fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = Command::new("kill").args(["-TERM", &child.id().to_string()]).status();
            let status = child.wait().unwrap();
            assert!(status.success(), "the server did not stop well:\n{}", self.log());
        }
    }

    pub fn pid(&self) -> u32 {
        self.child.as_ref().unwrap().id()
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// A client of a shop, by its slug.
    pub fn client(&self, slug: &str, key: Option<&str>) -> Client {
        Client::new(self.port, &format!("{slug}.{}", self.domain()), key)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Runs the command line and returns what it said.
pub fn galleria(args: &[&str]) -> Output {
    Command::new(binary()).args(args).stdin(Stdio::null()).output().unwrap()
}

/// A command on a cell, to be run.
pub fn binary_command(cell: &Cell, args: &[&str]) -> Command {
    let mut command = Command::new(binary());
    command.args(args).args(cell.args()).stdin(Stdio::null());
    command
}

/// Runs a command on a cell; it must end well. Returns what it printed.
pub fn command(cell: &Cell, args: &[&str]) -> String {
    let output = binary_command(cell, args).output().unwrap();
    assert!(output.status.success(), "{args:?} said: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// Runs a command on a cell that must refuse it. Returns the sentence it said.
pub fn refused(cell: &Cell, args: &[&str]) -> String {
    let output = binary_command(cell, args).output().unwrap();
    assert!(
        !output.status.success(),
        "{args:?} was not refused: {}",
        String::from_utf8_lossy(&output.stdout)
    );
    String::from_utf8_lossy(&output.stderr).trim().to_owned()
}

/// Makes a tenant with an admin key, and returns the key's secret.
pub fn make_tenant(cell: &Cell, slug: &str) -> String {
    command(cell, &["tenant", "create", slug, "--name", slug, "--currency", "EUR"]);
    make_key(cell, slug, "admin")
}

/// Makes a key of a role, and returns its secret.
pub fn make_key(cell: &Cell, slug: &str, role: &str) -> String {
    command(cell, &["tenant", "key", "create", slug, "--name", "test", "--role", role])
}

/// `galleria verify`, which must be clean; returns its report.
pub fn verify(cell: &Cell) -> Value {
    let output = Command::new(binary()).args(["verify", "--json"]).args(cell.args()).output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("verify said: {}", String::from_utf8_lossy(&output.stderr)));
    assert!(output.status.success() && report["clean"] == true, "{report:#}");
    report
}

/// A copy of a file's bytes, to see later that nobody touched it.
pub fn bytes(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap()
}
