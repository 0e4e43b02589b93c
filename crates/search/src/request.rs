//! A search as it is typed into an address, checked.

use std::collections::BTreeSet;

use catalog::Status;
use edge::Cursor;
use kernel::{Check, FieldProblem, Problem, Word};

use crate::finding::ask::{Ask, Filters, Prices, Sort};
use crate::language::Language;
use crate::words;

/// What was asked for, with the page of it.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) ask: Ask,
    pub(crate) facets: bool,
    pub(crate) limit: usize,
    pub(crate) cursor: Option<String>,
}

const LETTERS: usize = 200;
const WORDS: usize = 12;

/// How many values one filter may name, and how many attributes may be filtered by.
const VALUES: usize = 50;
const ATTRIBUTES: usize = 20;

pub(crate) fn read(typed: &[(String, String)]) -> Result<Request, Problem> {
    let known = [
        "q",
        "language",
        "category",
        "price_from",
        "price_to",
        "status",
        "sort",
        "facets",
        "limit",
        "cursor",
    ];
    let mut typed = Typed::new(typed, &known)?;
    let q = typed.words("q")?;
    let language = typed.language()?;
    let check = &mut Check::default();
    let sort = match typed.one("sort") {
        None if q.is_none() => Sort::Newest,
        None => Sort::Relevance,
        Some(name) => {
            let sort = Sort::named(name);
            check.that(sort.is_some(), "sort", "it may be relevance, newest, price, -price or title");
            sort.unwrap_or(Sort::Relevance)
        }
    };
    let status = typed.one("status");
    check.that(
        status.is_none_or(|status| Status::named(status).is_some()),
        "status",
        "it may be draft, active or archived",
    );
    let facets = typed.one("facets").unwrap_or("true");
    check.that(["true", "false"].contains(&facets), "facets", "it may be true or false");
    let filters = typed.filters(check);
    let limit = typed.one("limit").map(str::parse);
    check.that(limit.as_ref().is_none_or(Result::is_ok), "limit", "a page has 1 to 100 items");
    std::mem::take(check).done()?;
    Ok(Request {
        ask: Ask { q, language, status: status.map(str::to_owned), filters, sort },
        facets: facets == "true",
        limit: Cursor::limit(limit.and_then(Result::ok))?,
        cursor: typed.one("cursor").map(str::to_owned),
    })
}

pub(crate) fn suggest(typed: &[(String, String)]) -> Result<(String, Option<Language>), Problem> {
    let mut typed = Typed::new(typed, &["q", "language"])?;
    let q = typed.words("q")?.ok_or_else(|| wrong("q", "say what to look for"))?;
    Ok((q, typed.language()?))
}

/// What stands in an address, by name.
struct Typed<'a>(&'a [(String, String)]);

/// What an attribute's name follows.
const ATTRIBUTE: &str = "attribute.";

impl<'a> Typed<'a> {
    /// Refuses what is not known, and what is said twice and can be only once.
    fn new(typed: &'a [(String, String)], known: &[&str]) -> Result<Self, Problem> {
        let mut seen = BTreeSet::new();
        let several = known.contains(&"category");
        for (name, _) in typed {
            let attribute = several && name.strip_prefix(ATTRIBUTE).is_some_and(|name| !name.is_empty());
            if !attribute && !known.contains(&name.as_str()) {
                return Err(wrong(name, "there is no such parameter"));
            }
            if !attribute && name != "category" && !seen.insert(name) {
                return Err(wrong(name, "say it once"));
            }
        }
        Ok(Self(typed))
    }

    fn one(&self, name: &str) -> Option<&'a str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    fn words(&mut self, name: &str) -> Result<Option<String>, Problem> {
        let Some(q) = self.one(name) else { return Ok(None) };
        let mut check = Check::default();
        check.that(q.chars().count() <= LETTERS, name, format!("ask with at most {LETTERS} letters"));
        check.done()?;
        let parts = words::asked(q).len();
        let mut check = Check::default();
        check.that(parts > 0, name, "say what to look for");
        check.that(parts <= WORDS, name, format!("ask for at most {WORDS} words"));
        check.done()?;
        Ok(Some(q.to_owned()))
    }

    fn language(&self) -> Result<Option<Language>, Problem> {
        let Some(name) = self.one("language") else { return Ok(None) };
        let known = Language::named(name);
        known.map(Some).ok_or_else(|| wrong("language", format!("it may be {}", Language::names())))
    }

    fn filters(&self, check: &mut Check) -> Filters {
        let mut filters = Filters::default();
        for (name, value) in self.0 {
            if name == "category" {
                filters.categories.insert(value.clone());
            } else if let Some(attribute) = name.strip_prefix(ATTRIBUTE) {
                filters.attributes.entry(attribute.to_owned()).or_default().insert(value.clone());
            }
        }
        check.that(filters.categories.len() <= VALUES, "category", format!("name at most {VALUES}"));
        check.that(
            filters.attributes.len() <= ATTRIBUTES,
            "attribute",
            format!("filter by at most {ATTRIBUTES} attributes"),
        );
        for (name, values) in &filters.attributes {
            check.that(
                values.len() <= VALUES,
                format!("{ATTRIBUTE}{name}"),
                format!("name at most {VALUES}"),
            );
        }
        let price = |name: &str, check: &mut Check| {
            let amount = self.one(name).map(str::parse::<u64>);
            let read = amount.as_ref().is_none_or(Result::is_ok);
            check.that(read, name, "write an amount in minor units, 0 or more");
            amount.and_then(Result::ok)
        };
        let (from, to) = (price("price_from", check), price("price_to", check));
        if from.is_some() || to.is_some() {
            let prices = Prices { from: from.unwrap_or(0), to: to.unwrap_or(u64::MAX) };
            check.that(prices.from <= prices.to, "price_to", "it is not below price_from");
            filters.price = Some(prices);
        }
        filters
    }
}

fn wrong(name: &str, detail: impl Into<String>) -> Problem {
    Problem::invalid(vec![FieldProblem { pointer: name.to_owned(), detail: detail.into() }])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(pairs: &[(&str, &str)]) -> Result<Request, Problem> {
        let pairs: Vec<_> = pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        read(&pairs)
    }

    #[test]
    fn values_of_one_filter_are_gathered() {
        let pairs =
            [("attribute.color", "red"), ("attribute.color", "blue"), ("category", "a"), ("price_to", "9")];
        let filters = typed(&pairs).unwrap().ask.filters;
        assert_eq!(Vec::from_iter(&filters.attributes["color"]), ["blue", "red"]);
        assert_eq!(filters.price, Some(Prices { from: 0, to: 9 }));
    }

    #[test]
    fn what_cannot_be_asked_is_refused_by_name() {
        let (long, many) = ("x".repeat(201), "x ".repeat(13));
        for (name, value) in [
            ("q", ""),
            ("q", "…\u{1}"),
            ("q", &long),
            ("q", &many),
            ("colour", "red"),
            ("attribute.", "red"),
            ("language", "tlh"),
            ("sort", "best"),
            ("price_from", "-1"),
            ("facets", "yes"),
            ("limit", "0"),
            ("limit", "many"),
        ] {
            let refused = typed(&[(name, value)]).unwrap_err();
            assert_eq!(refused.fields[0].pointer, name, "{value}");
        }
        assert_eq!(typed(&[("q", "a"), ("q", "b")]).unwrap_err().fields[0].pointer, "q");
        assert_eq!(
            typed(&[("price_from", "2"), ("price_to", "1")]).unwrap_err().fields[0].pointer,
            "price_to"
        );
    }
}
