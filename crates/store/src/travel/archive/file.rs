//! The file that an archive is: a line that says so, a header, and compressed pieces, each of them authenticated with its
//! number and whether it is the last. A piece that was edited, moved, doubled or cut off is found before anything is read
//! from it.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, BufWriter, ErrorKind, Read, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use kernel::Timestamp;
use ring::hmac;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::record::Record;
use crate::Failure;
use crate::keys::{Keeper, Sealer, Wrapped};

const FIRST_LINE: &str = "galleria-parcel ";
const FORMAT: u32 = 1;

/// How much is gathered before it is compressed.
const PIECE: usize = 1 << 20;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Header {
    pub(super) made: Timestamp,
    pub(super) by: String,
    /// Whether the pieces are encrypted, or only authenticated.
    pub(super) sealed: bool,
    /// Under which key the archive's own is wrapped.
    pub(super) key: String,
    pub(super) wrapped: String,
    pub(super) tenants: usize,
}

/// What authenticates the pieces, and encrypts them when that was asked for.
enum Lock {
    Sealed(Box<Sealer>),
    Signed(hmac::Key),
}

impl Lock {
    fn new(secret: &[u8], sealed: bool) -> Self {
        if sealed {
            Self::Sealed(Box::new(Sealer::new(secret)))
        } else {
            Self::Signed(hmac::Key::new(hmac::HMAC_SHA256, secret))
        }
    }

    fn close(&self, about: &[u8], piece: &[u8]) -> Vec<u8> {
        match self {
            Self::Sealed(sealer) => sealer.seal(about, piece),
            Self::Signed(key) => {
                let tag = hmac::sign(key, &[about, piece].concat());
                [tag.as_ref(), piece].concat()
            }
        }
    }

    fn open(&self, about: &[u8], closed: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Sealed(sealer) => sealer.open(about, closed),
            Self::Signed(key) => {
                let (tag, piece) = closed.split_at_checked(32)?;
                hmac::verify(key, &[about, piece].concat(), tag).ok()?;
                Some(piece.to_vec())
            }
        }
    }
}

/// What a piece is bound to: the header, its number, and whether it is the last.
fn about(header: &[u8; 32], number: u64, last: bool) -> Vec<u8> {
    [header.as_slice(), &number.to_be_bytes(), &[u8::from(last)]].concat()
}

pub(super) struct Writer {
    file: BufWriter<File>,
    path: std::path::PathBuf,
    lock: Lock,
    header: [u8; 32],
    number: u64,
    piece: Vec<u8>,
}

impl Writer {
    pub(super) fn create(path: &Path, header: &Header, secret: &[u8]) -> Result<Self, Failure> {
        // Nobody else on the machine is to read what a whole shop is.
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
        let file = file.map_err(|error| cannot(path, &error))?;
        let line = serde_json::to_string(header).map_err(|error| Failure::Bug(error.to_string()))?;
        let mut file = BufWriter::with_capacity(1 << 18, file);
        writeln!(file, "{FIRST_LINE}{FORMAT}\n{line}").map_err(|error| cannot(path, &error))?;
        Ok(Self {
            file,
            path: path.to_owned(),
            lock: Lock::new(secret, header.sealed),
            header: Sha256::digest(line.as_bytes()).into(),
            number: 0,
            piece: Vec::with_capacity(PIECE + PIECE / 8),
        })
    }

    pub(super) fn put(&mut self, record: &Record) -> Result<(), Failure> {
        serde_json::to_writer(&mut self.piece, record).map_err(|error| Failure::Bug(error.to_string()))?;
        self.piece.push(b'\n');
        if self.piece.len() >= PIECE { self.flush(false) } else { Ok(()) }
    }

    fn flush(&mut self, last: bool) -> Result<(), Failure> {
        let squeezed = zstd::bulk::compress(&self.piece, 3).map_err(|error| cannot(&self.path, &error))?;
        let closed = self.lock.close(&about(&self.header, self.number, last), &squeezed);
        let length = u32::try_from(closed.len()).map_err(|_| Failure::Bug("a piece is too long".into()))?;
        let written = self
            .file
            .write_all(&length.to_be_bytes())
            .and_then(|()| self.file.write_all(&[u8::from(last)]))
            .and_then(|()| self.file.write_all(&closed));
        written.map_err(|error| cannot(&self.path, &error))?;
        self.number += 1;
        self.piece.clear();
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<(), Failure> {
        self.flush(true)?;
        let synced = self.file.flush().and_then(|()| self.file.get_ref().sync_all());
        synced.map_err(|error| cannot(&self.path, &error))
    }
}

pub(in crate::travel) struct Reader {
    file: BufReader<File>,
    path: std::path::PathBuf,
    lock: Lock,
    pub(super) header: Header,
    hash: [u8; 32],
    number: u64,
    lines: std::vec::IntoIter<Record>,
    ended: bool,
}

impl Reader {
    pub(in crate::travel) async fn open(path: &Path, keeper: &dyn Keeper) -> Result<Self, Failure> {
        let file = File::open(path).map_err(|error| cannot(path, &error))?;
        let mut file = BufReader::with_capacity(1 << 18, file);
        let foreign = || {
            Failure::Unusable(format!(
                "{} is not a backup or an export of Galleria's. Check the name; nothing was changed.",
                path.display()
            ))
        };
        let mut first = String::new();
        file.by_ref().take(64).read_line(&mut first).map_err(|_| foreign())?;
        let format = first.trim_end().strip_prefix(FIRST_LINE).ok_or_else(foreign)?;
        match format.parse::<u32>() {
            Ok(FORMAT) => {}
            Ok(newer) if newer > FORMAT => {
                return Err(Failure::Unusable(format!(
                    "{} was made by a newer galleria (format {newer}, this one knows {FORMAT}). Use the newer one; nothing was changed.",
                    path.display()
                )));
            }
            _ => return Err(foreign()),
        }
        let mut line = String::new();
        file.by_ref().take(1 << 16).read_line(&mut line).map_err(|_| foreign())?;
        let line = line.trim_end();
        let header: Header =
            serde_json::from_str(line).map_err(|_| damaged(path, "its header cannot be read"))?;
        let bytes = BASE64.decode(&header.wrapped).map_err(|_| damaged(path, "its header cannot be read"))?;
        let wrapped = Wrapped { key: header.key.clone(), bytes };
        let secret = keeper.unwrap(b"parcel", &wrapped).await.map_err(|failure| match failure {
            Failure::Unusable(why) if why.contains("locked with the key") => {
                Failure::Unusable(format!("{}: {why}", path.display()))
            }
            Failure::Unusable(_) => damaged(path, "its key does not open"),
            other => other,
        })?;
        if secret.len() != 32 {
            return Err(damaged(path, "its key has the wrong length"));
        }
        Ok(Self {
            lock: Lock::new(&secret, header.sealed),
            hash: Sha256::digest(line.as_bytes()).into(),
            file,
            path: path.to_owned(),
            header,
            number: 0,
            lines: Vec::new().into_iter(),
            ended: false,
        })
    }

    pub(in crate::travel) fn next(&mut self) -> Result<Option<Record>, Failure> {
        loop {
            if let Some(record) = self.lines.next() {
                return Ok(Some(record));
            }
            if self.ended {
                return Ok(None);
            }
            self.piece()?;
        }
    }

    fn piece(&mut self) -> Result<(), Failure> {
        let cut = |_| damaged(&self.path, "it ends in the middle");
        let mut head = [0; 5];
        self.file.read_exact(&mut head).map_err(cut)?;
        let length = u32::from_be_bytes([head[0], head[1], head[2], head[3]]) as usize;
        let last = head[4] == 1;
        if length > 64 * PIECE {
            return Err(damaged(&self.path, "a piece of it is impossibly long"));
        }
        let mut closed = vec![0; length];
        self.file.read_exact(&mut closed).map_err(cut)?;
        let squeezed = self.lock.open(&about(&self.hash, self.number, last), &closed);
        let squeezed =
            squeezed.ok_or_else(|| damaged(&self.path, "a piece of it is not what was written"))?;
        let plain = zstd::bulk::decompress(&squeezed, 256 * PIECE).map_err(cut)?;
        let lines: Result<Vec<Record>, _> = plain
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
            .map(serde_json::from_slice)
            .collect();
        self.lines = lines.map_err(|_| damaged(&self.path, "a record of it cannot be read"))?.into_iter();
        self.number += 1;
        self.ended = last;
        if last && self.file.fill_buf().is_ok_and(|rest| !rest.is_empty()) {
            return Err(damaged(&self.path, "something was added at its end"));
        }
        Ok(())
    }
}

pub(super) fn damaged(path: &Path, why: &str) -> Failure {
    Failure::Unusable(format!(
        "{} cannot be used: {why}. It was cut off or edited; take another copy. Nothing was changed.",
        path.display()
    ))
}

pub(super) fn cannot(path: &Path, error: &std::io::Error) -> Failure {
    let path = path.display();
    match error.kind() {
        ErrorKind::StorageFull => Failure::Full,
        ErrorKind::NotFound => {
            Failure::Unusable(format!("There is no {path}, or no folder for it. Check how it is written."))
        }
        _ => Failure::Unusable(format!("{path} cannot be written or read: {error}. Choose another place.")),
    }
}
