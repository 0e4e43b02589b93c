//! Pressing a server: many connections on one thread, requests as bytes, answers read just far enough.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use galleria_tests::{Cell, Server};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Makes the request of a client's turn.
pub type Request = Arc<dyn Fn(usize, u64) -> Vec<u8> + Send + Sync>;

pub struct Pressed {
    pub done: u64,
    pub took: Duration,
    latencies: Vec<u32>,
}

impl Pressed {
    pub fn per_second(&self) -> f64 {
        self.done as f64 / self.took.as_secs_f64()
    }

    /// In milliseconds.
    pub fn percentile(&self, percent: f64) -> f64 {
        let at = (self.latencies.len() as f64 * percent / 100.0) as usize;
        f64::from(self.latencies.get(at.min(self.latencies.len().saturating_sub(1))).copied().unwrap_or(0))
            / 1000.0
    }
}

/// Presses with as many requests as the clients can send, or at `rate` a second.
pub fn press(port: u16, clients: usize, duration: Duration, rate: Option<f64>, request: Request) -> Pressed {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async move {
        let (started, done) = (Instant::now(), Arc::new(AtomicU64::new(0)));
        let tasks: Vec<_> = (0..clients)
            .map(|client| {
                let (request, done) = (request.clone(), done.clone());
                let every = rate.map(|rate| Duration::from_secs_f64(clients as f64 / rate));
                tokio::spawn(async move {
                    let (mut line, mut latencies) = (Line::open(port).await, Vec::new());
                    let phase =
                        every.map_or(Duration::ZERO, |every| every.mul_f64(client as f64 / clients as f64));
                    for turn in 0.. {
                        // At a rate, lateness counts: the clock runs from when the request was due.
                        let due = every.map(|every| started + phase + every * u32::try_from(turn).unwrap());
                        if let Some(due) = due {
                            tokio::time::sleep_until(due.into()).await;
                        }
                        if started.elapsed() >= duration {
                            break;
                        }
                        let began = due.unwrap_or_else(Instant::now);
                        line.ask(&request(client, turn)).await;
                        latencies.push(u32::try_from(began.elapsed().as_micros()).unwrap_or(u32::MAX));
                        done.fetch_add(1, Ordering::Relaxed);
                    }
                    latencies
                })
            })
            .collect();
        let mut latencies = Vec::new();
        for task in tasks {
            latencies.extend(task.await.unwrap());
        }
        latencies.sort_unstable();
        Pressed { done: done.load(Ordering::Relaxed), took: started.elapsed(), latencies }
    })
}

/// A server that lets everybody come from one address.
pub async fn crowded(cell: Cell) -> Server {
    Server::start_with(cell, &[("GALLERIA_CONNECTIONS_PER_ADDRESS", "100000")]).await
}

/// One connection, which is kept.
pub struct Line {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Line {
    pub async fn open(port: u16) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream, buffer: Vec::with_capacity(64 * 1024) }
    }

    /// The body of the answer, which must be a good one.
    pub async fn ask(&mut self, request: &[u8]) -> &str {
        let Self { stream, buffer } = self;
        stream.write_all(request).await.unwrap();
        buffer.clear();
        loop {
            assert!(stream.read_buf(buffer).await.unwrap() > 0, "the server hung up");
            let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
            let head = std::str::from_utf8(&buffer[..end]).unwrap();
            let length: usize = head
                .split("content-length: ")
                .nth(1)
                .and_then(|rest| rest.split("\r\n").next())
                .unwrap_or("0")
                .parse()
                .unwrap();
            while buffer.len() < end + 4 + length {
                assert!(stream.read_buf(buffer).await.unwrap() > 0, "the server hung up");
            }
            let good = buffer[9] == b'2' || buffer[9..].starts_with(b"304");
            assert!(good, "{}", String::from_utf8_lossy(buffer));
            return std::str::from_utf8(&buffer[end + 4..]).unwrap();
        }
    }
}
