//! Text that is signed, in lines that a person can read (C2SP signed-note).

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::keys::{Signer, Verifier, is_name};

const LONGEST: usize = 1_000_000;
/// Whoever reads a note looks for a key for each signature; 100 are Go's limit.
const MOST_SIGNATURES: usize = 100;
/// How many signatures a sentence names, and how many letters of a name.
const MOST_TOLD: usize = 3;
const LONGEST_TOLD: usize = 100;
const MARK: &str = "— ";
/// The hash of the key, before the signature itself.
const KEY_HASH: usize = 4;

/// A text that a known key has signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    text: String,
    /// In the order of their lines, with whether the key is known and has signed.
    lines: Vec<(Signature, bool)>,
}

/// One line below the text. Of a key that nobody here knows, it may be anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    pub name: String,
    pub key_hash: u32,
    pub bytes: Vec<u8>,
}

impl Note {
    /// The text ends with a newline. It may have empty lines.
    pub fn sign(text: &str, signer: &Signer) -> Result<Self, NoteError> {
        if !text.ends_with('\n') {
            return Err(NoteError::TextUnfinished);
        }
        check_letters(text)?;
        Self { text: text.to_owned(), lines: Vec::new() }.also_sign(signer)
    }

    /// Adds a signature, in the place of one of the same key.
    pub fn also_sign(mut self, signer: &Signer) -> Result<Self, NoteError> {
        let verifier = signer.verifier();
        let (name, bytes) = (verifier.name().to_owned(), signer.sign(&self.text));
        self.lines.retain(|(signature, _)| !signature.is_of(verifier));
        self.lines.push((Signature { name, key_hash: verifier.key_hash(), bytes }, true));
        if self.lines.len() > MOST_SIGNATURES {
            return Err(NoteError::TooManySignatures);
        }
        check_length(self.to_string().len())?;
        Ok(self)
    }

    /// Reads a note that at least one of the known keys has signed. A wrong signature by any of them refuses it; those by
    /// other keys are kept and not looked at.
    pub fn open(message: &[u8], known: &[Verifier]) -> Result<Self, NoteError> {
        check_length(message.len())?;
        let message = std::str::from_utf8(message).map_err(|_| NoteError::NotText)?;
        check_letters(message)?;
        let end = message.rfind("\n\n").ok_or(NoteError::Unsigned)? + 1;
        let (text, lines) = (&message[..end], &message[end + 1..]);
        if lines.is_empty() {
            return Err(NoteError::Unsigned);
        }
        let lines = lines.strip_suffix('\n').ok_or(NoteError::CutShort)?;
        if lines.split('\n').count() > MOST_SIGNATURES {
            return Err(NoteError::TooManySignatures);
        }
        let mut note = Self { text: text.to_owned(), lines: Vec::new() };
        for line in lines.split('\n') {
            note.take(Signature::read(line).ok_or(NoteError::SignatureUnreadable)?, known)?;
        }
        if note.signatures().next().is_none() {
            let mut by = note.unknown().map(Signature::by).take(MOST_TOLD).collect::<Vec<_>>().join(", ");
            by.push_str(if note.lines.len() > MOST_TOLD { " and others" } else { "" });
            return Err(NoteError::ByNobodyKnown { by });
        }
        Ok(note)
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// Those by known keys. They were verified, or made here.
    pub fn signatures(&self) -> impl Iterator<Item = &Signature> {
        self.lines.iter().filter(|(_, verified)| *verified).map(|(signature, _)| signature)
    }

    /// Those by others, as they came.
    pub fn unknown(&self) -> impl Iterator<Item = &Signature> {
        self.lines.iter().filter(|(_, verified)| !*verified).map(|(signature, _)| signature)
    }

    fn take(&mut self, signature: Signature, known: &[Verifier]) -> Result<(), NoteError> {
        if self.lines.iter().any(|(other, _)| *other == signature) {
            return Ok(());
        }
        let mut keys = known.iter().filter(|verifier| signature.is_of(verifier));
        let key = keys.next();
        if key.is_some_and(|key| keys.any(|other| other != key)) {
            return Err(NoteError::KeyAmbiguous { by: signature.by() });
        }
        if key.is_some_and(|key| !key.has_signed(&self.text, &signature.bytes)) {
            return Err(NoteError::SignatureWrong { by: signature.by() });
        }
        self.lines.push((signature, key.is_some()));
        Ok(())
    }
}

/// The note, to be read again with `open`.
impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.lines.iter().try_for_each(|(signature, _)| writeln!(f, "{signature}"))
    }
}

impl Signature {
    fn read(line: &str) -> Option<Self> {
        let (name, text) = line.strip_prefix(MARK)?.split_once(' ')?;
        let bytes = BASE64.decode(text).ok()?;
        let (key_hash, bytes) = bytes.split_first_chunk::<KEY_HASH>()?;
        (is_name(name) && !bytes.is_empty()).then(|| Self {
            name: name.to_owned(),
            key_hash: u32::from_be_bytes(*key_hash),
            bytes: bytes.to_vec(),
        })
    }

    fn is_of(&self, verifier: &Verifier) -> bool {
        (self.name.as_str(), self.key_hash) == (verifier.name(), verifier.key_hash())
    }

    /// Whose it is, for a sentence: nobody may have vouched for the name, so what a screen would obey is written out.
    fn by(&self) -> String {
        let name: String = self.name.chars().take(LONGEST_TOLD).flat_map(char::escape_debug).collect();
        format!("{name}+{:08x}", self.key_hash)
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [&self.key_hash.to_be_bytes(), self.bytes.as_slice()].concat();
        write!(f, "{MARK}{} {}", self.name, BASE64.encode(bytes))
    }
}

fn check_length(bytes: usize) -> Result<(), NoteError> {
    (bytes <= LONGEST).then_some(()).ok_or(NoteError::TooLong { bytes })
}

/// What a screen would not show has no place in what is signed.
fn check_letters(text: &str) -> Result<(), NoteError> {
    let control = text.split('\n').position(|line| line.contains(|letter: char| letter < ' '));
    control.map_or(Ok(()), |line| Err(NoteError::ControlCharacter { line: line + 1 }))
}

#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum NoteError {
    TooLong { bytes: usize },
    NotText,
    ControlCharacter { line: usize },
    TextUnfinished,
    Unsigned,
    CutShort,
    SignatureUnreadable,
    TooManySignatures,
    SignatureWrong { by: String },
    KeyAmbiguous { by: String },
    ByNobodyKnown { by: String },
}

impl fmt::Display for NoteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { bytes } => {
                write!(f, "The note has {bytes} bytes, and {LONGEST} are the most. Fetch it again.")
            }
            Self::NotText => {
                f.write_str("The note is not text in UTF-8. Fetch it again, and keep it byte for byte.")
            }
            Self::ControlCharacter { line } => write!(
                f,
                "Line {line} of the note has a control character. Lines end with one newline and nothing else; fetch it again, and keep it byte for byte."
            ),
            Self::TextUnfinished => {
                f.write_str("The text to be signed does not end with a newline. End its last line.")
            }
            Self::Unsigned => {
                f.write_str("The note has no signatures: they stand below its text, after an empty line.")
            }
            Self::CutShort => {
                f.write_str("The note does not end with a newline: its end is missing. Fetch it again.")
            }
            Self::SignatureUnreadable => write!(
                f,
                "A line below the text of the note is no signature. One reads \"{MARK}<name> <base64>\"; fetch the note again."
            ),
            Self::TooManySignatures => {
                write!(
                    f,
                    "The note has more than {MOST_SIGNATURES} signatures. Leave out those that nobody checks."
                )
            }
            Self::SignatureWrong { by } => write!(
                f,
                "{by} did not sign this: the text was changed, or the signature. Do not rely on it."
            ),
            Self::KeyAmbiguous { by } => {
                write!(
                    f,
                    "Two different keys are known as {by}. Find out which one is trusted, and leave the other out."
                )
            }
            Self::ByNobodyKnown { by } => write!(
                f,
                "The note is signed by {by}, and none of these keys is known here. Name the log's key, if you have it from somebody whom you trust."
            ),
        }
    }
}

impl std::error::Error for NoteError {}
