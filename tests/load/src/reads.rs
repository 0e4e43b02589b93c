//! Reading through HTTP, beside a handler that answers the same bytes from memory.

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use galleria_tests::{Client, free_port};

use crate::orders::{Shop, run};
use crate::press::{Pressed, Request, press};
use crate::table::Table;

pub fn reads(table: &mut Table, duration: Duration) {
    println!("Reads");
    let shop = Shop::embedded();
    let mut client = shop.server.client("bench", None);
    let first =
        run(client.get("/api/v1/products?limit=1")).json()["items"][0]["id"].as_str().unwrap().to_owned();
    for (name, path) in [
        ("a product", format!("/api/v1/products/{first}")),
        ("a page of 20", "/api/v1/products?limit=20".to_owned()),
    ] {
        // A client of its own: the other one's connection belongs to a runtime that is gone.
        let body = run(shop.server.client("bench", None).get(&path)).body;
        let peer = Peer::start(&body);
        let ours = pressed(shop.server.port, &path, duration);
        let theirs = pressed(peer.port, &path, duration);
        let (rate, ceiling) = (ours.per_second(), theirs.per_second());
        let ratio = rate / ceiling;
        table.line(
            &format!("{name} through HTTP / the same {} bytes from memory", body.len()),
            format!("{rate:.0}/s / {ceiling:.0}/s = {ratio:.2}"),
            "≥ 0.50",
            ratio >= 0.5,
        );
    }
}

fn pressed(port: u16, path: &str, duration: Duration) -> Pressed {
    let bytes = Client::new(port, "bench.localhost", None).request("GET", path, &[], None);
    let request: Request = Arc::new(move |_, _| bytes.clone());
    press(port, 64, duration / 4, None, request.clone());
    press(port, 64, duration, None, request)
}

/// The handler, in a process of its own like the server.
pub struct Peer {
    pub port: u16,
    child: std::process::Child,
    _folder: tempfile::TempDir,
}

impl Peer {
    pub fn start(body: &[u8]) -> Self {
        let (folder, port) = (tempfile::tempdir().unwrap(), free_port());
        let file = folder.path().join("body");
        std::fs::write(&file, body).unwrap();
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--serve-bytes", &port.to_string()])
            .arg(&file)
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            std::thread::sleep(Duration::from_millis(10));
        }
        Self { port, child, _folder: folder }
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn serve_bytes(port: u16, file: &str) {
    let body = Bytes::from(std::fs::read(file).unwrap());
    let answer = move || std::future::ready(([(CONTENT_TYPE, "application/json")], body.clone()));
    let app = Router::new()
        .route("/api/v1/products", get(answer.clone()))
        .route("/api/v1/products/{id}", get(answer));
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(async {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        axum::serve(listener, app).await.unwrap();
    });
}
