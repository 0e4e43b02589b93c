//! What stands for a leaf, or for all leaves below a node.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ring::digest::{Context, SHA256, digest};

/// A SHA-256, as RFC 6962 takes it. Leaves and nodes begin differently, so that no leaf can pass for a node.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash([u8; Self::LENGTH]);

impl Hash {
    pub const LENGTH: usize = 32;

    /// The root of a tree without leaves: the hash of nothing.
    pub const OF_NO_LEAVES: Self = Self([
        0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27,
        0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
    ]);

    pub fn of_leaf(bytes: &[u8]) -> Self {
        let mut context = Context::new(&SHA256);
        context.update(&[0x00]);
        context.update(bytes);
        Self::read(context.finish().as_ref()).expect("a SHA-256 has 32 bytes")
    }

    pub fn of_children(left: Self, right: Self) -> Self {
        let mut bytes = [0x01; 1 + 2 * Self::LENGTH];
        bytes[1..=Self::LENGTH].copy_from_slice(&left.0);
        bytes[1 + Self::LENGTH..].copy_from_slice(&right.0);
        Self::read(digest(&SHA256, &bytes).as_ref()).expect("a SHA-256 has 32 bytes")
    }

    /// Nothing when there are more or fewer than 32 bytes.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        Some(Self(bytes.try_into().ok()?))
    }

    /// Reads what `Display` writes. Base64 has other spellings of the same bytes; they are refused, so that a proof has
    /// one text.
    pub fn from_base64(text: &str) -> Option<Self> {
        // Decoding would take room for whatever somebody sent.
        if text.len() != Self::LENGTH.div_ceil(3) * 4 {
            return None;
        }
        Self::read(&BASE64.decode(text).ok()?)
    }

    pub fn as_bytes(&self) -> &[u8; Self::LENGTH] {
        &self.0
    }
}

impl From<[u8; Self::LENGTH]> for Hash {
    fn from(bytes: [u8; Self::LENGTH]) -> Self {
        Self(bytes)
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE64.encode(self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
