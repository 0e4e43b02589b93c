//! What a log says of itself: how many entries it has, and what stands for all of them (C2SP tlog-checkpoint).

use std::fmt;

use crate::size::{MOST_LEAVES, decimal};
use crate::{Hash, Note, NoteError, Signer, Verifier};

/// The origin says which log it is. The same size with another root would be another log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    origin: String,
    size: u64,
    root: Hash,
    extensions: Vec<String>,
}

impl Checkpoint {
    pub fn new(origin: &str, size: u64, root: Hash) -> Result<Self, CheckpointError> {
        if !is_line(origin) {
            return Err(CheckpointError::OriginUnfit);
        }
        if size > MOST_LEAVES {
            return Err(CheckpointError::SizeUnreadable);
        }
        if size == 0 && root != Hash::OF_NO_LEAVES {
            return Err(CheckpointError::EmptyWithRoot);
        }
        Ok(Self { origin: origin.to_owned(), size, root, extensions: Vec::new() })
    }

    /// A line that is signed with the rest. Whoever follows a log cannot check it, so rather have none.
    pub fn extended(mut self, line: &str) -> Result<Self, CheckpointError> {
        if !is_line(line) {
            return Err(CheckpointError::ExtensionUnfit);
        }
        self.extensions.push(line.to_owned());
        Ok(self)
    }

    /// Reads the text of a note. Who signed it, and which log was meant, `open` checks.
    pub fn read(text: &str) -> Result<Self, CheckpointError> {
        let lines = text.strip_suffix('\n').ok_or(CheckpointError::TooShort)?;
        let mut lines = lines.split('\n');
        let mut next = || lines.next().ok_or(CheckpointError::TooShort);
        let (origin, size, root) = (next()?, next()?, next()?);
        let size = decimal(size).ok_or(CheckpointError::SizeUnreadable)?;
        let root = Hash::from_base64(root).ok_or(CheckpointError::RootUnreadable)?;
        lines.try_fold(Self::new(origin, size, root)?, Self::extended)
    }

    /// The checkpoint as a note, to be handed out.
    pub fn sign(&self, signer: &Signer) -> Result<Note, CheckpointError> {
        Note::sign(&self.to_string(), signer).map_err(CheckpointError::Note)
    }

    /// Reads a note in which the log `origin` says something of itself. The keys are those of this log, of which there
    /// may be several while one follows another; a key of somebody else's would let them speak for it.
    pub fn open(message: &[u8], origin: &str, keys: &[Verifier]) -> Result<Self, CheckpointError> {
        let note = Note::open(message, keys).map_err(CheckpointError::Note)?;
        let checkpoint = Self::read(note.text())?;
        if checkpoint.origin != origin {
            let (expected, found) = (origin.to_owned(), checkpoint.origin);
            return Err(CheckpointError::OtherLog { expected, found });
        }
        Ok(checkpoint)
    }

    pub fn origin(&self) -> &str {
        &self.origin
    }

    pub fn size(&self) -> u64 {
        self.size
    }

    pub fn root(&self) -> Hash {
        self.root
    }

    pub fn extensions(&self) -> &[String] {
        &self.extensions
    }
}

/// The text that is signed.
impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { origin, size, root, extensions } = self;
        writeln!(f, "{origin}\n{size}\n{root}")?;
        extensions.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

fn is_line(text: &str) -> bool {
    !text.is_empty() && !text.contains(|letter: char| letter < ' ')
}

#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum CheckpointError {
    Note(NoteError),
    TooShort,
    OriginUnfit,
    SizeUnreadable,
    RootUnreadable,
    ExtensionUnfit,
    EmptyWithRoot,
    OtherLog { expected: String, found: String },
}

impl fmt::Display for CheckpointError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Note(why) => why.fmt(f),
            Self::TooShort => f.write_str(
                "This is no checkpoint. One has three lines: which log, how many entries, and the root over them.",
            ),
            Self::OriginUnfit => f.write_str(
                "The first line of a checkpoint is the name of the log. It is one line, not empty, as example.com/log.",
            ),
            Self::SizeUnreadable => write!(
                f,
                "The second line of a checkpoint is how many entries the log has, in digits, without a zero before them, and at most {MOST_LEAVES}."
            ),
            Self::RootUnreadable => f.write_str(
                "The third line of a checkpoint is the root: 32 bytes in base64, which are 44 characters.",
            ),
            Self::ExtensionUnfit => {
                f.write_str("What follows the third line of a checkpoint are lines that are not empty.")
            }
            Self::EmptyWithRoot => write!(
                f,
                "A log without entries has the root {}, and this checkpoint names another. Do not rely on it.",
                Hash::OF_NO_LEAVES
            ),
            Self::OtherLog { expected, found } => write!(
                f,
                "This is a checkpoint of {found}, and says nothing about {expected}. Fetch the one of {expected}."
            ),
        }
    }
}

impl std::error::Error for CheckpointError {}
