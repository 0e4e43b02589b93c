//! Random texts that mean something only to whoever keeps their fingerprint: sessions, API keys, links in mails.
//!
//! `{prefix}{43 characters of chance}{6 characters of checksum}`. The prefix says what it is, to people and to programs
//! that look for leaked secrets; the checksum tells a mistyped or cut-off one from one that was never given out, without
//! asking the database.

use std::fmt;

use rand::RngExt as _;
use ring::digest::{SHA256, digest};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::{Fingerprint, Refusal};

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// 43 of 62 characters are 256 bits.
const CHANCE: usize = 43;
const CHECKSUM: usize = 6;

/// A token as its holder has it.
pub struct Token(Zeroizing<String>);

impl Token {
    /// A new one. The prefix is a short word or two with an underscore behind each, `gal_ses_`.
    pub fn new(prefix: &'static str) -> Self {
        let mut random = rand::rng();
        let mut text = Zeroizing::new(String::with_capacity(prefix.len() + CHANCE + CHECKSUM));
        text.push_str(prefix);
        for _ in 0..CHANCE {
            text.push(char::from(ALPHABET[random.random_range(0..ALPHABET.len())]));
        }
        let checksum = checksum(&text);
        text.push_str(&checksum);
        Self(text)
    }

    /// What somebody sent. That it reads like one of ours says nothing about whether it ever was given out.
    pub fn parse(prefix: &'static str, text: &str) -> Result<Self, Refusal> {
        let rest = text.strip_prefix(prefix).ok_or(Refusal::TokenUnreadable)?;
        if rest.len() != CHANCE + CHECKSUM || !rest.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(Refusal::TokenUnreadable);
        }
        let (random, said) = text.split_at(prefix.len() + CHANCE);
        if !bool::from(checksum(random).as_bytes().ct_eq(said.as_bytes())) {
            return Err(Refusal::TokenUnreadable);
        }
        Ok(Self(Zeroizing::new(text.to_owned())))
    }

    /// The only time it is shown.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is stored, and looked up.
    pub fn hash(&self) -> Fingerprint {
        Fingerprint::of(&self.0)
    }

    /// For whoever found a record by something else than the fingerprint.
    pub fn matches(&self, stored: &Fingerprint) -> bool {
        self.hash() == *stored
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(***)")
    }
}

/// Of the prefix too, so that one kind pasted under the name of another is recognised.
fn checksum(text: &str) -> String {
    let digest = digest(&SHA256, text.as_bytes());
    let first = digest.as_ref().first_chunk().expect("SHA-256 has more than 8 bytes");
    let mut number = u64::from_be_bytes(*first);
    let mut checksum = String::with_capacity(CHECKSUM);
    for _ in 0..CHECKSUM {
        checksum.push(char::from(ALPHABET[(number % 62) as usize]));
        number /= 62;
    }
    checksum
}
