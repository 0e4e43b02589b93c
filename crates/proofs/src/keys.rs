//! Keys of notes, as Go writes them: `<name>+<hash>+<base64>`, and with `PRIVATE+KEY+` before it, what only the log has.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ring::digest::{SHA256, digest};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use zeroize::Zeroizing;

/// The one kind of keys that is known here, as a byte before the key.
const KIND: u8 = 0x01;
const LENGTH: usize = 32;
const PRIVATE: &str = "PRIVATE+KEY+";

/// With what everybody may check what a log has signed.
#[derive(Clone, PartialEq, Eq)]
pub struct Verifier {
    name: String,
    key_hash: u32,
    key: [u8; LENGTH],
}

impl Verifier {
    fn new(name: &str, key: [u8; LENGTH]) -> Result<Self, KeyError> {
        if !is_name(name) {
            return Err(KeyError::NameUnfit);
        }
        Ok(Self { name: name.to_owned(), key_hash: key_hash(name, &key), key })
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// Tells keys of one name apart. It is short: it finds a key, and proves nothing.
    pub fn key_hash(&self) -> u32 {
        self.key_hash
    }

    pub(crate) fn has_signed(&self, text: &str, signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, &self.key).verify(text.as_bytes(), signature).is_ok()
    }
}

impl FromStr for Verifier {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        if text.starts_with(PRIVATE) {
            return Err(KeyError::Private);
        }
        let (name, claimed, key) = parts(text).ok_or(KeyError::NoVerifier)?;
        let verifier = Self::new(name, *key)?;
        (verifier.key_hash == claimed).then_some(verifier).ok_or(KeyError::HashDiffers)
    }
}

impl fmt::Display for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}+{:08x}+{}", self.name, self.key_hash, &*encode(&self.key))
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// With what a log signs.
pub struct Signer {
    verifier: Verifier,
    seed: Zeroizing<[u8; LENGTH]>,
}

impl Signer {
    /// The seed is 32 random bytes, which the caller draws and nobody else ever had.
    pub fn from_seed(name: &str, seed: [u8; LENGTH]) -> Result<Self, KeyError> {
        let seed = Zeroizing::new(seed);
        let key = pair(&seed).public_key().as_ref().try_into().expect("a public key has 32 bytes");
        Ok(Self { verifier: Verifier::new(name, key)?, seed })
    }

    /// What is given to everybody.
    pub fn verifier(&self) -> &Verifier {
        &self.verifier
    }

    /// What is kept, sealed, and read again with `parse`.
    pub fn secret(&self) -> Zeroizing<String> {
        let Verifier { name, key_hash, .. } = &self.verifier;
        // In one piece, so that no half of it is left behind where it grew.
        Zeroizing::new([PRIVATE, name, &format!("+{key_hash:08x}+"), &encode(&self.seed)].concat())
    }

    pub(crate) fn sign(&self, text: &str) -> Vec<u8> {
        pair(&self.seed).sign(text.as_bytes()).as_ref().to_vec()
    }
}

impl FromStr for Signer {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let (name, claimed, seed) = text.strip_prefix(PRIVATE).and_then(parts).ok_or(KeyError::NoSigner)?;
        let signer = Self::from_seed(name, *seed)?;
        (signer.verifier.key_hash == claimed).then_some(signer).ok_or(KeyError::HashDiffers)
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({} ***)", self.verifier.name)
    }
}

/// A name has no space, of whatever kind, and no plus: both end it in what is written.
pub(crate) fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|letter: char| letter == '+' || letter < ' ' || letter.is_whitespace())
}

/// Name, hash and key of a key's text.
fn parts(text: &str) -> Option<(&str, u32, Zeroizing<[u8; LENGTH]>)> {
    let (name, rest) = text.split_once('+')?;
    let (hash, key) = rest.split_once('+')?;
    let digits = hash.len() == 8 && hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let hash = digits.then(|| u32::from_str_radix(hash, 16).ok())??;
    let bytes = Zeroizing::new(BASE64.decode(key).ok()?);
    let (kind, key) = bytes.split_first()?;
    (*kind == KIND).then(|| Some((name, hash, Zeroizing::new(key.try_into().ok()?))))?
}

/// Made for each signature: it is not wiped when it is dropped, so it does not lie about.
fn pair(seed: &[u8; LENGTH]) -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(seed).expect("any 32 bytes are a seed")
}

fn encode(key: &[u8; LENGTH]) -> Zeroizing<String> {
    let mut bytes = Zeroizing::new([KIND; 1 + LENGTH]);
    bytes[1..].copy_from_slice(key);
    Zeroizing::new(BASE64.encode(bytes.as_slice()))
}

fn key_hash(name: &str, key: &[u8; LENGTH]) -> u32 {
    let text = [name.as_bytes(), b"\n", &[KIND], key].concat();
    let hash = digest(&SHA256, &text);
    u32::from_be_bytes(*hash.as_ref().first_chunk().expect("a SHA-256 has 32 bytes"))
}

/// None of them says what was in the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyError {
    NoVerifier,
    NoSigner,
    Private,
    NameUnfit,
    HashDiffers,
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoVerifier => {
                "This is no key to verify with. One reads <name>+<8 hexadecimal digits>+<an Ed25519 key in base64>; copy all of it."
            }
            Self::NoSigner => {
                "This is no key to sign with. One reads PRIVATE+KEY+<name>+<8 hexadecimal digits>+<an Ed25519 key in base64>; copy all of it."
            }
            Self::Private => {
                "This is a key to sign with. Give the one to verify with, which does not begin with PRIVATE+KEY+, and show this one to nobody."
            }
            Self::NameUnfit => {
                "A key's name has neither spaces nor plus signs, and is not empty. Name it as example.com/log."
            }
            Self::HashDiffers => "The parts of the key do not belong together. Copy it again from where it was made.",
        })
    }
}

impl std::error::Error for KeyError {}
