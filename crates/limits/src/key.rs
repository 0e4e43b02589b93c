//! Who is counted.

use std::fmt::{self, Display, Write};
use std::net::IpAddr;

use ring::digest::{Context, SHA256};

use crate::network_of;

const LONGEST: usize = 64;

/// What sort of thing is counted: `login`, `api-key`, `tenant`. Made in a `const`, where a wrong one does not compile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind(&'static str);

impl Kind {
    /// # Panics
    /// Unless it is 1 to 24 lowercase letters, digits and dashes: then no two kinds and ids make the same key.
    pub const fn new(name: &'static str) -> Self {
        let bytes = name.as_bytes();
        assert!(!bytes.is_empty() && bytes.len() <= 24, "a kind has 1 to 24 characters");
        let mut at = 0;
        while at < bytes.len() {
            let plain = bytes[at].is_ascii_lowercase() || bytes[at].is_ascii_digit() || bytes[at] == b'-';
            assert!(plain, "a kind is of lowercase letters, digits and dashes");
            at += 1;
        }
        Self(name)
    }

    pub fn name(self) -> &'static str {
        self.0
    }
}

/// A kind and an id, in at most 64 bytes. An id comes from a record or an address, never from text that a client chose
/// freely; one that does not fit is hashed, so that it can be neither long nor mistaken for another.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key {
    length: u8,
    bytes: [u8; LONGEST],
}

impl Key {
    pub fn new(kind: Kind, id: impl Display) -> Self {
        let mut text = Text { key: Self { length: 0, bytes: [0; LONGEST] }, full: false };
        let prefix = kind.0.len() + 1;
        let _ = write!(text, "{}:{id}", kind.0);
        // An id that looks like a hash is hashed itself, so that nobody can name another's.
        if text.full || text.key.as_bytes().get(prefix) == Some(&b'#') {
            return Self::hashed(kind, &id);
        }
        text.key
    }

    /// All of a /64 counts as one: whoever has one IPv6 address has as many as they like beside it.
    pub fn address(kind: Kind, address: IpAddr) -> Self {
        Self::new(kind, network_of(address))
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }

    fn hashed(kind: Kind, id: &dyn Display) -> Self {
        let mut hash = Hash(Context::new(&SHA256));
        let _ = write!(hash, "{id}");
        let hash = hash.0.finish();
        let mut text = Text { key: Self { length: 0, bytes: [0; LONGEST] }, full: false };
        let _ = write!(text, "{}:#", kind.0);
        for byte in &hash.as_ref()[..16] {
            let _ = write!(text, "{byte:02x}");
        }
        text.key
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(self.as_bytes()))
    }
}

struct Text {
    key: Key,
    full: bool,
}

impl Write for Text {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        let start = usize::from(self.key.length);
        let Some(room) = self.key.bytes.get_mut(start..start + part.len()) else {
            self.full = true;
            return Err(fmt::Error);
        };
        room.copy_from_slice(part.as_bytes());
        self.key.length += u8::try_from(part.len()).map_err(|_| fmt::Error)?;
        Ok(())
    }
}

struct Hash(Context);

impl Write for Hash {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        self.0.update(part.as_bytes());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOGIN: Kind = Kind::new("login");

    #[test]
    fn a_short_id_stands_as_it_is_and_a_long_one_is_hashed() {
        assert_eq!(Key::new(LOGIN, 42).as_bytes(), b"login:42");
        let fits = "x".repeat(LONGEST - 6);
        assert_eq!(Key::new(LOGIN, &fits).as_bytes(), format!("login:{fits}").as_bytes());
        let (long, other) = ("x".repeat(LONGEST - 5), format!("{}y", "x".repeat(1_000)));
        assert_eq!(Key::new(LOGIN, &long).as_bytes().len(), 39);
        assert_eq!(Key::new(LOGIN, &long), Key::new(LOGIN, &long));
        assert_ne!(Key::new(LOGIN, &long), Key::new(LOGIN, &other));
    }

    #[test]
    fn nobody_can_write_an_id_that_reads_like_the_hash_of_another() {
        let hashed = Key::new(LOGIN, "x".repeat(100));
        let text = String::from_utf8(hashed.as_bytes().to_vec()).unwrap();
        let forged = Key::new(LOGIN, text.strip_prefix("login:").unwrap());
        assert_ne!(forged, hashed);
    }

    #[test]
    fn neighbours_in_a_64_are_one_and_ipv4_addresses_are_each_their_own() {
        let key = |text: &str| Key::address(LOGIN, text.parse().unwrap());
        assert_eq!(key("2001:db8:1:2::1"), key("2001:db8:1:2:ffff::9"));
        assert_ne!(key("2001:db8:1:2::1"), key("2001:db8:1:3::1"));
        assert_ne!(key("192.0.2.1"), key("192.0.2.2"));
        assert_eq!(key("192.0.2.1"), key("::ffff:192.0.2.1"));
        assert_ne!(key("192.0.2.1"), key("::1"));
    }
}
