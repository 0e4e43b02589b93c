//! A file: what one language says.

use std::collections::BTreeSet;

use fluent_syntax::ast::{Entry, Pattern};
use fluent_syntax::parser::{ParserError, parse};

use crate::variables::{Variables, variables};

pub struct File {
    /// As its file is called, such as `de` or `pt-BR`.
    pub language: String,
    /// In the order in which they stand there.
    pub texts: Vec<Text>,
}

/// A message, or an attribute of one.
pub struct Text {
    pub message: String,
    pub attribute: Option<String>,
    pub variables: Variables,
}

impl File {
    /// Reads it, or says all that is wrong with it.
    pub fn read(language: &str, content: &str) -> Result<Self, Vec<String>> {
        let mut wrong = Vec::new();
        if !is_language(language) {
            wrong.push("is not called like a language, such as de.ftl or pt-BR.ftl".to_owned());
        }
        let resource = parse(content).unwrap_or_else(|(resource, errors)| {
            wrong.extend(errors.iter().map(|error| unreadable(content, error)));
            resource
        });
        let terms = resource.body.iter().filter_map(|entry| match entry {
            Entry::Term(term) => Some(term.id.name),
            _ => None,
        });
        let terms: BTreeSet<&str> = terms.collect();
        let mut texts: Vec<Text> = Vec::new();
        for entry in &resource.body {
            let Entry::Message(message) = entry else { continue };
            let value = message.value.iter().map(|pattern| (None, pattern));
            let attributes = message.attributes.iter().map(|own| (Some(own.id.name), &own.value));
            for (attribute, pattern) in value.chain(attributes) {
                let (text, mistakes) = Text::read(message.id.name, attribute, pattern, &terms);
                let name = text.name();
                wrong.extend(mistakes.into_iter().map(|mistake| format!("{name} {mistake}")));
                if texts.iter().any(|known| known.name() == name) {
                    wrong.push(format!("{name} stands there twice"));
                }
                texts.push(text);
            }
        }
        if wrong.is_empty() { Ok(Self { language: language.to_owned(), texts }) } else { Err(wrong) }
    }

    pub fn text(&self, name: &str) -> Option<&Text> {
        self.texts.iter().find(|text| text.name() == name)
    }
}

impl Text {
    fn read(
        message: &str,
        attribute: Option<&str>,
        pattern: &Pattern<&str>,
        terms: &BTreeSet<&str>,
    ) -> (Self, Vec<String>) {
        let (variables, wrong) = variables(pattern, terms);
        let attribute = attribute.map(str::to_owned);
        (Self { message: message.to_owned(), attribute, variables }, wrong)
    }

    /// `refusal-too_many`, `refusal-too_many.title`.
    pub fn name(&self) -> String {
        match &self.attribute {
            Some(attribute) => format!("{}.{attribute}", self.message),
            None => self.message.clone(),
        }
    }
}

fn unreadable(content: &str, error: &ParserError) -> String {
    let before = content.get(..error.pos.start).unwrap_or(content);
    let line = before.matches('\n').count() + 1;
    let begun = error.slice.clone().and_then(|range| content.get(range)).unwrap_or_default();
    let name = begun.split(['=', '\n']).next().unwrap_or_default().trim();
    format!("{name} cannot be read (line {line}): {}", error.kind)
}

/// `de`, `pt-BR`, `zh-Hant-TW`.
fn is_language(name: &str) -> bool {
    let mut parts = name.split('-');
    let fits = |part: &str, lengths: std::ops::RangeInclusive<usize>| {
        lengths.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    parts.next().is_some_and(|first| fits(first, 2..=3)) && parts.all(|part| fits(part, 2..=8))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::variables::Kind;

    fn read(content: &str) -> Result<File, Vec<String>> {
        File::read("de", content)
    }

    #[test]
    fn what_is_counted_with_is_a_number_and_all_else_a_text() {
        let file = read(concat!(
            "count = { $number ->\n    [one] { $number } in { $shop }\n   *[other] many\n}\n",
            "left = { NUMBER($left) }\n    .title = { $title }\n",
            "whose = { $whose ->\n    [hers] her\n   *[his] his\n}\n",
        ))
        .ok()
        .unwrap();
        let found: Vec<(String, &str, Kind)> = file
            .texts
            .iter()
            .flat_map(|text| {
                text.variables.iter().map(|(variable, kind)| (text.name(), variable.as_str(), *kind))
            })
            .collect();
        let (count, left) = (String::from("count"), String::from("left"));
        let expected = [
            (count.clone(), "number", Kind::Number),
            (count, "shop", Kind::Text),
            (left, "left", Kind::Number),
            ("left.title".to_owned(), "title", Kind::Text),
            ("whose".to_owned(), "whose", Kind::Text),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn what_is_wrong_is_said_with_the_name_of_the_text() {
        for (content, said) in [
            ("skip = Weiter\ncount = { $number", "count cannot be read (line 2)"),
            ("skip = a\nskip = b", "skip stands there twice"),
            ("when = { DATETIME($at) }", "when calls DATETIME"),
            ("a = b\nskip = { a }", "skip refers to a;"),
            ("skip = { -brand }", "skip refers to the term -brand"),
        ] {
            let wrong = read(content).err().unwrap().join("\n");
            assert!(wrong.contains(said), "{content}: {wrong}");
        }
        assert!(read("-brand = Galleria\nskip = { -brand }").is_ok());
    }

    #[test]
    fn a_file_is_called_as_its_language_is() {
        for (name, fits) in
            [("de", true), ("pt-BR", true), ("zh-Hant-TW", true), ("german", false), ("", false)]
        {
            assert_eq!(File::read(name, "").is_ok(), fits, "{name}");
        }
    }
}
