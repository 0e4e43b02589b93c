//! A server for one request, which shows it as it came over the wire.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::thread::JoinHandle;

use crate::Arrived;

pub struct Server {
    pub address: String,
    thread: JoinHandle<Arrived>,
}

impl Server {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let thread = std::thread::spawn(move || {
            let mut stream = BufReader::new(listener.accept().unwrap().0);
            let arrived = read(&mut stream);
            let answer = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\ntaken";
            stream.get_mut().write_all(answer.as_bytes()).unwrap();
            arrived
        });
        Self { address, thread }
    }

    pub fn arrived(self) -> Arrived {
        self.thread.join().unwrap()
    }
}

fn read(stream: &mut impl BufRead) -> Arrived {
    let first = line(stream);
    let mut words = first.split(' ');
    let (method, target) = (words.next().unwrap().to_owned(), words.next().unwrap().to_owned());
    let mut arrived = Arrived { method, target, headers: Vec::new(), body: Vec::new() };
    loop {
        let header = line(stream);
        let Some((name, value)) = header.split_once(':') else { break };
        arrived.headers.push((name.to_owned(), value.trim().to_owned()));
    }
    let length = arrived.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let length = length.map_or(0, |(_, digits)| digits.parse().unwrap());
    arrived.body.resize(length, 0);
    stream.read_exact(&mut arrived.body).unwrap();
    arrived
}

fn line(stream: &mut impl BufRead) -> String {
    let mut line = String::new();
    stream.read_line(&mut line).unwrap();
    line.trim_end_matches(['\r', '\n']).to_owned()
}
