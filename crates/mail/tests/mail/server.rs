//! A mail server of a test's own: aiosmtpd, as `server.py` sets it up.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use galleria_tests::tool;
use serde_json::Value;
use tempfile::TempDir;

pub struct Server {
    folder: TempDir,
    child: Child,
    pub port: u16,
    pub certificate: Option<String>,
}

impl Server {
    /// `plain`, `login`, `starttls` or `tls`.
    pub fn start(mode: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let encrypts = mode.ends_with("tls");
        let certificate = encrypts.then(|| certificate(folder.path()));
        let file = |name: &str| if encrypts { folder.path().join(name) } else { "".into() };
        let mut command = Command::new(tool("mail", "aiosmtpd/bin/python"));
        command
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/mail/server.py"))
            .arg(mode)
            .arg(folder.path().join("log"));
        command.arg(file("certificate.pem")).arg(file("key.pem"));
        let quiet = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = quiet.spawn().unwrap();
        let mut port = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut port).unwrap();
        Self { folder, child, port: port.trim().parse().unwrap(), certificate }
    }

    /// What was asked for and what was taken, in order.
    fn log(&self) -> Vec<Value> {
        let log = std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
        log.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    pub fn letters(&self) -> Vec<Value> {
        self.log().into_iter().filter(|line| line.get("headers").is_some()).collect()
    }

    pub fn times_asked(&self) -> usize {
        self.log().iter().filter(|line| line.get("asked").is_some()).count()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// For localhost, signed by itself.
fn certificate(folder: &Path) -> String {
    let mut command = Command::new("openssl");
    command.current_dir(folder).args([
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
    ]);
    command.args([
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=localhost",
        "-addext",
        "subjectAltName=DNS:localhost",
    ]);
    command.args(["-addext", "basicConstraints=critical,CA:FALSE"]);
    let output = command.args(["-keyout", "key.pem", "-out", "certificate.pem"]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    std::fs::read_to_string(folder.join("certificate.pem")).unwrap()
}
