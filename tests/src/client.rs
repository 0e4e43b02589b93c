//! A small HTTP/1.1 client that keeps its connection: cheap enough to press a server from the same machine.

use std::io;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::{read_until, record};

pub struct Client {
    port: u16,
    host: String,
    key: Option<String>,
    stream: Option<TcpStream>,
    buffer: Vec<u8>,
}

#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    /// The body as JSON; null when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    pub fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }
}

impl Client {
    pub fn new(port: u16, host: &str, key: Option<&str>) -> Self {
        Self {
            port,
            host: host.into(),
            key: key.map(Into::into),
            stream: None,
            buffer: Vec::with_capacity(16 * 1024),
        }
    }

    /// The same shop, asked with another key or token, or without any.
    #[must_use]
    pub fn with(&self, key: Option<&str>) -> Self {
        Self::new(self.port, &self.host, key)
    }

    /// What is there to be read, once this holds of it.
    pub async fn until(&mut self, path: &str, holds: impl Fn(&Value) -> bool) -> Value {
        let what = format!("what is waited for at {path}");
        read_until(&what, async || self.get(path).await.json(), holds).await
    }

    pub async fn delete(&mut self, path: &str) -> Answer {
        self.send("DELETE", path, &[], None).await.unwrap()
    }

    pub async fn put(&mut self, path: &str, body: &Value) -> Answer {
        self.send("PUT", path, &[], Some(&body.to_string())).await.unwrap()
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.send("GET", path, &[], None).await.unwrap()
    }

    pub async fn post(&mut self, path: &str, body: &Value) -> Answer {
        self.send("POST", path, &[], Some(&body.to_string())).await.unwrap()
    }

    /// Sends and waits for the answer. An error means that nobody knows whether the request was done.
    pub async fn send(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&str>,
    ) -> io::Result<Answer> {
        let request = self.request(method, path, headers, body);
        let answer = self.raw(&request).await?;
        record::keep(method, path, body, &answer);
        Ok(answer)
    }

    /// The bytes of a request, to be sent many times.
    pub fn request(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<&str>) -> Vec<u8> {
        let mut text = format!("{method} {path} HTTP/1.1\r\nhost: {}\r\n", self.host);
        if let Some(key) = &self.key {
            text.push_str(&format!("authorization: Bearer {key}\r\n"));
        }
        for (name, value) in headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        if let Some(body) = body {
            if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
                text.push_str("content-type: application/json\r\n");
            }
            text.push_str(&format!("content-length: {}\r\n", body.len()));
        }
        text.push_str("\r\n");
        let mut bytes = text.into_bytes();
        bytes.extend(body.unwrap_or_default().as_bytes());
        bytes
    }

    /// A server closes what was silent for long; nothing is sent on such a connection.
    fn is_open(stream: &TcpStream) -> bool {
        matches!(stream.try_read(&mut [0]), Err(error) if error.kind() == io::ErrorKind::WouldBlock)
    }

    pub async fn raw(&mut self, request: &[u8]) -> io::Result<Answer> {
        let mut stream = match self.stream.take().filter(Self::is_open) {
            Some(stream) => stream,
            None => {
                let stream = TcpStream::connect(("127.0.0.1", self.port)).await?;
                stream.set_nodelay(true)?;
                stream
            }
        };
        stream.write_all(request).await?;
        self.buffer.clear();
        // What HEAD answers has the length of a body and no body.
        let answer = read(&mut stream, &mut self.buffer, !request.starts_with(b"HEAD ")).await?;
        if answer.header("connection") != Some("close") {
            self.stream = Some(stream);
        }
        Ok(answer)
    }
}

async fn read(stream: &mut TcpStream, buffer: &mut Vec<u8>, has_body: bool) -> io::Result<Answer> {
    let end = loop {
        if let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        more(stream, buffer).await?;
    };
    let head = String::from_utf8_lossy(&buffer[..end]).into_owned();
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|code| code.parse().ok());
    let status = status.ok_or_else(|| io::Error::other("no status line"))?;
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let find = |name: &str| headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str());
    let start = end + 4;
    let body = if !has_body {
        Vec::new()
    } else if find("transfer-encoding").is_some() {
        chunked(stream, buffer, start).await?
    } else {
        let length = find("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        while buffer.len() < start + length {
            more(stream, buffer).await?;
        }
        buffer[start..start + length].to_vec()
    };
    Ok(Answer { status, headers, body })
}

async fn chunked(stream: &mut TcpStream, buffer: &mut Vec<u8>, mut at: usize) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let line = loop {
            if let Some(length) = buffer[at..].windows(2).position(|window| window == b"\r\n") {
                break String::from_utf8_lossy(&buffer[at..at + length]).into_owned();
            }
            more(stream, buffer).await?;
        };
        let size = usize::from_str_radix(line.trim(), 16).map_err(|_| io::Error::other("no chunk size"))?;
        at += line.len() + 2;
        while buffer.len() < at + size + 2 {
            more(stream, buffer).await?;
        }
        if size == 0 {
            return Ok(body);
        }
        body.extend_from_slice(&buffer[at..at + size]);
        at += size + 2;
    }
}

async fn more(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> io::Result<()> {
    match stream.read_buf(buffer).await? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        _ => Ok(()),
    }
}
