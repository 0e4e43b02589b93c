//! A real browser, used as a person does: by what stands on the page, with mouse and keyboard.

mod device;
mod look;
mod pipe;

use serde_json::{Value, json};

use crate::waiting::Waiting;
use pipe::Pipe;

pub struct Browser {
    pipe: Pipe,
    /// The virtual device that keeps passkeys, where there is one.
    device: Option<String>,
    pretence: Option<Value>,
    /// What pages wrote to the console as errors of theirs.
    pub errors: Vec<String>,
}

impl Browser {
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// One that finds a domain, and all below it, on this machine; and believes every certificate.
    pub fn at(domain: &str) -> Self {
        let found = format!("--host-resolver-rules=MAP {domain} 127.0.0.1,MAP *.{domain} 127.0.0.1");
        Self::start_with(&[&found, "--ignore-certificate-errors"])
    }

    fn start_with(words: &[&str]) -> Self {
        let mut browser = Self { pipe: Pipe::open(words), device: None, pretence: None, errors: Vec::new() };
        for domain in ["Page", "Runtime", "Log"] {
            browser.call(&format!("{domain}.enable"), json!({}));
        }
        browser.call("Emulation.setScrollbarsHidden", json!({ "hidden": true }));
        browser.size(1280, 860);
        browser
    }

    /// From now on the test may ask from within pages what their own policy does not let them ask.
    pub fn ignores_policies(&mut self) {
        self.call("Page.setBypassCSP", json!({ "enabled": true }));
    }

    /// From now on no page runs a script.
    pub fn without_scripts(&mut self) {
        self.call("Emulation.setScriptExecutionDisabled", json!({ "value": true }));
    }

    /// Opens an address, and waits until its script is ready.
    pub fn open(&mut self, url: &str) {
        self.go(url);
        self.until("'ready' in document.documentElement.dataset");
    }

    /// Opens an address, and waits until all of it is there.
    pub fn load(&mut self, url: &str) {
        self.go(url);
        self.until("location.href !== 'about:blank' && document.readyState === 'complete'");
    }

    /// Leads to an address, by way of an empty page: what is waited for is not found on the last one.
    pub fn go(&mut self, url: &str) {
        for url in ["about:blank", url] {
            let gone = self.call("Page.navigate", json!({ "url": url }));
            assert!(gone["errorText"].is_null(), "{url}: {gone}");
        }
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

    /// Chooses from the list of a label what reads so.
    pub fn choose(&mut self, label: &str, text: &str) {
        let chosen = self.until(&format!(
            "(() => {{ const list = [...document.querySelectorAll('label')].find(label => label.textContent === {})?.control;
                const one = [...(list?.options ?? [])].find(one => one.textContent === {});
                if (!one) return null;
                list.focus(); list.value = one.value; list.dispatchEvent(new Event('change', {{ bubbles: true }}));
                return true; }})()",
            json!(label),
            json!(text)
        ));
        assert_eq!(chosen, true);
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
        let mut waiting = Waiting::patiently();
        while let Some(pause) = waiting.pause() {
            let found = self.try_eval(expression).unwrap_or(Value::Null);
            if !matches!(found, Value::Null | Value::Bool(false)) {
                return found;
            }
            std::thread::sleep(pause);
        }
        let (where_, reads) = (self.eval("location.href"), self.reads());
        panic!("waited in vain for {expression}\nat {where_}, which reads:\n{reads}\n{:#?}", self.errors);
    }

    pub fn eval(&mut self, expression: &str) -> Value {
        self.try_eval(expression).unwrap_or_else(|error| panic!("{expression}: {error}"))
    }

    /// Asks the server from the page that is shown: the status, and the body as JSON.
    pub fn fetch(&mut self, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
        let (method, path) = (json!(method), json!(path));
        let body = body.map_or(String::new(), |body| {
            format!(", body: {}, headers: {{ 'content-type': 'application/json' }}", json!(body.to_string()))
        });
        let answer = self.eval(&format!(
            "(async () => {{
                const answer = await fetch({path}, {{ method: {method}{body} }});
                const text = await answer.text();
                return {{ status: answer.status, body: text ? JSON.parse(text) : null }};
            }})()"
        ));
        let status = answer["status"].as_u64().unwrap_or_else(|| panic!("{method} {path}: {answer}"));
        (u16::try_from(status).unwrap(), answer["body"].clone())
    }

    fn try_eval(&mut self, expression: &str) -> Result<Value, String> {
        let asked = json!({
            "expression": expression, "awaitPromise": true, "returnByValue": true, "userGesture": true,
        });
        // A page that is being left cannot answer.
        let answer = self.ask("Runtime.evaluate", &asked)?;
        match &answer["exceptionDetails"] {
            Value::Null => Ok(answer["result"]["value"].clone()),
            thrown => Err(thrown.to_string()),
        }
    }

    fn call(&mut self, method: &str, params: Value) -> Value {
        self.ask(method, &params).unwrap_or_else(|error| panic!("{method}: {error}"))
    }

    fn ask(&mut self, method: &str, params: &Value) -> Result<Value, String> {
        let (answer, events) = self.pipe.ask(method, params);
        for event in &events {
            self.note(event);
        }
        answer
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
