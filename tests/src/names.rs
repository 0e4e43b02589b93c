//! A real name server (dnslib), and a page at port 80 of a loopback address that its names lead to.

use std::path::Path;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::free_port;
use crate::tools::tool;
use crate::waiting::blocking_until;

pub struct Names {
    folder: TempDir,
    port: u16,
    address: String,
    process: Child,
}

impl Names {
    pub fn start() -> Self {
        let (folder, port) = (tempfile::tempdir().unwrap(), free_port());
        std::fs::write(folder.path().join("zone"), "").unwrap();
        // Tests run at the same time, and each has a port 80 to itself.
        let address = format!("127.80.{}.{}", port >> 8, port & 255);
        let process = spawn(folder.path(), port, &address);
        let mut names = Self { folder, port, address, process };
        names.wait();
        names
    }

    /// Where it is asked.
    pub fn server(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Says these texts, each under its name, and lets these hosts lead to the page; nothing else.
    pub fn say(&self, texts: &[(&str, &str)], hosts: &[&str]) {
        let texts = texts.iter().map(|(name, text)| format!("{name}. 1 IN TXT \"{text}\"\n"));
        let hosts = hosts.iter().map(|host| format!("{host}. 1 IN A {}\n", self.address));
        let beside = self.folder.path().join("zone.new");
        std::fs::write(&beside, texts.chain(hosts).collect::<String>()).unwrap();
        std::fs::rename(beside, self.folder.path().join("zone")).unwrap();
    }

    /// What the page says.
    pub fn page(&self, text: &str) {
        std::fs::write(self.folder.path().join("page"), text).unwrap();
    }

    fn wait(&mut self) {
        let what = format!("the name server is up; it also listens at {}:80", self.address);
        blocking_until(&what, || {
            assert!(self.process.try_wait().unwrap().is_none(), "it has ended before this: {what}");
            self.folder.path().join("ready").exists()
        });
    }
}

impl Drop for Names {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn spawn(folder: &Path, port: u16, address: &str) -> Child {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/domains/tests/names.py");
    Command::new(tool("domains", "names/bin/python"))
        .arg(program)
        .args([folder.as_os_str(), port.to_string().as_ref(), address.as_ref()])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}
