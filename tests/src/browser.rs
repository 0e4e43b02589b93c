//! A real browser with a virtual device that keeps passkeys, driven by the DevTools protocol over two pipes.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
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
    _profile: TempDir,
}

impl Browser {
    pub fn start() -> Self {
        let tools = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/credentials/tests/tools.sh");
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
        let session = String::new();
        let mut browser = Self { child, to, from: heard, calls: 0, session, _profile: profile };
        let tab = browser.call("Target.createTarget", json!({ "url": "about:blank" }));
        let tab = json!({ "targetId": tab["targetId"], "flatten": true });
        browser.session = text(&browser.call("Target.attachToTarget", tab)["sessionId"]);
        browser.call("Page.enable", json!({}));
        // Our pages run no scripts; what the test asks for, it asks from outside of them.
        browser.call("Page.setBypassCSP", json!({ "enabled": true }));
        browser.call("WebAuthn.enable", json!({}));
        let options = json!({
            "protocol": "ctap2", "ctap2Version": "ctap2_1", "transport": "internal", "hasResidentKey": true,
            "hasUserVerification": true, "isUserVerified": true, "automaticPresenceSimulation": true,
        });
        browser.call("WebAuthn.addVirtualAuthenticator", json!({ "options": options }));
        browser
    }

    pub fn go_to(&mut self, url: &str) {
        self.call("Page.navigate", json!({ "url": url }));
        while self.hear()["method"] != "Page.loadEventFired" {}
    }

    /// Asks the server from the page that is shown: the status, and the body as JSON.
    pub fn fetch(&mut self, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
        let (method, path) = (json!(method), json!(path));
        let body = body.map_or(String::new(), |body| {
            format!(", body: {}, headers: {{ 'content-type': 'application/json' }}", json!(body.to_string()))
        });
        let answer = self.evaluate(&format!(
            "(async () => {{
                const answer = await fetch({path}, {{ method: {method}{body} }});
                const text = await answer.text();
                return {{ status: answer.status, body: text ? JSON.parse(text) : null }};
            }})()"
        ));
        let status = answer["status"].as_u64().unwrap_or_else(|| panic!("{method} {path}: {answer}"));
        (u16::try_from(status).unwrap(), answer["body"].clone())
    }

    /// What `navigator.credentials.create` answers, or the name of the error.
    pub fn create(&mut self, options: &Value) -> Result<Value, String> {
        self.ceremony("create", "parseCreationOptionsFromJSON", options)
    }

    /// What `navigator.credentials.get` answers, or the name of the error.
    pub fn get(&mut self, options: &Value) -> Result<Value, String> {
        self.ceremony("get", "parseRequestOptionsFromJSON", options)
    }

    fn ceremony(&mut self, verb: &str, parse: &str, options: &Value) -> Result<Value, String> {
        let answer = self.evaluate(&format!(
            "(async () => {{ try {{
                const publicKey = PublicKeyCredential.{parse}({options});
                const made = await navigator.credentials.{verb}({{ publicKey }});
                return {{ made: made.toJSON() }};
            }} catch (error) {{ return {{ error: error.name }}; }} }})()"
        ));
        if answer["made"].is_object() { Ok(answer["made"].clone()) } else { Err(text(&answer["error"])) }
    }

    fn evaluate(&mut self, expression: &str) -> Value {
        let asked = json!({
            "expression": expression, "awaitPromise": true, "returnByValue": true, "userGesture": true,
        });
        let answer = self.call("Runtime.evaluate", asked);
        assert!(answer["exceptionDetails"].is_null(), "{answer}");
        answer["result"]["value"].clone()
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

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}
