//! A page for a browser to be on.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// A page of no content on `http://localhost` and a free port.
pub struct Page {
    pub origin: String,
    port: u16,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Page {
    pub fn serve() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if stopped.load(Ordering::Relaxed) {
                    return;
                }
                stream.map(answer).unwrap();
            }
        });
        Self { origin: format!("http://localhost:{port}"), port, stop, thread: Some(thread) }
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        drop(TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn answer(mut stream: TcpStream) {
    // A browser opens connections in advance, on which it may never say anything.
    let _ = stream.set_read_timeout(Some(Duration::from_secs(1)));
    let mut request = [0; 4_096];
    if stream.read(&mut request).is_ok_and(|length| length > 0) {
        let page = "<!doctype html><title>shop</title>";
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\nContent-Length";
        let _ = write!(stream, "{head}: {}\r\n\r\n{page}", page.len());
    }
}
