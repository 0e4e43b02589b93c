//! A language: its texts, and the language that stands in for those which it lacks.

use std::sync::OnceLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use fluent_syntax::ast::Pattern;

use crate::Value;
use crate::formats::Formats;

/// What is said in one language. The code that `translations` makes knows each text by its place in the list.
pub struct Language {
    tag: &'static str,
    source: &'static str,
    list: &'static [Text],
    otherwise: Option<&'static Self>,
    said: OnceLock<Said>,
    formats: OnceLock<Formats>,
}

/// A message of a file, or an attribute of one.
pub struct Text {
    pub message: &'static str,
    pub attribute: Option<&'static str>,
    pub variables: &'static [&'static str],
}

/// A file as it was read.
struct Said {
    bundle: FluentBundle<FluentResource>,
    /// Each text that leaves nothing open, at its place in the list; nothing at the places of others.
    plain: Box<[Box<str>]>,
}

impl Language {
    pub const fn new(
        tag: &'static str,
        source: &'static str,
        list: &'static [Text],
        otherwise: Option<&'static Self>,
    ) -> Self {
        Self { tag, source, list, otherwise, said: OnceLock::new(), formats: OnceLock::new() }
    }

    /// `en`, `pt-BR`.
    pub const fn tag(&self) -> &'static str {
        self.tag
    }

    /// How numbers and days are written.
    pub fn formats(&self) -> &Formats {
        self.formats.get_or_init(|| Formats::of(self.tag))
    }

    /// A text that leaves nothing open.
    pub fn plain(&self, n: usize) -> &str {
        &self.said().plain[n]
    }

    /// A text with its gaps filled.
    pub fn filled<'v>(&self, n: usize, with: impl IntoIterator<Item = (&'v str, Value<'v>)>) -> String {
        let with: FluentArgs<'v> = with.into_iter().collect();
        self.in_words(n, &with)
    }

    pub(crate) fn variables(&self, n: usize) -> &'static [&'static str] {
        self.list[n].variables
    }

    fn in_words(&self, n: usize, with: &FluentArgs<'_>) -> String {
        let said = self.said();
        match (said.pattern(&self.list[n]), self.otherwise) {
            (Some(pattern), _) => said.written(pattern, with),
            (None, Some(otherwise)) => otherwise.in_words(n, with),
            (None, None) => String::new(),
        }
    }

    fn said(&self) -> &Said {
        self.said.get_or_init(|| self.read())
    }

    fn read(&self) -> Said {
        // What cannot be read was refused when this was built.
        let resource =
            FluentResource::try_new(self.source.to_owned()).unwrap_or_else(|(resource, _)| resource);
        let mut bundle = FluentBundle::new_concurrent(vec![self.tag.parse().unwrap_or_default()]);
        bundle.set_use_isolating(false);
        // `NUMBER($n)` says that it is one.
        let number = bundle.add_function("NUMBER", |given, _| given.first().cloned().unwrap_or(Value::Error));
        number.expect("the bundle has no function yet");
        bundle.add_resource_overriding(resource);
        let mut said = Said { bundle, plain: Box::default() };
        let nothing = FluentArgs::new();
        let plain = |(n, text): (usize, &Text)| match (said.pattern(text), self.otherwise) {
            _ if !text.variables.is_empty() => Box::default(),
            (Some(pattern), _) => said.written(pattern, &nothing).into(),
            (None, otherwise) => otherwise.map_or("", |otherwise| otherwise.plain(n)).into(),
        };
        let plain = self.list.iter().enumerate().map(plain).collect();
        said.plain = plain;
        said
    }
}

impl Said {
    fn pattern(&self, text: &Text) -> Option<&Pattern<&str>> {
        let message = self.bundle.get_message(text.message)?;
        match text.attribute {
            Some(name) => message.get_attribute(name).map(|attribute| attribute.value()),
            None => message.value(),
        }
    }

    fn written(&self, pattern: &Pattern<&str>, with: &FluentArgs<'_>) -> String {
        let mut errors = Vec::new();
        let text = self.bundle.format_pattern(pattern, Some(with), &mut errors).into_owned();
        debug_assert!(errors.is_empty(), "{}: {errors:?}", self.bundle.locales[0]);
        text
    }
}

#[cfg(test)]
mod tests {
    use translations::Folder;

    use super::*;
    use crate::table::{Phrases, Words};

    const ENGLISH_SOURCE: &str = "
skip = Skip to the content
count = { $number ->
    [one] { $number } product
   *[other] { $number } products
}
by = by { $brand }
refusal-gone = It is gone.
    .title = Gone
refusal-few = Only { NUMBER($left) } left.
";
    /// A language in which three are few, and which lacks much.
    const OTHER_SOURCE: &str = "
skip = Do treści
count = { $number ->
    [one] { $number } produkt
    [few] { $number } produkty
   *[many] { $number } produktów
}
refusal-gone = Nie ma.
";
    static LIST: [Text; 6] = [
        Text { message: "skip", attribute: None, variables: &[] },
        Text { message: "count", attribute: None, variables: &["number"] },
        Text { message: "by", attribute: None, variables: &["brand"] },
        Text { message: "refusal-gone", attribute: None, variables: &[] },
        Text { message: "refusal-gone", attribute: Some("title"), variables: &[] },
        Text { message: "refusal-few", attribute: None, variables: &["left"] },
    ];
    static ENGLISH: Language = Language::new("en", ENGLISH_SOURCE, &LIST, None);
    static OTHER: Language = Language::new("pl", OTHER_SOURCE, &LIST, Some(&ENGLISH));
    static REFUSALS: [(&str, usize); 2] = [("few", 5), ("gone", 3)];
    static TITLES: [(&str, usize); 1] = [("gone", 4)];

    #[test]
    fn what_a_language_lacks_stands_in_english_and_the_report_names_it() {
        assert_eq!((OTHER.plain(0), OTHER.plain(4)), ("Do treści", "Gone"));
        assert_eq!(OTHER.filled(2, [("brand", "Linen".into())]), "by Linen");
        let refusals = Phrases::new(&OTHER, &REFUSALS);
        let told = |code| refusals.get(code).map(|text| text.filled(|_| 3.into()));
        assert_eq!((told("gone"), told("few")), (Some("Nie ma.".into()), Some("Only 3 left.".into())));
        let report = Folder::of(&[("en", ENGLISH_SOURCE), ("pl", OTHER_SOURCE)]).ok().unwrap().report();
        assert_eq!(
            report,
            "| language | texts | in English |\n|---|---|---|\n| en | 6 of 6 | 0 |\n| pl | 3 of 6 | 3 |\n\
             \nIn pl these stand in English:\n\n- `by`\n- `refusal-gone.title`\n- `refusal-few`\n"
        );
    }

    #[test]
    fn each_language_counts_in_its_own_way() {
        let counted = |language: &Language, number: i64| language.filled(1, [("number", number.into())]);
        assert_eq!([0, 1, 3].map(|n| counted(&ENGLISH, n)), ["0 products", "1 product", "3 products"]);
        let other = [1, 3, 5, 22].map(|n| counted(&OTHER, n));
        assert_eq!(other, ["1 produkt", "3 produkty", "5 produktów", "22 produkty"]);
        assert_eq!(counted(&ENGLISH, 1_234_567), "1234567 products");
    }

    #[test]
    fn tables_are_looked_up_by_their_keys() {
        let titles = Words::new(&ENGLISH, &TITLES);
        assert_eq!((titles.get("gone"), titles.get("few")), (Some("Gone"), None));
        assert_eq!(titles.iter().collect::<Vec<_>>(), [("gone", "Gone")]);
        let keys: Vec<&str> = Phrases::new(&OTHER, &REFUSALS).iter().map(|(key, _)| key).collect();
        assert_eq!(keys, ["few", "gone"]);
    }
}
