//! What goes over the wire to PostgreSQL, counted by somebody in between.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A port in front of a server's.
pub struct Wire {
    pub port: u16,
    seen: Arc<Seen>,
    listening: JoinHandle<()>,
}

#[derive(Default)]
struct Seen {
    reads: AtomicUsize,
    writes: AtomicUsize,
    statements: AtomicUsize,
}

/// What was asked of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Traffic {
    /// Transactions that read: one round trip each.
    pub reads: usize,
    /// Transactions that write: two round trips each, or more.
    pub writes: usize,
    /// In all of them, but for those that begin and end them.
    pub statements: usize,
}

impl Wire {
    pub async fn to(server: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let (port, seen) = (listener.local_addr().unwrap().port(), Arc::new(Seen::default()));
        let shared = seen.clone();
        let listening = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(("127.0.0.1", server)).await.unwrap();
                let _ = (client.set_nodelay(true), server.set_nodelay(true));
                tokio::spawn(carry(client, server, shared.clone()));
            }
        });
        Self { port, seen, listening }
    }

    /// What was asked since it was last taken.
    pub fn take(&self) -> Traffic {
        let take = |count: &AtomicUsize| count.swap(0, Ordering::SeqCst);
        Traffic {
            reads: take(&self.seen.reads),
            writes: take(&self.seen.writes),
            statements: take(&self.seen.statements),
        }
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

async fn carry(client: TcpStream, server: TcpStream, seen: Arc<Seen>) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let back = tokio::spawn(async move { tokio::io::copy(&mut from_server, &mut to_client).await });
    let (mut buffer, mut begun, mut session) = (Vec::new(), false, Session::default());
    let mut piece = vec![0; 64 * 1024];
    while let Ok(read @ 1..) = from_client.read(&mut piece).await {
        buffer.extend_from_slice(&piece[..read]);
        // Counted before it is sent: whoever has the answer finds it counted.
        while let Some(message) = next(&mut buffer, &mut begun) {
            session.count(&message, &seen);
        }
        if to_server.write_all(&piece[..read]).await.is_err() {
            break;
        }
    }
    back.abort();
}

/// The next whole message: its kind and what it says. The first has no kind.
fn next(buffer: &mut Vec<u8>, begun: &mut bool) -> Option<(u8, Vec<u8>)> {
    let head = usize::from(*begun);
    let length = buffer.get(head..head + 4)?;
    let end = head + u32::from_be_bytes(length.try_into().unwrap()) as usize;
    if buffer.len() < end {
        return None;
    }
    let message: Vec<u8> = buffer.drain(..end).collect();
    let kind = if *begun { message[0] } else { 0 };
    *begun = true;
    Some((kind, message[head + 4..].to_vec()))
}

/// What a connection has prepared, and what it runs next.
#[derive(Default)]
struct Session {
    prepared: HashMap<String, Said>,
    bound: Said,
}

/// What a statement is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Said {
    Reads,
    Writes,
    /// It belongs to a transaction as such.
    Around,
    #[default]
    Asks,
}

impl Said {
    fn of(sql: &str) -> Self {
        match sql {
            _ if sql.starts_with("begin") && sql.contains("read only") => Self::Reads,
            _ if sql.starts_with("begin") => Self::Writes,
            _ if sql == "commit" || sql.starts_with("select set_config(") => Self::Around,
            _ => Self::Asks,
        }
    }
}

impl Session {
    fn count(&mut self, (kind, said): &(u8, Vec<u8>), seen: &Seen) {
        let mut words = said.split(|byte| *byte == 0).map(String::from_utf8_lossy);
        let mut word = || words.next().unwrap_or_default().into_owned();
        match kind {
            b'P' => {
                let (name, sql) = (word(), word());
                self.prepared.insert(name, Said::of(&sql));
            }
            b'B' => {
                let (_, name) = (word(), word());
                self.bound = self.prepared.get(&name).copied().unwrap_or_default();
            }
            b'E' => seen.count(self.bound),
            b'Q' => match Said::of(&word()) {
                // What is said in one go, such as that everything is taken back, asks for nothing.
                Said::Asks => {}
                other => seen.count(other),
            },
            _ => {}
        }
    }
}

impl Seen {
    fn count(&self, said: Said) {
        let count = match said {
            Said::Reads => &self.reads,
            Said::Writes => &self.writes,
            Said::Asks => &self.statements,
            Said::Around => return,
        };
        count.fetch_add(1, Ordering::SeqCst);
    }
}
