//! A Chromium without a screen, of a test's own, with one tab, and the DevTools protocol over two pipes.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::tools;

const PATIENCE: Duration = Duration::from_secs(60);

pub struct Pipe {
    child: Child,
    to: ChildStdin,
    from: Receiver<Value>,
    calls: u64,
    session: String,
    profile: TempDir,
}

impl Pipe {
    pub fn open(words: &[&str]) -> Self {
        tools::install("credentials");
        let profile = tempfile::tempdir().unwrap();
        // The browser reads from descriptor 3 and writes to 4; what it says besides is kept for the day it does not come.
        let script = "exec chromium-headless-shell --no-sandbox --disable-gpu --disable-dev-shm-usage \
            --no-first-run --disable-background-networking --disable-component-update --disable-extensions --disable-sync \
            --remote-debugging-pipe --user-data-dir=\"$PROFILE\" \"$@\" 3<&0 4>&1 >\"$SAID\" 2>&1 </dev/null";
        let mut child = Command::new("sh")
            .args(["-c", script, "sh"])
            .args(words)
            .env("PROFILE", profile.path())
            .env("SAID", said(&profile))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (to, mut from) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        let (tell, heard) = channel();
        std::thread::spawn(move || {
            let mut message = Vec::new();
            while from.read_until(0, &mut message).is_ok_and(|length| length > 0) {
                message.pop();
                if tell.send(serde_json::from_slice(&message).unwrap()).is_err() {
                    return;
                }
                message.clear();
            }
        });
        let mut pipe = Self { child, to, from: heard, calls: 0, session: String::new(), profile };
        let tab = pipe.ask("Target.createTarget", &json!({ "url": "about:blank" })).0.unwrap();
        let tab = json!({ "targetId": tab["targetId"], "flatten": true });
        let attached = pipe.ask("Target.attachToTarget", &tab).0.unwrap();
        pipe.session = attached["sessionId"].as_str().unwrap().to_owned();
        pipe
    }

    /// The answer, or what is wrong with the question; and the events that came before it.
    pub fn ask(&mut self, method: &str, params: &Value) -> (Result<Value, String>, Vec<Value>) {
        self.calls += 1;
        let mut message = json!({ "id": self.calls, "method": method, "params": params });
        if !self.session.is_empty() {
            message["sessionId"] = self.session.as_str().into();
        }
        let sent = self.to.write_all(format!("{message}\0").as_bytes());
        let mut events = Vec::new();
        loop {
            let heard = self.from.recv_timeout(PATIENCE).unwrap_or_else(|why| {
                let said = std::fs::read_to_string(said(&self.profile)).unwrap_or_default();
                panic!("the browser does not answer to {method}: {why}, {sent:?}\n{said}")
            });
            if heard["id"] != self.calls {
                events.push(heard);
                continue;
            }
            let answer = match &heard["error"] {
                Value::Null => Ok(heard["result"].clone()),
                error => Err(error.to_string()),
            };
            return (answer, events);
        }
    }
}

impl Drop for Pipe {
    fn drop(&mut self) {
        let _ = self.to.write_all(b"{\"id\":0,\"method\":\"Browser.close\"}\0");
        // It ends by itself, and with it the pipe; only one that hangs is killed.
        while self.from.recv_timeout(Duration::from_secs(10)).is_ok() {}
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn said(profile: &TempDir) -> PathBuf {
    profile.path().join("said")
}
