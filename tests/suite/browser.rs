//! A real browser, used as a person does: by what stands on the page, with mouse and keyboard.
//!
//! It is driven by the DevTools protocol over two pipes.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

const PATIENCE: Duration = Duration::from_secs(60);

/// WCAG 2.2 AA, and what is known to be good besides.
const TAGS: [&str; 6] = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

pub struct Browser {
    child: Child,
    to: ChildStdin,
    from: Receiver<Value>,
    calls: u64,
    session: String,
    axe: String,
    pretence: Option<Value>,
    /// What pages wrote to the console as errors of theirs.
    pub errors: Vec<String>,
    _profile: TempDir,
}

impl Browser {
    pub fn start() -> Self {
        let tools = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/entry/tests/tools.sh");
        assert!(Command::new("sh").arg(tools).status().unwrap().success());
        let home = std::env::var("HOME").unwrap_or_else(|_| "/root".into());
        let axe = Path::new(&home).join(".cache/galleria/axe-core/node_modules/axe-core/axe.min.js");
        let profile = tempfile::tempdir().unwrap();
        // The browser reads from descriptor 3 and writes to 4; what it says besides is of no interest.
        let script = "exec chromium --headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage \
            --no-first-run --disable-background-networking --disable-component-update --disable-extensions --disable-sync \
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
        let mut browser = Self {
            child,
            to,
            from: heard,
            calls: 0,
            session: String::new(),
            axe: std::fs::read_to_string(axe).unwrap(),
            pretence: None,
            errors: Vec::new(),
            _profile: profile,
        };
        let tab = browser.call("Target.createTarget", json!({ "url": "about:blank" }));
        let tab = json!({ "targetId": tab["targetId"], "flatten": true });
        browser.session =
            browser.call("Target.attachToTarget", tab)["sessionId"].as_str().unwrap().to_owned();
        for domain in ["Page", "Runtime", "Log"] {
            browser.call(&format!("{domain}.enable"), json!({}));
        }
        browser.call("Emulation.setScrollbarsHidden", json!({ "hidden": true }));
        browser.size(1280, 860);
        browser
    }

    /// From now on there is a device that keeps passkeys, and knows its owner.
    pub fn has_device(&mut self) {
        self.call("WebAuthn.enable", json!({}));
        let options = json!({
            "protocol": "ctap2", "ctap2Version": "ctap2_1", "transport": "internal", "hasResidentKey": true,
            "hasUserVerification": true, "isUserVerified": true, "automaticPresenceSimulation": true,
        });
        self.call("WebAuthn.addVirtualAuthenticator", json!({ "options": options }));
    }

    /// Opens an address, and waits until its script is ready.
    pub fn open(&mut self, url: &str) {
        self.go(url);
        self.until("'ready' in document.documentElement.dataset");
    }

    pub fn go(&mut self, url: &str) {
        self.call("Page.navigate", json!({ "url": "about:blank" }));
        self.call("Page.navigate", json!({ "url": url }));
    }

    /// Has pages answered, instead of by the server, by what `answer` makes of a path and the real `fetch`; until the
    /// next pretence.
    pub fn pretend(&mut self, answer: &str) {
        if let Some(last) = self.pretence.take() {
            self.call("Page.removeScriptToEvaluateOnNewDocument", json!({ "identifier": last }));
        }
        let source = format!(
            "{{ const real = window.fetch, answer = {answer};
                window.fetch = (path, options) => answer(path) ?? real(path, options); }}"
        );
        let added = self.call("Page.addScriptToEvaluateOnNewDocument", json!({ "source": source }));
        self.pretence = Some(added["identifier"].clone());
    }

    /// Types into the field of a label, over what stands there.
    pub fn fill(&mut self, label: &str, text: &str) {
        let found = self.until(&format!(
            "(() => {{ const input = [...document.querySelectorAll('label')]
                .filter(label => label.textContent === {} && label.control?.checkVisibility())
                .map(label => label.control).find(input => !document.querySelector('dialog[open]') || input.closest('dialog'));
                input?.focus(); input?.select(); return !!input; }})()",
            json!(label)
        ));
        assert_eq!(found, true);
        self.call("Input.insertText", json!({ "text": text }));
    }

    /// Presses the button or follows the link of this name with the mouse.
    pub fn press(&mut self, name: &str) {
        let place = self.until(&format!(
            "(() => {{ const open = document.querySelector('dialog[open]') ?? document;
                const one = [...open.querySelectorAll('button, a')].find(one =>
                    (one.ariaLabel || one.textContent).trim() === {} && one.checkVisibility());
                if (!one || one.ariaDisabled === 'true') return null;
                one.scrollIntoView({{ block: 'center', behavior: 'instant' }});
                const box = one.getBoundingClientRect();
                const at = [box.x + box.width / 2, box.y + box.height / 2];
                return one.contains(document.elementFromPoint(...at)) ? at : null; }})()",
            json!(name)
        ));
        for kind in ["mousePressed", "mouseReleased"] {
            let event =
                json!({ "type": kind, "x": place[0], "y": place[1], "button": "left", "clickCount": 1 });
            self.call("Input.dispatchMouseEvent", event);
        }
    }

    /// One key of the keyboard: `Enter`, `Tab`, `Escape` or ` `.
    pub fn key(&mut self, key: &str) {
        let (code, text) = match key {
            "Enter" => (13, "\r"),
            "Tab" => (9, ""),
            "Escape" => (27, ""),
            _ => (32, " "),
        };
        let down = json!({ "type": if text.is_empty() { "rawKeyDown" } else { "keyDown" }, "key": key, "windowsVirtualKeyCode": code, "text": text });
        self.call("Input.dispatchKeyEvent", down);
        let up = json!({ "type": "keyUp", "key": key, "windowsVirtualKeyCode": code });
        self.call("Input.dispatchKeyEvent", up);
    }

    /// Waits until this text can be read on the page.
    pub fn sees(&mut self, text: &str) {
        self.until(&format!("document.body?.innerText.includes({})", json!(text)));
    }

    pub fn reads(&mut self) -> String {
        self.eval("document.body.innerText").as_str().unwrap().to_owned()
    }

    /// Waits for what is true, and answers it.
    pub fn until(&mut self, expression: &str) -> Value {
        for _ in 0..200 {
            let found = self.try_eval(expression).unwrap_or(Value::Null);
            if !matches!(found, Value::Null | Value::Bool(false)) {
                return found;
            }
            let pause = "new Promise(done => setTimeout(done, 25))";
            let _ = self.try_eval(pause);
        }
        let (where_, reads) = (self.eval("location.href"), self.reads());
        panic!("waited in vain for {expression}\nat {where_}, which reads:\n{reads}\n{:#?}", self.errors);
    }

    pub fn eval(&mut self, expression: &str) -> Value {
        self.try_eval(expression).unwrap_or_else(|error| panic!("{expression}: {error}"))
    }

    fn try_eval(&mut self, expression: &str) -> Result<Value, String> {
        let asked = json!({
            "expression": expression, "awaitPromise": true, "returnByValue": true, "userGesture": true,
        });
        // A page that is being left cannot answer.
        let answer = self.ask("Runtime.evaluate", asked)?;
        match &answer["exceptionDetails"] {
            Value::Null => Ok(answer["result"]["value"].clone()),
            thrown => Err(thrown.to_string()),
        }
    }

    /// Looks at the page as it is now, in light and dark, wide and on a phone: nobody is shut out by how it is made.
    pub fn looks_right(&mut self, name: &str) {
        // Colours and sizes are what differs; the rest is the same page.
        for (form, width, scheme, rules) in [
            ("wide", 1280, "light", json!({ "type": "tag", "values": TAGS })),
            ("phone", 390, "dark", json!({ "type": "rule", "values": ["color-contrast", "target-size"] })),
        ] {
            self.size(width, 860);
            let scheme = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
            self.call("Emulation.setEmulatedMedia", scheme);
            self.picture(&format!("{name}-{form}"));
            let found = self.violations(&rules);
            assert!(found.is_empty(), "{name}, {form}: {found:#?}");
        }
        self.size(320, 640);
        let over = self.eval("document.documentElement.scrollWidth - document.documentElement.clientWidth");
        assert_eq!(over, 0, "{name} is wider than a small phone");
        self.size(1280, 860);
        self.call("Emulation.setEmulatedMedia", json!({ "features": [] }));
    }

    /// The ids of those that are printed, of some parts of the page.
    pub fn on_paper(&mut self, parts: &str) -> Value {
        self.call("Emulation.setEmulatedMedia", json!({ "media": "print" }));
        let printed = self.eval(&format!(
            "[...document.querySelectorAll({})].filter(one => one.checkVisibility()).map(one => one.id)",
            json!(parts)
        ));
        self.call("Emulation.setEmulatedMedia", json!({ "media": "" }));
        printed
    }

    fn violations(&mut self, rules: &Value) -> Vec<String> {
        if self.eval("typeof axe") == "undefined" {
            let axe = self.axe.clone();
            self.eval(&format!("{axe}; 0"));
        }
        let found = self.eval(&format!(
            "axe.run(document, {{ runOnly: {rules}, resultTypes: ['violations'] }}).then(({{ violations, passes }}) => ({{
                passed: passes.length,
                found: violations.map(one => one.id + ': ' + one.help + ' ' + one.nodes.map(node => node.html).join(' | ')),
            }}))"
        ));
        assert!(found["passed"].as_u64().unwrap() > 0, "axe looked at nothing: {found}");
        serde_json::from_value(found["found"].clone()).unwrap()
    }

    /// Keeps a picture for somebody to look at, when a folder for such is named.
    fn picture(&mut self, name: &str) {
        let Some(folder) = std::env::var_os("PICTURES_OF_PAGES").map(PathBuf::from) else { return };
        let shot =
            self.call("Page.captureScreenshot", json!({ "format": "png", "captureBeyondViewport": true }));
        use base64::Engine as _;
        let bytes = base64::engine::general_purpose::STANDARD.decode(shot["data"].as_str().unwrap()).unwrap();
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(format!("{name}.png")), bytes).unwrap();
    }

    fn size(&mut self, width: u32, height: u32) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.call("Emulation.setDeviceMetricsOverride", size);
    }

    fn call(&mut self, method: &str, params: Value) -> Value {
        self.ask(method, params).unwrap_or_else(|error| panic!("{method}: {error}"))
    }

    fn ask(&mut self, method: &str, params: Value) -> Result<Value, String> {
        self.calls += 1;
        let mut message = json!({ "id": self.calls, "method": method, "params": params });
        if !self.session.is_empty() {
            message["sessionId"] = self.session.as_str().into();
        }
        self.to.write_all(format!("{message}\0").as_bytes()).unwrap();
        loop {
            let heard = self.from.recv_timeout(PATIENCE).expect("the browser answers");
            if heard["id"] == self.calls {
                return match &heard["error"] {
                    Value::Null => Ok(heard["result"].clone()),
                    error => Err(error.to_string()),
                };
            }
            self.note(&heard);
        }
    }

    fn note(&mut self, heard: &Value) {
        let entry = &heard["params"]["entry"];
        // A refusal of the API is written to the console by the browser itself.
        if heard["method"] == "Log.entryAdded" && entry["level"] == "error" && entry["source"] != "network" {
            self.errors.push(entry["text"].to_string());
        }
        if heard["method"] == "Runtime.exceptionThrown" {
            self.errors.push(heard["params"]["exceptionDetails"].to_string());
        }
        if heard["method"] == "Runtime.consoleAPICalled" && heard["params"]["type"] == "error" {
            self.errors.push(heard["params"]["args"].to_string());
        }
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
