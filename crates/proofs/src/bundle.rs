//! A proof in one file, which is checked without asking anybody (C2SP tlog-proof).

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::size::{MOST_LEAVES, decimal};
use crate::{Checkpoint, CheckpointError, Hash, Inclusion, TreeError, Verifier};

const HEADER: &str = "c2sp.org/tlog-proof@v1\n";
const EXTRA: &str = "extra ";
const INDEX: &str = "index ";
/// A note of the largest size, and as much beside it.
const LONGEST: usize = 2_000_000;
const MOST_HASHES: usize = MOST_LEAVES.ilog2() as usize + 1;

/// That an entry is in a log: its number, what stands beside its way to the root, and the checkpoint that names the root.
/// Nothing of it is believed before `verify`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    extra: Vec<u8>,
    index: u64,
    proof: Vec<Hash>,
    checkpoint: String,
}

impl Bundle {
    /// The checkpoint is a whole note, with its signatures.
    pub fn new(index: u64, proof: Vec<Hash>, checkpoint: String) -> Self {
        Self { extra: Vec::new(), index, proof, checkpoint }
    }

    /// Something to go along with the proof. No bytes are nothing.
    pub fn with_extra(self, extra: Vec<u8>) -> Self {
        Self { extra, ..self }
    }

    pub fn read(file: &[u8]) -> Result<Self, BundleError> {
        if file.len() > LONGEST {
            return Err(BundleError::TooLong { bytes: file.len() });
        }
        let text = std::str::from_utf8(file).map_err(|_| BundleError::NotABundle)?;
        let lines = text.strip_prefix(HEADER).ok_or(BundleError::NotABundle)?;
        let (extra, lines) = if lines.starts_with(EXTRA) {
            read_extra(lines).ok_or(BundleError::ExtraUnreadable)?
        } else {
            (Vec::new(), lines)
        };
        let (index, mut lines) = read_index(lines).ok_or(BundleError::IndexUnreadable)?;
        let mut proof = Vec::new();
        while !lines.starts_with('\n') {
            let (line, rest) = lines.split_once('\n').ok_or(BundleError::CheckpointMissing)?;
            proof.push(Hash::from_base64(line).ok_or(BundleError::HashUnreadable { at: proof.len() + 1 })?);
            if proof.len() > MOST_HASHES {
                return Err(BundleError::TooManyHashes);
            }
            lines = rest;
        }
        match &lines[1..] {
            "" => Err(BundleError::CheckpointMissing),
            checkpoint => Ok(Self { extra, index, proof, checkpoint: checkpoint.to_owned() }),
        }
    }

    /// Checks that `leaf` is the bytes of entry `index` in the log `origin`, whose keys these are. Returned is the
    /// checkpoint that proves it.
    pub fn verify(&self, leaf: &[u8], origin: &str, keys: &[Verifier]) -> Result<Checkpoint, BundleError> {
        let checkpoint =
            Checkpoint::open(self.checkpoint.as_bytes(), origin, keys).map_err(BundleError::Checkpoint)?;
        let inclusion = Inclusion::of(self.index, checkpoint.size()).map_err(BundleError::Proof)?;
        let verified = inclusion.verify(Hash::of_leaf(leaf), &self.proof, checkpoint.root());
        verified.map_err(BundleError::Proof).map(|()| checkpoint)
    }

    /// The number of the entry, from 0 on.
    pub fn index(&self) -> u64 {
        self.index
    }

    pub fn proof(&self) -> &[Hash] {
        &self.proof
    }

    /// The note that came with it, as it came.
    pub fn checkpoint(&self) -> &str {
        &self.checkpoint
    }

    /// What came along. Nobody signed it: whoever passes the file on may have written anything here.
    pub fn extra(&self) -> &[u8] {
        &self.extra
    }
}

/// The file, to be read again with `read`.
impl fmt::Display for Bundle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HEADER)?;
        if !self.extra.is_empty() {
            writeln!(f, "{EXTRA}{}", BASE64.encode(&self.extra))?;
        }
        writeln!(f, "{INDEX}{}", self.index)?;
        self.proof.iter().try_for_each(|hash| writeln!(f, "{hash}"))?;
        write!(f, "\n{}", self.checkpoint)
    }
}

/// A line of extra data, and what follows. One that says nothing is left out, not empty.
fn read_extra(lines: &str) -> Option<(Vec<u8>, &str)> {
    let (line, rest) = lines.strip_prefix(EXTRA)?.split_once('\n')?;
    let extra = BASE64.decode(line).ok()?;
    (!extra.is_empty()).then_some((extra, rest))
}

fn read_index(lines: &str) -> Option<(u64, &str)> {
    let (line, rest) = lines.strip_prefix(INDEX)?.split_once('\n')?;
    Some((decimal(line)?, rest))
}

#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum BundleError {
    TooLong { bytes: usize },
    NotABundle,
    ExtraUnreadable,
    IndexUnreadable,
    HashUnreadable { at: usize },
    TooManyHashes,
    CheckpointMissing,
    Checkpoint(CheckpointError),
    Proof(TreeError),
}

impl fmt::Display for BundleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { bytes } => {
                write!(f, "The file has {bytes} bytes, and a proof {LONGEST} at most. Fetch it again.")
            }
            Self::NotABundle => write!(
                f,
                "The file is no proof. One begins with the line {} and is kept byte for byte.",
                HEADER.trim_end()
            ),
            Self::ExtraUnreadable => {
                f.write_str("What stands behind \"extra\" is not base64, or is empty. Fetch the proof again.")
            }
            Self::IndexUnreadable => f.write_str(
                "The line \"index <number of the entry>\" is missing, or is not a number in digits. Fetch the proof again.",
            ),
            Self::HashUnreadable { at } => write!(
                f,
                "Line {at} below the index is no hash: 32 bytes in base64, which are 44 characters. Fetch the proof again."
            ),
            Self::TooManyHashes => {
                write!(f, "The proof has more than {MOST_HASHES} hashes, and no log is as long. Fetch it again.")
            }
            Self::CheckpointMissing => f.write_str(
                "The proof ends before its checkpoint, which stands after an empty line. Fetch the proof again.",
            ),
            Self::Checkpoint(why) => why.fmt(f),
            Self::Proof(why) => why.fmt(f),
        }
    }
}

impl std::error::Error for BundleError {}
