//! The real issuer, a process of its own for each test.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use http::Request;
use serde_json::Value;
use url::{Url, form_urlencoded};

use crate::{BACK, browser, outbound, seconds};

pub struct Peer {
    port: u16,
    people: String,
    process: Child,
}

impl Peer {
    /// With people by their logins, and what the issuer says of them.
    pub async fn start(people: Value) -> Self {
        let people = people.to_string();
        for _ in 0..5 {
            let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
            let mut peer = Self { port, process: spawn(port, &people), people: people.clone() };
            // Somebody else may have taken the port meanwhile.
            if peer.is_up().await {
                return peer;
            }
        }
        panic!("the issuer ended each time that it was started");
    }

    pub fn issuer(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The same issuer with other keys.
    pub async fn rotate(&mut self) {
        self.stop();
        self.process = spawn(self.port, &self.people);
        assert!(self.is_up().await, "the issuer did not come up again");
    }

    pub fn stop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }

    /// The tokens that somebody gets for another program, which asks for our API.
    pub async fn tokens(&self, login: &str, audience: &str) -> Value {
        // The example of RFC 7636, appendix B.
        let (verifier, challenge) =
            ("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
        let mut at = Url::parse(&format!("{}/auth", self.issuer())).unwrap();
        at.query_pairs_mut().extend_pairs([
            ("client_id", "in-body"),
            ("response_type", "code"),
            ("redirect_uri", BACK),
            ("scope", "openid email profile read"),
            ("resource", audience),
            ("nonce", "n"),
            ("code_challenge_method", "S256"),
            ("code_challenge", challenge),
        ]);
        let query = browser::sign_in(&at, login).await;
        let code = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "code").unwrap().1;
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "authorization_code")
            .append_pair("client_id", "in-body")
            .append_pair("client_secret", "hush")
            .append_pair("redirect_uri", BACK)
            .append_pair("code_verifier", verifier)
            .append_pair("code", &code)
            .finish();
        let request = Request::post(format!("{}/token", self.issuer()))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form.into_bytes());
        let answer = outbound().send(request.unwrap()).await.unwrap();
        serde_json::from_slice(answer.body()).unwrap()
    }

    /// Waits until it answers; says no when it has ended instead.
    async fn is_up(&mut self) -> bool {
        let (url, started) = (format!("{}/.well-known/openid-configuration", self.issuer()), Instant::now());
        let ready = || async {
            let request = Request::get(&url).body(Vec::new()).unwrap();
            outbound().send(request).await.is_ok_and(|answer| answer.status() == 200)
        };
        while !ready().await {
            if self.process.try_wait().unwrap().is_some() {
                return false;
            }
            assert!(started.elapsed() < seconds(60), "the issuer did not come up within a minute");
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        true
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.stop();
    }
}

fn spawn(port: u16, people: &str) -> Child {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/federation/issuer.mjs");
    let library = Url::from_file_path(tool("oidc-provider/node_modules/oidc-provider/lib/index.js")).unwrap();
    Command::new("node")
        .arg(script)
        .env("PORT", port.to_string())
        .env("PEOPLE", people)
        .env("LIBRARY", library.as_str())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn tool(name: &str) -> PathBuf {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tools.sh");
    assert!(Command::new("sh").arg(script).status().unwrap().success(), "the tools could not be installed");
    let home = std::env::var("HOME").unwrap_or_else(|_| "/root".into());
    Path::new(&home).join(".cache/galleria").join(name)
}
