//! A real browser with a virtual device that keeps passkeys, driven by the DevTools protocol over two pipes.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

const PATIENCE: Duration = Duration::from_secs(60);

pub struct Browser {
    child: Child,
    to: ChildStdin,
    from: Receiver<Value>,
    calls: u64,
    session: String,
    device: String,
    _profile: TempDir,
}

/// A page of no content on `http://localhost` and a free port.
pub struct Page {
    pub origin: String,
    port: u16,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Browser {
    pub fn start() -> Self {
        let tools = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tools.sh");
        assert!(Command::new("sh").arg(tools).status().unwrap().success());
        let profile = tempfile::tempdir().unwrap();
        // The browser reads from descriptor 3 and writes to 4; what it says besides is of no interest.
        let script = "exec chromium --headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage \
            --no-first-run --disable-background-networking --disable-component-update \
            --remote-debugging-pipe --user-data-dir=\"$1\" 3<&0 4>&1 >/dev/null 2>&1 </dev/null";
        let mut child = Command::new("sh")
            .args(["-c", script, "sh"])
            .arg(profile.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (to, mut from) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        let (said, heard) = channel();
        std::thread::spawn(move || {
            let mut message = Vec::new();
            while from.read_until(0, &mut message).is_ok_and(|length| length > 0) {
                message.pop();
                if said.send(serde_json::from_slice(&message).unwrap()).is_err() {
                    return;
                }
                message.clear();
            }
        });
        let (session, device) = (String::new(), String::new());
        let mut browser = Self { child, to, from: heard, calls: 0, session, device, _profile: profile };
        let tab = browser.call("Target.createTarget", json!({ "url": "about:blank" }));
        let tab = json!({ "targetId": tab["targetId"], "flatten": true });
        browser.session = text(&browser.call("Target.attachToTarget", tab)["sessionId"]);
        browser.call("Page.enable", json!({}));
        browser.call("WebAuthn.enable", json!({}));
        let options = json!({
            "protocol": "ctap2", "ctap2Version": "ctap2_1", "transport": "internal", "hasResidentKey": true,
            "hasUserVerification": true, "isUserVerified": true, "automaticPresenceSimulation": true,
        });
        let device = browser.call("WebAuthn.addVirtualAuthenticator", json!({ "options": options }));
        browser.device = text(&device["authenticatorId"]);
        browser
    }

    pub fn go_to(&mut self, page: &Page) {
        self.call("Page.navigate", json!({ "url": page.origin }));
        while self.hear()["method"] != "Page.loadEventFired" {}
    }

    /// What `navigator.credentials.create` answers, or the name of the error.
    pub fn create(&mut self, options: &str) -> Result<String, String> {
        self.ceremony("create", "parseCreationOptionsFromJSON", options)
    }

    /// What `navigator.credentials.get` answers, or the name of the error.
    pub fn get(&mut self, options: &str) -> Result<String, String> {
        self.ceremony("get", "parseRequestOptionsFromJSON", options)
    }

    /// The passkeys on the device, private halves included.
    pub fn on_device(&mut self) -> Vec<Value> {
        let device = json!({ "authenticatorId": self.device });
        self.call("WebAuthn.getCredentials", device)["credentials"].as_array().unwrap().clone()
    }

    pub fn remove_from_device(&mut self, passkey: &Value) {
        let which = json!({ "authenticatorId": self.device, "credentialId": passkey["credentialId"] });
        self.call("WebAuthn.removeCredential", which);
    }

    pub fn add_to_device(&mut self, passkey: &Value) {
        let which = json!({ "authenticatorId": self.device, "credential": passkey });
        self.call("WebAuthn.addCredential", which);
    }

    fn ceremony(&mut self, verb: &str, parse: &str, options: &str) -> Result<String, String> {
        let expression = format!(
            "(async () => {{ try {{
                const publicKey = PublicKeyCredential.{parse}({options});
                const made = await navigator.credentials.{verb}({{ publicKey }});
                return {{ made: JSON.stringify(made.toJSON()) }};
            }} catch (error) {{ return {{ error: error.name }}; }} }})()"
        );
        let asked = json!({
            "expression": expression, "awaitPromise": true, "returnByValue": true, "userGesture": true,
        });
        let answer = self.call("Runtime.evaluate", asked);
        let answer = &answer["result"]["value"];
        answer["made"].as_str().map(str::to_owned).ok_or_else(|| text(&answer["error"]))
    }

    fn call(&mut self, method: &str, params: Value) -> Value {
        self.calls += 1;
        let mut message = json!({ "id": self.calls, "method": method, "params": params });
        if !self.session.is_empty() {
            message["sessionId"] = self.session.as_str().into();
        }
        self.to.write_all(format!("{message}\0").as_bytes()).unwrap();
        loop {
            let heard = self.hear();
            if heard["id"] == self.calls {
                assert!(heard["error"].is_null(), "{method}: {}", heard["error"]);
                return heard["result"].clone();
            }
        }
    }

    fn hear(&mut self) -> Value {
        self.from.recv_timeout(PATIENCE).expect("the browser answers")
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        self.session.clear();
        let _ = self.to.write_all(b"{\"id\":0,\"method\":\"Browser.close\"}\0");
        // It ends by itself, and with it the pipe; only one that hangs is killed.
        while self.from.recv_timeout(Duration::from_secs(10)).is_ok() {}
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Page {
    pub fn serve() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if stopped.load(Ordering::Relaxed) {
                    return;
                }
                stream.map(answer).unwrap();
            }
        });
        Self { origin: format!("http://localhost:{port}"), port, stop, thread: Some(thread) }
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        drop(TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn answer(mut stream: TcpStream) {
    // A browser opens connections in advance, on which it may never say anything.
    let _ = stream.set_read_timeout(Some(Duration::from_secs(1)));
    let mut request = [0; 4_096];
    if stream.read(&mut request).is_ok_and(|length| length > 0) {
        let page = "<!doctype html><title>shop</title>";
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\nContent-Length";
        let _ = write!(stream, "{head}: {}\r\n\r\n{page}", page.len());
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}
