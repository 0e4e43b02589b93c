//! The countries of ISO 3166-1, with their names and how they write postal codes. `data/make.py` says where from.

use std::collections::BTreeMap;
use std::sync::{LazyLock, OnceLock};

use regex_lite::Regex;

pub struct Country {
    pub code: &'static str,
    pub english: &'static str,
    /// Whether a letter does not arrive without one.
    pub needs_postal_code: bool,
    /// How one is written; nothing where there are none.
    postal_pattern: &'static str,
    postal_example: &'static str,
    postal: OnceLock<Option<Regex>>,
}

static COUNTRIES: LazyLock<BTreeMap<&'static str, Country>> = LazyLock::new(|| {
    let lines = include_str!("../data/countries.tsv").lines();
    lines.filter_map(Country::read).map(|country| (country.code, country)).collect()
});

/// All of them, by their letters.
pub fn countries() -> impl Iterator<Item = &'static Country> {
    COUNTRIES.values()
}

/// The country of these letters, or how to write it.
pub fn country(code: &str) -> Result<&'static Country, String> {
    if let Some(known) = COUNTRIES.get(code) {
        return Ok(known);
    }
    let meant = match code.to_uppercase().as_str() {
        "UK" => Some("GB"),
        "EL" => Some("GR"),
        upper => COUNTRIES.get_key_value(upper).map(|(known, _)| *known),
    };
    Err(match meant {
        Some(meant) => format!("there is no country {code}; use {meant}"),
        None => "write the country with its two letters of ISO 3166, such as IE".to_owned(),
    })
}

/// The postal code as the country writes it, or what is wrong with it. Where there are none, or it is nobody's duty to
/// know theirs, it may be left out; where there are none, whatever is written stays.
pub fn postal_code(country: &Country, code: &str) -> Result<String, String> {
    let code = code.split_whitespace().collect::<Vec<_>>().join(" ").to_uppercase();
    let Some(pattern) = country.postal() else {
        let fits = code.chars().count() <= 20;
        return if fits {
            Ok(code)
        } else {
            Err("give a postal code of at most 20 signs, or none".to_owned())
        };
    };
    if code.is_empty() && !country.needs_postal_code {
        return Ok(code);
    }
    let close: String = code.chars().filter(|sign| !matches!(sign, ' ' | '-')).collect();
    // People leave out the country's letters where they are a part of it, and put spaces where they like.
    let apart = country.apart(&close);
    let written = [code.clone(), close.clone(), format!("{}-{close}", country.code), apart];
    let known = written.into_iter().find(|code| pattern.is_match(code));
    known.ok_or_else(|| {
        let (name, example) = (country.english, country.postal_example);
        format!("write the postal code as in {name}, such as {example}")
    })
}

impl Country {
    fn read(line: &'static str) -> Option<Self> {
        let mut fields = line.split('\t');
        Some(Self {
            code: fields.next()?,
            english: fields.next()?,
            needs_postal_code: fields.next()? == "yes",
            postal_pattern: fields.next()?,
            postal_example: fields.next()?,
            postal: OnceLock::new(),
        })
    }

    /// One as the country writes it; none where there are none.
    pub fn postal_example(&self) -> Option<&'static str> {
        (!self.postal_example.is_empty()).then_some(self.postal_example)
    }

    /// A code that was written without a gap, with one where the country has it.
    fn apart(&self, close: &str) -> String {
        let (mut signs, mut apart) = (close.chars(), String::with_capacity(close.len() + 2));
        for sign in self.postal_example.chars() {
            match sign {
                ' ' | '-' => apart.push(sign),
                _ => apart.extend(signs.next()),
            }
        }
        apart.extend(signs);
        apart
    }

    fn postal(&self) -> Option<&Regex> {
        let compile = || Regex::new(&format!("^(?:{})$", self.postal_pattern)).ok();
        self.postal.get_or_init(|| if self.postal_pattern.is_empty() { None } else { compile() }).as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_those_of_iso_3166_and_each_can_be_read() {
        assert_eq!(countries().count(), 249);
        for country in countries() {
            assert!(country.code.len() == 2 && !country.english.is_empty());
            assert_eq!(country.postal().is_some(), !country.postal_pattern.is_empty(), "{}", country.code);
            let example = country.postal_example;
            let read = postal_code(country, example);
            assert_eq!(read.as_deref(), Ok(example), "{}", country.code);
        }
    }

    #[test]
    fn two_letters_are_not_a_country_and_whoever_means_one_is_told() {
        for (code, told) in [
            ("UK", "use GB"),
            ("EL", "use GR"),
            ("ie", "use IE"),
            ("XX", "ISO 3166"),
            ("ZZ", "ISO 3166"),
            ("EU", "ISO 3166"),
            ("XI", "ISO 3166"),
            ("Ireland", "ISO 3166"),
            ("", "ISO 3166"),
        ] {
            let refused = country(code).err().unwrap();
            assert!(refused.contains(told), "{code}: {refused}");
        }
        assert_eq!(country("DE").ok().unwrap().english, "Germany");
    }

    #[test]
    fn a_postal_code_is_kept_as_its_country_writes_it() {
        for (of, typed, kept) in [
            ("DE", " 20357 ", Some("20357")),
            ("DE", "20 357", Some("20357")),
            ("DE", "2035", None),
            ("DE", "!!!", None),
            ("DE", "", None),
            ("GB", "sw1a  1aa", Some("SW1A 1AA")),
            ("GB", "sw1a1aa", Some("SW1A1AA")),
            ("GB", "12345", None),
            ("NL", "3511nj", Some("3511NJ")),
            ("SE", "118 49", Some("118 49")),
            ("PT", "4050-103", Some("4050-103")),
            ("PT", "4050103", Some("4050-103")),
            ("PT", "405010", None),
            ("PL", "00950", Some("00-950")),
            ("PL", "00 950", Some("00-950")),
            ("PL", "009501", None),
            ("LV", "1010", Some("LV-1010")),
            ("US", "10001-0001", Some("10001-0001")),
            ("US", "1000", None),
            ("CA", "k1a 0b1", Some("K1A 0B1")),
            ("IE", "t12", Some("T12")),
            ("IE", "T12 X70A", Some("T12 X70A")),
            ("IE", "", Some("")),
            ("IE", "!!!", None),
            ("HK", "", Some("")),
            ("AE", "00000", Some("00000")),
            ("AE", "a code of more than twenty signs", None),
        ] {
            let read = postal_code(country(of).ok().unwrap(), typed);
            assert_eq!(read.as_deref().ok(), kept, "{of} {typed}: {read:?}");
        }
        let refused = postal_code(country("DE").ok().unwrap(), "!!!").unwrap_err();
        assert_eq!(refused, "write the postal code as in Germany, such as 26133");
    }
}
