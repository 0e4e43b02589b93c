//! Who a customer is: what they said of themselves, and what the shop says of them.

use std::collections::{BTreeMap, BTreeSet};

use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use uuid::Uuid;

/// All that is known of a customer but their address book and the shop's notes. It is one value, because each value is
/// sealed by itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    pub name: String,
    /// The first is the one that they are written to at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub emails: Vec<Email>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Phone>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company: Option<String>,
    /// By its tag: `de-AT`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// By its name in the database of time zones: `Europe/Dublin`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// Words that the shop puts to them.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub marks: BTreeSet<String>,
    /// What other systems call them, by the name of the system.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub external_ids: BTreeMap<String, String>,
}

/// An e-mail address of a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Email {
    pub address: String,
    /// By what it is found.
    pub index: Uuid,
    /// When it was shown to be theirs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proven_at: Option<Timestamp>,
    /// Whether they sign in with it, so that it is changed with their account and not here.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub signs_in: bool,
}

/// A telephone number, as it was typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phone {
    pub number: String,
    /// By what it is found, however it was typed.
    pub index: Uuid,
}

impl Person {
    /// The words by which they are found: of their name, their company and their e-mail addresses, but for what stands at
    /// the end of very many.
    pub fn words(&self) -> BTreeSet<String> {
        let texts = [Some(self.name.as_str()), self.company.as_deref()];
        let emails =
            self.emails.iter().map(|email| email.address.rsplit_once('.').map_or("", |(front, _)| front));
        texts.into_iter().flatten().chain(emails).flat_map(words).collect()
    }

    pub fn email(&self) -> Option<&str> {
        self.emails.first().map(|email| email.address.as_str())
    }
}

/// The words of a text in one spelling: small letters without accents, so that "Noel" finds "Noël".
pub fn words(text: &str) -> Vec<String> {
    let plain = text.nfkd().filter(|letter| !is_combining_mark(*letter));
    let small: String = plain.flat_map(char::to_lowercase).collect();
    let small = small.replace('ß', "ss").replace('ø', "o").replace('æ', "ae").replace('ł', "l");
    let words = small.split(|letter: char| !letter.is_alphanumeric());
    words.filter(|word| !word.is_empty()).map(|word| word.chars().take(WORD).collect()).collect()
}

/// Longer words are found by what they begin with.
const WORD: usize = 40;

/// How many digits of a telephone number tell it apart. What stands before them is written or left out: +353, 00353, 0.
const TELLING: usize = 8;

/// What of a telephone number is the same in every way of writing it.
pub fn telling_digits(number: &str) -> String {
    let digits: Vec<char> = number.chars().filter(char::is_ascii_digit).collect();
    digits[digits.len().saturating_sub(TELLING)..].iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_however_it_is_accented_and_written() {
        assert_eq!(words("Noël O'Neil-BYRON"), ["noel", "o", "neil", "byron"]);
        assert_eq!(words("Große Łódź, Søren"), ["grosse", "lodz", "soren"]);
        assert_eq!(words("ada.lovelace@example.com"), ["ada", "lovelace", "example", "com"]);
        assert_eq!(words(" … "), [""; 0]);
        assert_eq!(words("山田太郎"), ["山田太郎"]);
    }

    #[test]
    fn a_telephone_number_is_the_same_with_and_without_its_country() {
        for written in ["+353 21 427 1000", "(021) 427-1000", "00353214271000", "0214271000"] {
            assert_eq!(telling_digits(written), "14271000", "{written}");
        }
        assert_eq!(telling_digits("112"), "112");
    }
}
