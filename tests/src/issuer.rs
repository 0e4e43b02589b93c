//! A real issuer of OpenID Connect (oidc-provider), and a person with a browser who fills in its forms.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::client::Client;
use crate::free_port;

/// Where it sends browsers that signed in for another program.
const ELSEWHERE: &str = "https://shop.example/back";

pub struct Issuer {
    port: u16,
    people: String,
    back: String,
    process: Child,
}

impl Issuer {
    /// With people by their logins, and what it says of them; it sends browsers back to these addresses.
    pub async fn start(people: &Value, back: &[String]) -> Self {
        let mut all = vec![ELSEWHERE.to_owned()];
        all.extend_from_slice(back);
        let (port, people, back) = (free_port(), people.to_string(), json!(all).to_string());
        let issuer = Self { port, process: spawn(port, &people, &back), people, back };
        issuer.wait().await;
        issuer
    }

    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The same issuer with other keys.
    pub async fn rotate(&mut self) {
        self.stop();
        self.process = spawn(self.port, &self.people, &self.back);
        self.wait().await;
    }

    pub fn stop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }

    /// Signs in as `login`, agrees to everything, and answers where the issuer sends the browser back to.
    pub async fn sign_in(&self, location: &str, login: &str) -> String {
        let mut browser = Walk { issuer: self, cookies: Vec::new() };
        let mut at = location.to_owned();
        for _ in 0..10 {
            let Some(path) = at.strip_prefix(&self.address()).map(str::to_owned) else { return at };
            let next = if path.starts_with("/interaction/") {
                let (_, page) = browser.ask("GET", &path, "").await;
                let login = format!("prompt=login&login={login}&password=any");
                let form = if page.contains("name=\"password\"") { &login } else { "prompt=consent" };
                browser.ask("POST", &path, form).await
            } else {
                browser.ask("GET", &path, "").await
            };
            let next = next.0.unwrap_or_else(|| panic!("{path} leads nowhere: {}", next.1));
            at = if next.starts_with('/') { format!("{}{next}", self.address()) } else { next };
        }
        panic!("the issuer sends the browser around in circles: {at}");
    }

    /// The tokens that somebody gets for another program, which asks for an audience.
    pub async fn tokens(&self, login: &str, audience: &str) -> Value {
        // The example of RFC 7636, appendix B.
        let (verifier, challenge) =
            ("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
        let at = format!(
            "{}/auth?client_id=in-body&response_type=code&redirect_uri={ELSEWHERE}&scope=openid%20email%20profile%20read&resource={}&nonce=n&code_challenge_method=S256&code_challenge={challenge}",
            self.address(),
            audience.replace('&', "%26")
        );
        let back = self.sign_in(&at, login).await;
        let code = back.split(['?', '&']).find_map(|pair| pair.strip_prefix("code=")).unwrap();
        let form = format!(
            "grant_type=authorization_code&client_id=in-body&client_secret=hush&redirect_uri={ELSEWHERE}&code_verifier={verifier}&code={code}"
        );
        let kind = [("content-type", "application/x-www-form-urlencoded")];
        self.client().send("POST", "/token", &kind, Some(&form)).await.unwrap().json()
    }

    fn client(&self) -> Client {
        Client::new(self.port, &format!("127.0.0.1:{}", self.port), None)
    }

    async fn wait(&self) {
        let started = Instant::now();
        loop {
            let asked = self.client().send("GET", "/.well-known/openid-configuration", &[], None).await;
            if asked.is_ok_and(|answer| answer.status == 200) {
                return;
            }
            assert!(started.elapsed() < Duration::from_secs(60), "the issuer did not come up in a minute");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

impl Drop for Issuer {
    fn drop(&mut self) {
        self.stop();
    }
}

struct Walk<'a> {
    issuer: &'a Issuer,
    /// Name, value, path.
    cookies: Vec<(String, String, String)>,
}

impl Walk<'_> {
    async fn ask(&mut self, method: &str, path: &str, form: &str) -> (Option<String>, String) {
        let fitting = self.cookies.iter().filter(|(_, _, under)| path.starts_with(under.as_str()));
        let cookies: Vec<_> = fitting.map(|(name, value, _)| format!("{name}={value}")).collect();
        let cookies = cookies.join("; ");
        let headers = [("cookie", cookies.as_str()), ("content-type", "application/x-www-form-urlencoded")];
        let answer = self.issuer.client().send(method, path, &headers, Some(form)).await.unwrap();
        for (_, cookie) in answer.headers.iter().filter(|(name, _)| name == "set-cookie") {
            self.keep(cookie);
        }
        let body = String::from_utf8_lossy(&answer.body).into_owned();
        (answer.header("location").map(str::to_owned), body)
    }

    fn keep(&mut self, cookie: &str) {
        let (pair, rest) = cookie.split_once(';').unwrap();
        let (name, value) = pair.split_once('=').unwrap();
        let path = rest.split("path=").nth(1).unwrap().split(';').next().unwrap().to_owned();
        self.cookies.retain(|(known, _, at)| known != name || *at != path);
        if !value.is_empty() {
            self.cookies.push((name.to_owned(), value.to_owned(), path));
        }
    }
}

fn spawn(port: u16, people: &str, back: &str) -> Child {
    let federation = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/federation/tests");
    let tools = Command::new("sh").arg(federation.join("tools.sh")).status().unwrap();
    assert!(tools.success(), "the tools could not be installed");
    let home = std::env::var("HOME").unwrap_or_else(|_| "/root".into());
    let library =
        PathBuf::from(home).join(".cache/galleria/oidc-provider/node_modules/oidc-provider/lib/index.js");
    Command::new("node")
        .arg(federation.join("federation/issuer.mjs"))
        .env("PORT", port.to_string())
        .env("PEOPLE", people)
        .env("BACK", back)
        .env("LIBRARY", format!("file://{}", library.display()))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}
