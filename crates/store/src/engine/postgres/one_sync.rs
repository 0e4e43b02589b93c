//! A stream to the server on which statements that go out together end with one `Sync`.
//!
//! The driver puts a `Sync` behind each statement. There the server stops, says that it is ready, and sends what it has
//! so far; of a flight of ten statements that is most of what it does. So of the statements that are flushed together
//! only the last keeps its `Sync`, and in what comes back "ready" is put where the driver looks for it. This is the
//! protocol's own pipelining: after an error the server passes over everything up to the `Sync`, and the driver is told
//! of each statement that was passed over that it was not run.
//!
//! Statements that go out together are of one transaction, which begins and ends with statements of its own.

use std::collections::VecDeque;
use std::future::Future;
use std::io;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};

use bytes::{Buf, BufMut, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, ReadBuf};
use tokio_postgres::tls::{ChannelBinding, TlsConnect, TlsStream};

const SYNC: [u8; 5] = [b'S', 0, 0, 0, 4];

/// What "ready" begins with; how the transaction is follows, and the driver does not look at it.
const READY: [u8; 6] = [b'Z', 0, 0, 0, 5, b'T'];

/// What a statement is told that was passed over after an error, with the code that a server gives such a one.
const PASSED_OVER: &[&str] =
    &["SERROR", "VERROR", "C25P02", "Mnot run, because a statement before it in its transaction failed"];

/// A client that asks for encryption before everything else names this as its version.
const ENCRYPTION_ASKED: [u8; 4] = 80_877_103u32.to_be_bytes();

/// So much is read at a time.
const READ: usize = 16 * 1024;

pub(super) struct OneSync<S> {
    stream: S,
    talk: Talk,
    out: BytesMut,
    incoming: BytesMut,
}

/// What both sides have said, without the wire.
struct Talk {
    beginning: Beginning,
    /// What the driver has written and is not sorted yet: the beginning of a message.
    written: BytesMut,
    /// The messages of a request whose `Sync` is not seen yet.
    request: BytesMut,
    /// Whether the request runs a statement.
    runs: bool,
    /// Whether the last request's `Sync` waits for whether another one follows.
    held: bool,
    /// How the server ends its answers to what was asked, in order.
    ends: VecDeque<End>,
    /// Ready for the driver.
    told: BytesMut,
}

/// The first messages have no kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Beginning {
    Version,
    /// One byte will say whether the server encrypts.
    Encryption,
    /// What follows is encrypted, and sorted above the encryption.
    Encrypted,
    Over,
}

/// How the server ends its answer to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// By saying that it is ready.
    Ready,
    /// With the statement's end: its `Sync` was left out.
    Complete,
}

impl Talk {
    fn new() -> Self {
        Self {
            beginning: Beginning::Version,
            written: BytesMut::new(),
            request: BytesMut::new(),
            runs: false,
            held: false,
            ends: VecDeque::new(),
            told: BytesMut::new(),
        }
    }

    /// Sorts what the driver has written, and leaves out each `Sync` behind which another statement follows.
    fn sort(&mut self, out: &mut BytesMut) {
        if self.beginning != Beginning::Over {
            self.begin(out);
        }
        if self.beginning == Beginning::Encrypted {
            out.put(self.written.split());
            return;
        }
        let written = self.written.split();
        let mut rest = written.as_ref();
        while let Some((message, after)) = first_message(rest) {
            rest = after;
            match message[0] {
                b'S' => self.end_request(out),
                // A simple query, or what ends a connection, stands for itself.
                b'Q' | b'X' => {
                    self.sync(out);
                    self.ends.push_back(End::Ready);
                    out.put_slice(message);
                }
                kind => {
                    self.runs |= kind == b'E';
                    self.request.put_slice(message);
                }
            }
        }
        self.written.put_slice(rest);
    }

    fn begin(&mut self, out: &mut BytesMut) {
        if self.beginning != Beginning::Version || self.written.len() < 8 {
            return;
        }
        // No message is that long: this is encryption without asking for it.
        if self.written[0] != 0 {
            self.beginning = Beginning::Encrypted;
            return;
        }
        let length = length_at(&self.written);
        if self.written.len() < length {
            return;
        }
        let asks = self.written[4..8] == ENCRYPTION_ASKED;
        self.beginning = if asks { Beginning::Encryption } else { Beginning::Over };
        out.put(self.written.split_to(length));
    }

    /// What runs no statement, such as preparing one, keeps its own `Sync`, and so does what comes before it.
    fn end_request(&mut self, out: &mut BytesMut) {
        let runs = std::mem::take(&mut self.runs);
        if runs && self.held {
            if let Some(end) = self.ends.back_mut() {
                *end = End::Complete;
            }
        } else {
            self.sync(out);
        }
        self.ends.push_back(End::Ready);
        self.held = runs;
        out.put(self.request.split());
        if !runs {
            out.put_slice(&SYNC);
        }
    }

    fn sync(&mut self, out: &mut BytesMut) {
        if std::mem::take(&mut self.held) {
            out.put_slice(&SYNC);
        }
    }

    /// Nothing follows for now.
    fn flush(&mut self, out: &mut BytesMut) {
        self.sync(out);
        out.put(self.request.split());
    }

    /// Puts "ready" behind each statement whose `Sync` was left out.
    fn tell(&mut self, incoming: &mut BytesMut) {
        if self.beginning == Beginning::Encryption && incoming.has_remaining() {
            let answer = incoming.get_u8();
            self.told.put_u8(answer);
            self.beginning = if answer == b'S' { Beginning::Encrypted } else { Beginning::Version };
        }
        if self.beginning == Beginning::Encrypted {
            self.told.put(incoming.split());
            return;
        }
        // Copied up to where something is to be put in.
        let (mut copied, mut seen) = (0, 0);
        while let Some((message, _)) = first_message(&incoming[seen..]) {
            seen += message.len();
            let left_out = self.ends.front() == Some(&End::Complete);
            match message[0] {
                b'Z' => {
                    self.ends.pop_front();
                }
                kind @ (b'C' | b'I' | b's' | b'E') if left_out => {
                    self.told.put_slice(&incoming[copied..seen]);
                    copied = seen;
                    self.ends.pop_front();
                    self.told.put_slice(&READY);
                    if kind == b'E' {
                        self.pass_over();
                    }
                }
                _ => {}
            }
        }
        self.told.put_slice(&incoming[copied..seen]);
        incoming.advance(seen);
    }

    /// After an error nothing was run up to the next `Sync`.
    fn pass_over(&mut self) {
        loop {
            let length = 4 + PASSED_OVER.iter().map(|field| field.len() + 1).sum::<usize>() + 1;
            self.told.put_u8(b'E');
            self.told.put_u32(u32::try_from(length).unwrap_or(u32::MAX));
            for field in PASSED_OVER {
                self.told.put_slice(field.as_bytes());
                self.told.put_u8(0);
            }
            self.told.put_u8(0);
            // The last of them has kept its `Sync`, and the server itself says that it is ready.
            if self.ends.front() != Some(&End::Complete) {
                return;
            }
            self.ends.pop_front();
            self.told.put_slice(&READY);
        }
    }
}

/// The first message, when it is there as a whole, and what follows it.
fn first_message(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let length = 1 + length_at(bytes.get(1..5)?);
    bytes.split_at_checked(length)
}

/// What a message says of its own length.
fn length_at(bytes: &[u8]) -> usize {
    bytes.iter().take(4).fold(0, |length, byte| length << 8 | usize::from(*byte))
}

impl<S> OneSync<S> {
    pub(super) fn over(stream: S) -> Self {
        Self { stream, talk: Talk::new(), out: BytesMut::new(), incoming: BytesMut::new() }
    }
}

impl<S: AsyncWrite + Unpin> OneSync<S> {
    fn poll_send(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.out.is_empty() {
            let sent = ready!(Pin::new(&mut self.stream).poll_write(context, &self.out))?;
            if sent == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.out.advance(sent);
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for OneSync<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        // What the server does not take is not gathered without end.
        ready!(self.poll_send(context))?;
        if self.talk.beginning == Beginning::Encrypted {
            return Pin::new(&mut self.stream).poll_write(context, bytes);
        }
        let Self { talk, out, .. } = &mut *self;
        let beginning = talk.beginning != Beginning::Over;
        talk.written.put_slice(bytes);
        talk.sort(out);
        if beginning && let Poll::Ready(Err(error)) = self.poll_send(context) {
            return Poll::Ready(Err(error));
        }
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Self { talk, out, .. } = &mut *self;
        talk.flush(out);
        ready!(self.poll_send(context))?;
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.as_mut().poll_flush(context))?;
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for OneSync<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        // Whoever asks for encryption waits for the answer without flushing.
        if let Poll::Ready(Err(error)) = self.poll_send(context) {
            return Poll::Ready(Err(error));
        }
        let Self { stream, talk, incoming, .. } = &mut *self;
        while talk.told.is_empty() {
            incoming.reserve(READ);
            let came = ready!(pin!(stream.read_buf(incoming)).poll(context))?;
            if came == 0 {
                return Poll::Ready(Ok(()));
            }
            talk.tell(incoming);
        }
        let some = talk.told.len().min(into.remaining());
        into.put_slice(&talk.told.split_to(some));
        Poll::Ready(Ok(()))
    }
}

/// Encryption with the sorting above it.
pub(super) struct Encryption<T>(pub(super) T);

impl<S, T> TlsConnect<S> for Encryption<T>
where
    T: TlsConnect<S>,
    T::Future: Send + 'static,
{
    type Stream = OneSync<T::Stream>;
    type Error = T::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Stream, T::Error>> + Send>>;

    fn connect(self, stream: S) -> Self::Future {
        let connecting = self.0.connect(stream);
        Box::pin(async move { connecting.await.map(OneSync::over) })
    }
}

impl<S: TlsStream + Unpin> TlsStream for OneSync<S> {
    fn channel_binding(&self) -> ChannelBinding {
        self.stream.channel_binding()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(kind: u8, body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len() + 4).unwrap();
        [&[kind][..], &length.to_be_bytes(), body].concat()
    }

    /// As the driver runs a statement.
    fn run() -> Vec<u8> {
        [said(b'B', b"portal"), said(b'E', b"all"), said(b'S', b"")].concat()
    }

    /// As the driver prepares one.
    fn prepare() -> Vec<u8> {
        [said(b'P', b"text"), said(b'D', b"s"), said(b'S', b"")].concat()
    }

    fn kinds(mut bytes: &[u8]) -> String {
        let mut kinds = String::new();
        while let Some((message, rest)) = first_message(bytes) {
            kinds.push(char::from(message[0]));
            bytes = rest;
        }
        assert!(bytes.is_empty(), "half a message is left");
        kinds
    }

    /// A talk whose beginning is behind it.
    fn talk() -> Talk {
        Talk { beginning: Beginning::Over, ..Talk::new() }
    }

    fn written(talk: &mut Talk, requests: &[Vec<u8>]) -> String {
        let mut out = BytesMut::new();
        talk.written.put_slice(&requests.concat());
        talk.sort(&mut out);
        talk.flush(&mut out);
        kinds(&out)
    }

    fn told(talk: &mut Talk, answers: &str) -> String {
        let mut incoming: BytesMut = answers.bytes().flat_map(|kind| said(kind, b"x")).collect();
        talk.tell(&mut incoming);
        kinds(&talk.told.split())
    }

    #[test]
    fn statements_that_go_out_together_end_with_one_sync() {
        let mut talk = talk();
        assert_eq!(written(&mut talk, &[run(), run(), run()]), "BEBEBES");
        assert_eq!(told(&mut talk, "2DC2C2DDCZ"), "2DCZ2CZ2DDCZ");
        assert_eq!(written(&mut talk, &[run()]), "BES");
        assert_eq!(told(&mut talk, "2CZ"), "2CZ");
    }

    #[test]
    fn after_an_error_what_was_passed_over_is_told_so() {
        let mut talk = talk();
        assert_eq!(written(&mut talk, &[run(), run(), run(), run()]), "BEBEBEBES");
        assert_eq!(told(&mut talk, "2C2EZ"), "2CZ2EZEZEZ");
        assert!(talk.ends.is_empty());
        written(&mut talk, &[run(), run()]);
        assert_eq!(told(&mut talk, "2C2EZ"), "2CZ2EZ");
    }

    #[test]
    fn what_runs_no_statement_keeps_its_sync_and_that_of_what_came_before() {
        let mut talk = talk();
        let query = said(b'Q', b"rollback");
        assert_eq!(
            written(&mut talk, &[run(), run(), prepare(), run(), run(), query, run()]),
            "BEBESPDSBEBESQBES"
        );
        assert_eq!(told(&mut talk, "2C2CZ1TZ2C2CZCZ2CZ"), "2CZ2CZ1TZ2CZ2CZCZ2CZ");
    }

    #[test]
    fn what_is_said_unasked_is_passed_on() {
        let mut talk = talk();
        written(&mut talk, &[run(), run()]);
        assert_eq!(told(&mut talk, "N2CS2CZAE"), "N2CZS2CZAE");
    }

    #[test]
    fn a_message_may_come_in_pieces() {
        let mut talk = talk();
        let mut out = BytesMut::new();
        for byte in [run(), run()].concat() {
            talk.written.put_slice(&[byte]);
            talk.sort(&mut out);
        }
        talk.flush(&mut out);
        assert_eq!(kinds(&out), "BEBES");
        let mut incoming = BytesMut::new();
        for byte in "2C2CZ".bytes().flat_map(|kind| said(kind, b"x")) {
            incoming.put_u8(byte);
            talk.tell(&mut incoming);
        }
        assert_eq!(kinds(&talk.told), "2CZ2CZ");
    }

    #[test]
    fn a_connection_that_is_encrypted_is_not_looked_into() {
        let (mut talk, mut out) = (Talk::new(), BytesMut::new());
        talk.written.put_slice(&[&8u32.to_be_bytes()[..], &ENCRYPTION_ASKED].concat());
        talk.sort(&mut out);
        talk.tell(&mut BytesMut::from(&b"S"[..]));
        talk.written.put_slice(b"anything");
        talk.sort(&mut out);
        talk.tell(&mut BytesMut::from(&b"whatever"[..]));
        assert_eq!((&out[8..], &talk.told[..]), (&b"anything"[..], &b"Swhatever"[..]));
    }
}
