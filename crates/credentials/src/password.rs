//! A text that a person chose, and whether it is a good one.

use std::fmt;

use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use crate::{Refusal, common_passwords};

const SHORTEST: usize = 8;
const LONGEST: usize = 256;
/// A repeated word of at most so many characters is no password, however often it is repeated.
const UNIT: usize = 4;
/// So much must be left when the person's own words are taken out.
const OWN: usize = 6;
/// Shorter words are in too many others.
const OWN_WORD: usize = 4;

/// A password as it is hashed: in the one normal form (NFKC) of the many in which keyboards send the same characters.
pub struct Password(Zeroizing<String>);

impl Password {
    /// What somebody typed. What is too long is refused before any work is spent on it, whoever they say they are.
    pub fn typed(text: &str) -> Result<Self, Refusal> {
        if text.chars().nth(LONGEST).is_some() {
            return Err(Refusal::PasswordTooLong);
        }
        // No text grows more than elevenfold: it is never moved, so no copy of it is left behind.
        let mut normal = Zeroizing::new(String::with_capacity(11 * text.len()));
        normal.extend(text.nfkc());
        Ok(Self(normal))
    }

    /// Whether somebody may choose it. `own` are words that others know of this person: the e-mail address, the name,
    /// the name of the shop. There are no rules about which characters it must have.
    pub fn check(&self, own: &[&str]) -> Result<(), Refusal> {
        if self.0.chars().count() < SHORTEST {
            return Err(Refusal::PasswordTooShort);
        }
        let plain = Zeroizing::new(self.0.to_lowercase());
        if repeats(&plain) || counts(&plain) {
            return Err(Refusal::PasswordTooPlain);
        }
        if is_own(&plain, own) {
            return Err(Refusal::PasswordPersonal);
        }
        if common_passwords::is_common(&plain) {
            return Err(Refusal::PasswordCommon);
        }
        Ok(())
    }

    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(***)")
    }
}

/// `aaaaaaaa`, `12121212`, `abcdabcdab`.
fn repeats(plain: &str) -> bool {
    (1..=UNIT)
        .any(|unit| plain.chars().skip(unit).zip(plain.chars()).all(|(later, earlier)| later == earlier))
}

/// `abcdefgh`, `98765432`, `1234567890`.
fn counts(plain: &str) -> bool {
    let step = |before: char, after: char| match (before, after) {
        ('9', '0') => 1,
        ('0', '9') => -1,
        _ => i64::from(u32::from(after)) - i64::from(u32::from(before)),
    };
    let mut steps = plain.chars().zip(plain.chars().skip(1)).map(|(before, after)| step(before, after));
    let Some(first @ (1 | -1)) = steps.next() else { return false };
    steps.all(|step| step == first)
}

/// Whether it holds words of the person's own, and hardly anything besides.
fn is_own(plain: &str, own: &[&str]) -> bool {
    let plain = letters(plain);
    let mut words: Vec<String> = own.iter().flat_map(|text| words(text)).collect();
    // The longest first: what is left of a name when a part of it is taken out is not to count.
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    let mut rest = plain.clone();
    for word in &words {
        rest = Zeroizing::new(rest.replace(word.as_str(), ""));
    }
    let taken_out = rest.len() < plain.len();
    taken_out && (rest.chars().count() < OWN || rest.chars().all(char::is_numeric))
}

/// `anna.meier@example.com` is `annameierexamplecom`, `annameier`, `anna`, `meier` and `example`.
fn words(text: &str) -> Vec<String> {
    let text: String = text.nfkc().take(1_000).collect::<String>().to_lowercase();
    let local = text.split('@').next().unwrap_or_default();
    let parts = text.split(|c: char| !c.is_alphanumeric());
    let whole = [text.as_str(), local].into_iter();
    whole
        .chain(parts)
        .map(|word| letters(word).to_string())
        .filter(|word| word.chars().count() >= OWN_WORD)
        .collect()
}

fn letters(text: &str) -> Zeroizing<String> {
    Zeroizing::new(text.chars().filter(|c| c.is_alphanumeric()).collect())
}
