//! A server that answers each request with the bytes it was told to, and counts.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

pub enum Reply {
    /// Sent, then the connection is closed.
    Bytes(String),
    /// Sent, then a byte every so often, for ever.
    Drip(String, Duration),
    /// Sent, then as many bytes as the other side takes.
    Endless(String),
    Silence,
}

pub struct Peer {
    pub port: u16,
    connections: Arc<AtomicUsize>,
    requests: Arc<AtomicUsize>,
    serving: JoinHandle<()>,
}

impl Peer {
    /// What it answers follows from how many requests came before.
    pub async fn start(answer: impl Fn(usize) -> Reply + Send + Sync + 'static) -> Self {
        Self::at("127.0.0.1", answer).await
    }

    pub async fn at(address: &str, answer: impl Fn(usize) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind((address, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (connections, requests) = (Arc::<AtomicUsize>::default(), Arc::<AtomicUsize>::default());
        let (answer, connected, asked) = (Arc::new(answer), Arc::clone(&connections), Arc::clone(&requests));
        let serving = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                connected.fetch_add(1, Ordering::SeqCst);
                let (answer, asked) = (Arc::clone(&answer), Arc::clone(&asked));
                tokio::spawn(async move {
                    let _ = serve(stream, |before| answer(before), &asked).await;
                });
            }
        });
        Self { port, connections, requests, serving }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    pub fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

pub fn ok(body: &str) -> Reply {
    status("200 OK", body)
}

pub fn status(line: &str, body: &str) -> Reply {
    Reply::Bytes(format!(
        "HTTP/1.1 {line}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    ))
}

async fn serve(
    mut stream: TcpStream,
    answer: impl Fn(usize) -> Reply,
    asked: &AtomicUsize,
) -> std::io::Result<()> {
    let mut head = Vec::new();
    while !head.windows(4).any(|four| four == b"\r\n\r\n") {
        if stream.read_buf(&mut head).await? == 0 {
            return Ok(());
        }
    }
    match answer(asked.fetch_add(1, Ordering::SeqCst)) {
        Reply::Bytes(bytes) => {
            stream.write_all(bytes.as_bytes()).await?;
            stream.shutdown().await
        }
        Reply::Drip(head, pause) => {
            stream.write_all(head.as_bytes()).await?;
            loop {
                stream.write_all(b".").await?;
                tokio::time::sleep(pause).await;
            }
        }
        Reply::Endless(head) => {
            stream.write_all(head.as_bytes()).await?;
            let piece = format!("{:x}\r\n{}\r\n", 4_096, "x".repeat(4_096));
            loop {
                stream.write_all(piece.as_bytes()).await?;
            }
        }
        Reply::Silence => std::future::pending().await,
    }
}
