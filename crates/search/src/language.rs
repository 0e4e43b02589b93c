//! Languages: which forms are one word. Stems are compared when somebody asks, and not kept, so that one index serves
//! every language.

use serde::Serialize;
use tantivy::tokenizer::{Language as Known, RawTokenizer, Stemmer, StopWordFilter, TextAnalyzer};

const LANGUAGES: &[(&str, Known)] = &[
    ("en", Known::English),
    ("de", Known::German),
    ("fr", Known::French),
    ("es", Known::Spanish),
    ("it", Known::Italian),
    ("nl", Known::Dutch),
    ("pt", Known::Portuguese),
    ("da", Known::Danish),
    ("fi", Known::Finnish),
    ("hu", Known::Hungarian),
    ("no", Known::Norwegian),
    ("ro", Known::Romanian),
    ("ru", Known::Russian),
    ("sv", Known::Swedish),
    ("tr", Known::Turkish),
];

/// Those whose forms are known when nobody says which language is meant.
const USUAL: usize = 7;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Language(&'static str);

impl Language {
    pub(crate) fn named(name: &str) -> Option<Self> {
        LANGUAGES.iter().find(|(known, _)| *known == name).map(|(known, _)| Self(known))
    }

    pub(crate) fn names() -> String {
        LANGUAGES.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
    }
}

/// The forms of words in one language, or in the usual ones.
pub(crate) struct Forms {
    stemmers: Vec<TextAnalyzer>,
    fillers: Option<TextAnalyzer>,
}

/// The stems of a word, one for each language.
pub(crate) struct Stems(Vec<String>);

impl Forms {
    pub(crate) fn of(language: Option<Language>) -> Self {
        let known = match language {
            Some(Language(name)) => LANGUAGES.iter().filter(|(known, _)| *known == name).collect::<Vec<_>>(),
            None => LANGUAGES[..USUAL].iter().collect(),
        };
        let raw =
            |language| TextAnalyzer::builder(RawTokenizer::default()).filter(Stemmer::new(language)).build();
        let fillers = language.and_then(|_| StopWordFilter::new(known.first()?.1));
        Self {
            stemmers: known.iter().map(|(_, language)| raw(*language)).collect(),
            fillers: fillers
                .map(|filter| TextAnalyzer::builder(RawTokenizer::default()).filter(filter).build()),
        }
    }

    pub(crate) fn stems(&mut self, word: &str) -> Stems {
        Stems(self.stemmers.iter_mut().map(|stemmer| through(stemmer, word).unwrap_or_default()).collect())
    }

    /// Whether another word is a form of the same.
    pub(crate) fn same(&mut self, stems: &Stems, other: &str) -> bool {
        self.stemmers
            .iter_mut()
            .zip(&stems.0)
            .any(|(stemmer, stem)| !stem.is_empty() && through(stemmer, other).as_deref() == Some(stem))
    }

    /// Whether it is one of the words that fill a sentence, such as "the".
    pub(crate) fn fills(&mut self, word: &str) -> bool {
        self.fillers.as_mut().is_some_and(|filter| through(filter, word).is_none())
    }
}

impl Stems {
    /// What all forms of the word begin with: a stem, less a letter that may have changed.
    pub(crate) fn root<'a>(&self, word: &'a str) -> &'a str {
        let common = |stem: &String| {
            stem.chars().zip(word.chars()).take_while(|(one, other)| one == other).count().saturating_sub(1)
        };
        let least = self.0.iter().map(common).min().unwrap_or(0).max(3);
        word.char_indices().nth(least).map_or(word, |(at, _)| &word[..at])
    }
}

fn through(analyzer: &mut TextAnalyzer, word: &str) -> Option<String> {
    let mut stream = analyzer.token_stream(word);
    stream.advance().then(|| stream.token().text.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_a_word_are_the_same_word_in_its_language() {
        for (language, one, other) in [
            ("en", "running", "runs"),
            ("de", "lampen", "lampe"),
            ("fr", "chaises", "chaise"),
            ("es", "mesas", "mesa"),
            ("it", "sedie", "sedia"),
            ("nl", "stoelen", "stoel"),
            ("pt", "cadeiras", "cadeira"),
        ] {
            for language in [Language::named(language), None] {
                let mut forms = Forms::of(language);
                let stems = forms.stems(one);
                assert!(forms.same(&stems, other), "{one} and {other}");
                assert!(other.starts_with(stems.root(one)), "{one}: {}", stems.root(one));
                assert!(!forms.same(&stems, "umbrella"));
            }
        }
    }

    #[test]
    fn words_that_fill_a_sentence_are_known_when_the_language_is() {
        assert!(Forms::of(Language::named("de")).fills("mit"));
        assert!(!Forms::of(Language::named("de")).fills("lampe"));
        assert!(!Forms::of(None).fills("the"));
    }
}
