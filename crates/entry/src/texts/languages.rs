//! The languages that there are.

use super::words::Texts;
use super::{de, en};

/// The first is what those read whose browser asks for none of them.
pub static LANGUAGES: [&Texts; 2] = [&en::ENGLISH, &de::GERMAN];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_says_the_same_words() {
        let names = |texts: &Texts| texts.words.iter().map(|(name, _)| *name).collect::<Vec<_>>();
        for texts in LANGUAGES {
            assert_eq!(names(texts), names(LANGUAGES[0]), "{}", texts.language);
            assert!(texts.words.iter().all(|(_, text)| !text.is_empty()), "{}", texts.language);
        }
    }
}
