//! Tables: texts that are looked up by a code or a name while the program runs.

use crate::Value;
use crate::language::Language;

/// Texts that leave nothing open, by their keys.
pub struct Words<'a> {
    language: &'a Language,
    rows: &'static [(&'static str, usize)],
}

/// Texts of which some are filled in, by their keys.
pub struct Phrases<'a>(Words<'a>);

/// A text that may have to be filled in.
pub struct Phrase<'a> {
    language: &'a Language,
    n: usize,
}

impl<'a> Words<'a> {
    /// Rows are in the order of their keys.
    pub const fn new(language: &'a Language, rows: &'static [(&'static str, usize)]) -> Self {
        Self { language, rows }
    }

    pub fn get(&self, key: &str) -> Option<&'a str> {
        self.find(key).map(|n| self.language.plain(n))
    }

    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &'a str)> + use<'a> {
        let language = self.language;
        self.rows.iter().map(move |(key, n)| (*key, language.plain(*n)))
    }

    fn find(&self, key: &str) -> Option<usize> {
        let found = self.rows.binary_search_by(|(known, _)| (*known).cmp(key)).ok()?;
        Some(self.rows[found].1)
    }
}

impl<'a> Phrases<'a> {
    /// Rows are in the order of their keys.
    pub const fn new(language: &'a Language, rows: &'static [(&'static str, usize)]) -> Self {
        Self(Words::new(language, rows))
    }

    pub fn get(&self, key: &str) -> Option<Phrase<'a>> {
        self.0.find(key).map(|n| Phrase { language: self.0.language, n })
    }

    pub fn iter(&self) -> impl Iterator<Item = (&'static str, Phrase<'a>)> + use<'a> {
        let language = self.0.language;
        self.0.rows.iter().map(move |(key, n)| (*key, Phrase { language, n: *n }))
    }
}

impl Phrase<'_> {
    /// Each gap filled with what is known under its name.
    pub fn filled<'v>(&self, with: impl Fn(&str) -> Value<'v>) -> String {
        let variables = self.language.variables(self.n);
        if variables.is_empty() {
            return self.language.plain(self.n).to_owned();
        }
        self.language.filled(self.n, variables.iter().map(|name| (*name, with(name))))
    }
}
