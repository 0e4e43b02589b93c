//! A shop where orders are paid at a sandbox.

use std::process::{Child, Command, Stdio};

use galleria_tests::{Answer, Client, binary, eventually, free_port};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::world::{Engine, World, lamp, order};

/// The sandbox, in a process that outlives the server.
pub struct Sandbox {
    port: u16,
    pause: u64,
    child: Option<Child>,
    folder: TempDir,
}

impl Sandbox {
    pub async fn start(pause: u64) -> Self {
        let (port, folder) = (free_port(), tempfile::tempdir().unwrap());
        let mut sandbox = Self { port, pause, child: None, folder };
        sandbox.up().await;
        sandbox
    }

    pub async fn up(&mut self) {
        let book = self.folder.path().join("book");
        let child = Command::new(binary())
            .args(["sandbox-payments", "--listen", &format!("127.0.0.1:{}", self.port)])
            .args(["--book", &book.display().to_string(), "--pause", &self.pause.to_string()])
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        self.child = Some(child.unwrap());
        eventually("the sandbox answers", async || {
            self.client("x").send("GET", "/account", &[], None).await.is_ok()
        })
        .await;
    }

    pub fn down(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub fn client(&self, account: &str) -> Client {
        Client::new(self.port, "127.0.0.1", Some(account))
    }

    /// What moved, by its book.
    pub async fn book(&self, account: &str) -> Vec<Value> {
        self.client(account).get("/book").await.json()["items"].as_array().unwrap().clone()
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.down();
    }
}

/// A shop with lamps, a sandbox to pay at, and an admin.
pub struct Till {
    pub world: World,
    pub sandbox: Sandbox,
    pub admin: Client,
    pub provider: String,
}

impl Till {
    pub async fn open(engine: Engine) -> Self {
        Self::open_slowly(engine, 0).await
    }

    pub async fn open_slowly(engine: Engine, pause: u64) -> Self {
        Self::open_with(engine, pause, &[]).await
    }

    pub async fn open_with(engine: Engine, pause: u64, environment: &[(&str, &str)]) -> Self {
        let sandbox = Sandbox::start(pause).await;
        let address = sandbox.address();
        let environment = [environment, &[("GALLERIA_SANDBOX_PAYMENTS", &address)]].concat();
        let world = World::start_with(engine, 1, &environment).await;
        let mut admin = world.admin("a");
        admin.post("/api/v1/products", &lamp("L", 10_000)).await;
        let provider = take_on(&mut admin).await;
        Self { world, sandbox, admin, provider }
    }

    pub async fn order(&mut self) -> String {
        let placed = self.admin.post("/api/v1/orders", &order(&[("L", 1)])).await;
        text(&placed.json()["id"])
    }

    pub async fn pay(&mut self, order: &str, method: &str) -> Answer {
        self.admin.post("/api/v1/payments", &json!({ "order_id": order, "method": method })).await
    }

    pub async fn ask(&mut self, payment: &Value, what: &str, body: Value) -> Answer {
        self.admin.post(&format!("/api/v1/payments/{}/{what}", text(&payment["id"])), &body).await
    }

    pub async fn until(&mut self, payment: &Value, status: &str) -> Value {
        until(&mut self.admin, &text(&payment["id"]), status).await
    }

    pub async fn book(&self) -> Vec<Value> {
        self.sandbox.book("shop-a").await
    }
}

pub async fn take_on(admin: &mut Client) -> String {
    let sandbox = json!({
        "name": "Sandbox", "kind": "sandbox", "secret": "shop-a", "webhook_secret": "whsec", "timeout_seconds": 1,
    });
    let added = admin.post("/api/v1/payment-providers", &sandbox).await;
    assert_eq!(added.status, 201, "{}", added.json());
    text(&added.json()["id"])
}

pub async fn until(admin: &mut Client, payment: &str, status: &str) -> Value {
    admin.until(&format!("/api/v1/payments/{payment}"), |read| read["status"] == status).await
}

/// Has the report of a day made, and answers it.
pub async fn reported(admin: &mut Client, day: &str) -> Value {
    admin.post("/api/v1/jobs", &json!({ "name": "payments.report", "args": { "day": day } })).await;
    let path = format!("/api/v1/payments/reconciliation?day={day}");
    admin.until(&path, |found| found["items"][0].is_object()).await["items"][0].take()
}

pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

pub fn is(answer: &Answer, status: u16, code: &str) {
    assert_eq!((answer.status, answer.code().as_str()), (status, code), "{}", answer.json());
}

/// As a provider signs.
pub fn signed(secret: &str, body: &str, age: u64) -> String {
    let at = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs() - age;
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, secret.as_bytes());
    let tag = ring::hmac::sign(&key, format!("{at}.{body}").as_bytes());
    let hex: String = tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={at},v1={hex}")
}
