//! A real issuer of OpenID Connect (oidc-provider), and a person with a browser who fills in its forms.

use std::fs::File;
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::time::timeout;

use crate::client::Client;
use crate::tool;

/// Where it sends browsers that signed in for another program.
const ELSEWHERE: &str = "https://shop.example/back";

/// It is a process of a test's own, and ends with it.
pub struct Issuer {
    port: u16,
    process: Child,
    to: ChildStdin,
    from: Lines<BufReader<ChildStdout>>,
    /// What it says besides.
    folder: TempDir,
}

impl Issuer {
    /// With people by their logins, and what it says of them; it sends browsers back to these addresses.
    pub async fn start(people: &Value, back: &[String]) -> Self {
        let library = tool("federation", "oidc-provider/node_modules/oidc-provider/lib/index.js");
        let folder = tempfile::tempdir().unwrap();
        let mut all = vec![ELSEWHERE.to_owned()];
        all.extend_from_slice(back);
        let mut process = Command::new("node")
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/src/issuer.mjs"))
            .env("PEOPLE", people.to_string())
            .env("BACK", json!(all).to_string())
            .env("LIBRARY", format!("file://{}", library.display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(File::create(folder.path().join("said")).unwrap())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let to = process.stdin.take().unwrap();
        let from = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut issuer = Self { port: 0, process, to, from, folder };
        issuer.port = issuer.answers().await;
        issuer
    }

    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The same issuer with other keys.
    pub async fn rotate(&mut self) {
        self.to.write_all(b"other keys\n").await.unwrap();
        assert_eq!(self.answers().await, self.port);
    }

    pub async fn stop(&mut self) {
        self.process.kill().await.unwrap();
    }

    /// Signs in as `login`, agrees to everything, and answers where the issuer sends the browser back to.
    pub async fn sign_in(&self, location: &str, login: &str) -> String {
        let mut browser = Walk { issuer: self, cookies: Vec::new() };
        let mut at = location.to_owned();
        for _ in 0..10 {
            let Some(path) = at.strip_prefix(&self.address()).map(str::to_owned) else { return at };
            at = if path.starts_with("/interaction/") {
                let (_, page) = browser.ask("GET", &path, "").await;
                let login = format!("prompt=login&login={login}&password=any");
                let form = if page.contains("name=\"password\"") { &login } else { "prompt=consent" };
                browser.go("POST", &path, form).await
            } else {
                browser.go("GET", &path, "").await
            };
        }
        panic!("the issuer sends the browser around in circles: {at}");
    }

    /// Presses “cancel” where the issuer asks who it is, and answers where it sends the browser back to.
    pub async fn decline(&self, location: &str) -> String {
        let mut browser = Walk { issuer: self, cookies: Vec::new() };
        let path = |at: &str| at.strip_prefix(&self.address()).unwrap_or(at).to_owned();
        let form = browser.go("GET", &path(location), "").await;
        let next = browser.go("GET", &format!("{}/abort", path(&form)), "").await;
        browser.go("GET", &path(&next), "").await
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

    /// Waits until it names the port on which it answers now.
    async fn answers(&mut self) -> u16 {
        let line = timeout(Duration::from_secs(60), self.from.next_line()).await;
        let port = line.as_ref().ok().and_then(|line| line.as_ref().ok()?.as_ref()?.parse().ok());
        port.unwrap_or_else(|| {
            let said = std::fs::read_to_string(self.folder.path().join("said")).unwrap();
            panic!("the issuer did not come up: {line:?}\n{said}")
        })
    }
}

struct Walk<'a> {
    issuer: &'a Issuer,
    /// Name, value, path.
    cookies: Vec<(String, String, String)>,
}

impl Walk<'_> {
    /// Where this leads.
    async fn go(&mut self, method: &str, path: &str, form: &str) -> String {
        let (location, page) = self.ask(method, path, form).await;
        let next = location.unwrap_or_else(|| panic!("{method} {path} leads nowhere: {page}"));
        if next.starts_with('/') { format!("{}{next}", self.issuer.address()) } else { next }
    }

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
