//! Codes that a person writes down and types in once when the app or the key is lost.

use std::fmt;

use rand::RngExt as _;
use subtle::{ConditionallySelectable, ConstantTimeEq};
use zeroize::Zeroizing;

use crate::Fingerprint;

/// Without 0, 1, i, l, o and u: no two of these look or are mistyped alike.
const ALPHABET: &[u8; 30] = b"23456789abcdefghjkmnpqrstvwxyz";
const HOW_MANY: usize = 10;
/// 16 of 30 characters are 78 bits.
const LENGTH: usize = 16;
const GROUP: usize = 4;
/// Of what was typed, no more is looked at.
const LONGEST: usize = 256;

/// One code, `k7qm-2xvd-9hfr-tw3n`.
pub struct RecoveryCode(Zeroizing<String>);

/// Ten new ones. They replace whatever ten a person had.
pub fn recovery_codes() -> [RecoveryCode; HOW_MANY] {
    std::array::from_fn(|_| RecoveryCode::new())
}

/// Which of the stored ones this is. Whoever asks removes it; asked again with the same, it is there again.
pub fn used_recovery_code(stored: &[Fingerprint], typed: &str) -> Option<usize> {
    let typed = fingerprint(typed);
    let mut found = u64::MAX;
    for (place, one) in stored.iter().enumerate() {
        found.conditional_assign(&(place as u64), one.ct_eq(&typed));
    }
    usize::try_from(found).ok().filter(|place| *place < stored.len())
}

impl RecoveryCode {
    /// The only time it is shown.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is stored.
    pub fn hash(&self) -> Fingerprint {
        fingerprint(&self.0)
    }

    fn new() -> Self {
        let mut random = rand::rng();
        let mut text = Zeroizing::new(String::with_capacity(LENGTH + LENGTH / GROUP));
        for place in 0..LENGTH {
            if place > 0 && place % GROUP == 0 {
                text.push('-');
            }
            text.push(char::from(ALPHABET[random.random_range(0..ALPHABET.len())]));
        }
        Self(text)
    }
}

impl fmt::Debug for RecoveryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryCode(***)")
    }
}

fn fingerprint(typed: &str) -> Fingerprint {
    // Copied out of a document, a dash may be any dash and a space any space.
    let known = |c: &char| c.is_alphanumeric();
    let plain = typed.chars().take(LONGEST).filter(known).map(|c| c.to_ascii_lowercase());
    Fingerprint::of(&Zeroizing::new(plain.collect::<String>()))
}
