//! The file of an import, read on a thread of its own while its bytes come: however long it is, little of it is in
//! memory.

use std::io::{self, Cursor, Read};

use blobs::{Bits, Blobs};
use bytes::{Buf, Bytes};
use futures_util::StreamExt;
use kernel::{Problem, TenantId, boxed};
use tokio::sync::mpsc;

use crate::imports::import::{Form, Plan};
use crate::sheet::mapping::Header;
use crate::sheet::queue::{Inlet, Outlet, Sizable, queue};
use crate::sheet::reader::{Group, Groups, Row, Rows, Unread};
use crate::sheet::text::{Decoded, Sniff, delimiter};

/// How many pieces of bytes wait for whoever reads them.
const PIECES: usize = 4;

/// How much of a text is looked at for what parts its cells.
const OPENING: u64 = 64 * 1024;

/// More rows than any shop sells; what was seen of each is kept in memory.
const MOST_ROWS: i64 = 500_000;

/// Where the bytes of a file lie.
#[derive(Clone)]
pub struct Source {
    pub blobs: Blobs,
    pub tenant: TenantId,
    pub plan: Plan,
}

impl Source {
    /// Looks at all of the file: how it is to be read, and how many rows there are.
    #[boxed]
    pub async fn form(&self) -> Result<Form, Unread> {
        let mut sniff = Sniff::default();
        let mut bits = self.bits().await?;
        while let Some(piece) = bits.next().await {
            sniff.push(&piece.map_err(|_| Unread::Broken)?);
        }
        let encoding = sniff.done().map_err(|told| Unread::Told(told.to_owned()))?;
        let (pipe, plan) = (self.pipe().await?, self.plan.clone());
        let look = move || {
            let mut text = Decoded::new(pipe, encoding);
            let mut opening = Vec::new();
            (&mut text).take(OPENING).read_to_end(&mut opening).map_err(broken)?;
            let delimiter = plan.delimiter.unwrap_or_else(|| delimiter(&String::from_utf8_lossy(&opening)));
            let mut rows = Rows::new(Read::chain(Cursor::new(opening), text), delimiter)?;
            let header = Header::new(rows.header.clone(), &plan.mapping);
            let mut count = 0;
            while let Some(row) = rows.next()? {
                count = row.number;
                if count > MOST_ROWS {
                    return Err(Unread::Told(format!(
                        "The file has more than {MOST_ROWS} rows. Send it in parts."
                    )));
                }
            }
            Ok(Form { encoding, delimiter, header, rows: count })
        };
        tokio::task::spawn_blocking(look).await.unwrap_or(Err(Unread::Broken))
    }

    /// The products of the file, in its order. Whoever drops the receiver ends the reading.
    #[boxed]
    pub async fn groups(&self, form: &Form) -> Result<Outlet<Result<Group, Unread>>, Unread> {
        let (inlet, outlet) = queue();
        let (pipe, form) = (self.pipe().await?, form.clone());
        tokio::task::spawn_blocking(move || {
            let rows = Rows::new(Decoded::new(pipe, form.encoding), form.delimiter);
            send(&inlet, rows.map(|rows| Groups::new(rows, &form.header.columns())), Groups::next);
        });
        Ok(outlet)
    }

    /// Its rows, one by one.
    #[boxed]
    pub async fn rows(&self, form: &Form) -> Result<Outlet<Result<Row, Unread>>, Unread> {
        let (inlet, outlet) = queue();
        let (pipe, form) = (self.pipe().await?, form.clone());
        tokio::task::spawn_blocking(move || {
            send(&inlet, Rows::new(Decoded::new(pipe, form.encoding), form.delimiter), Rows::next);
        });
        Ok(outlet)
    }

    async fn bits(&self) -> Result<Bits, Unread> {
        let found = self.blobs.get(self.tenant, blobs::BlobId(self.plan.file), None).await;
        match found {
            Ok(Some(reading)) => Ok(reading.stream),
            Ok(None) => Err(Unread::Told("The file was removed.".into())),
            Err(Problem { .. }) => Err(Unread::Broken),
        }
    }

    async fn pipe(&self) -> Result<Pipe, Unread> {
        let mut bits = self.bits().await?;
        let (sender, pieces) = mpsc::channel(PIECES);
        tokio::spawn(async move {
            while let Some(piece) = bits.next().await {
                if sender.send(piece).await.is_err() {
                    return;
                }
            }
        });
        Ok(Pipe { pieces, piece: Bytes::new() })
    }
}

fn broken(error: io::Error) -> Unread {
    match error.kind() {
        io::ErrorKind::InvalidData => {
            Unread::Told(format!("The file cannot be read: {error}. Save the sheet as CSV in UTF-8."))
        }
        _ => Unread::Broken,
    }
}

/// Hands on what is read, until there is no more or nobody takes it.
fn send<R, T: Sizable>(
    inlet: &Inlet<Result<T, Unread>>,
    from: Result<R, Unread>,
    next: fn(&mut R) -> Result<Option<T>, Unread>,
) {
    let mut from = match from {
        Ok(from) => from,
        Err(unread) => {
            inlet.put(Err(unread));
            return;
        }
    };
    while let Some(one) = next(&mut from).transpose() {
        let last = one.is_err();
        if !inlet.put(one) || last {
            return;
        }
    }
}

impl<T: Sizable> Sizable for Result<T, Unread> {
    fn bytes(&self) -> usize {
        self.as_ref().map_or(0, T::bytes)
    }
}

/// Bytes that come from elsewhere, for a thread that waits for them.
struct Pipe {
    pieces: mpsc::Receiver<io::Result<Bytes>>,
    piece: Bytes,
}

impl Read for Pipe {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.piece.is_empty() {
            match self.pieces.blocking_recv() {
                Some(piece) => self.piece = piece?,
                None => return Ok(0),
            }
        }
        let count = into.len().min(self.piece.len());
        self.piece.copy_to_slice(&mut into[..count]);
        Ok(count)
    }
}
