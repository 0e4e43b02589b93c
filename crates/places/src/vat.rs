//! Numbers under which businesses pay value added tax: how each country writes them, and that their digits agree.
//!
//! Of the European Union, Northern Ireland, Great Britain, Switzerland and Norway the digits are checked. Of other countries
//! a number is taken as it is written, for they have no common form. Whether a number is in use, only its country knows.

use crate::country;
use crate::vat_digits as digits;

/// A number as it is kept: letters of the country, then its own signs, with nothing between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VatNumber {
    /// As tax offices write it: EL is Greece, and XI is Northern Ireland.
    pub country: String,
    pub number: String,
}

/// A country whose numbers are checked: its letters, whether what stands behind them holds, and one that does.
type Rule = (&'static str, fn(&str) -> bool, &'static str);

const RULES: &[Rule] = &[
    ("AT", digits::austria, "ATU13585627"),
    ("BE", digits::belgium, "BE0428759497"),
    ("BG", digits::bulgaria, "BG175074752"),
    ("CY", digits::cyprus, "CY10259033P"),
    ("CZ", digits::czechia, "CZ25123891"),
    ("DE", digits::germany, "DE136695976"),
    ("DK", digits::denmark, "DK13585628"),
    ("EE", digits::estonia, "EE100931558"),
    ("EL", digits::greece, "EL094259216"),
    ("ES", digits::spain, "ESA13585625"),
    ("FI", digits::finland, "FI20774740"),
    ("FR", digits::france, "FR40303265045"),
    ("HR", digits::croatia, "HR33392005961"),
    ("HU", digits::hungary, "HU12892312"),
    ("IE", digits::ireland, "IE6433435F"),
    ("IT", digits::italy, "IT00743110157"),
    ("LT", digits::lithuania, "LT119511515"),
    ("LU", digits::luxembourg, "LU15027442"),
    ("LV", digits::latvia, "LV40003521600"),
    ("MT", digits::malta, "MT11679112"),
    ("NL", digits::netherlands, "NL004495445B01"),
    ("PL", digits::poland, "PL8567346215"),
    ("PT", digits::portugal, "PT501964843"),
    ("RO", digits::romania, "RO18547290"),
    ("SE", digits::sweden, "SE123456789701"),
    ("SI", digits::slovenia, "SI50223054"),
    ("SK", digits::slovakia, "SK2022749619"),
    ("GB", digits::britain, "GB980780684"),
    ("XI", digits::britain, "XI980780684"),
    ("CH", digits::switzerland, "CHE107787577MWST"),
    ("NO", digits::norway, "NO995525828MVA"),
];

impl VatNumber {
    /// Whether the register of the European Union knows it, if anybody does.
    pub fn is_european(&self) -> bool {
        let known = RULES.iter().any(|(of, ..)| *of == self.country);
        known && !["GB", "CH", "NO"].contains(&&*self.country)
    }
}

impl std::fmt::Display for VatNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}", self.country, self.number)
    }
}

/// The number as it is kept, or what is wrong with it.
pub fn vat_number(typed: &str) -> Result<VatNumber, String> {
    let close = typed.chars().filter(|sign| !sign.is_whitespace() && !matches!(sign, '.' | '-' | '/'));
    let close = close.collect::<String>().to_uppercase();
    let how = || "write it with the two letters of its country first, such as DE136695976".to_owned();
    if !close.is_ascii() || close.len() < 4 || close.len() > 20 {
        return Err(how());
    }
    let (of, number) = close.split_at(2);
    let of = if of == "GR" { "EL" } else { of };
    let read = || VatNumber { country: of.to_owned(), number: number.to_owned() };
    match RULES.iter().find(|(known, ..)| *known == of) {
        Some((_, holds, _)) if holds(number) => Ok(read()),
        Some((.., example)) => {
            Err(format!("no number of {of} reads like this; one is {example}. Look for a mistyped sign"))
        }
        None if country(of).is_ok() && number.bytes().all(|sign| sign.is_ascii_alphanumeric()) => Ok(read()),
        None => Err(how()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_of_each_country_hold_and_with_a_mistyped_digit_they_do_not() {
        for (of, holds, example) in RULES {
            let number = &example[2..];
            assert!(holds(number), "{of} {number}");
            assert_eq!(vat_number(example).unwrap().to_string(), *example);
            assert!(!holds(&number[1..]), "{of} is shorter");
            assert!(!holds(&format!("{number}0")), "{of} is longer");
            let last = number.rfind(|sign: char| sign.is_ascii_digit()).unwrap();
            // Luxembourg and those after it reckon modulo more than ten, so every other last digit is found out.
            for digit in (b'0'..=b'9').map(char::from).filter(|digit| !number[last..].starts_with(*digit)) {
                let mistyped = format!("{}{digit}{}", &number[..last], &number[last + 1..]);
                let odd = ["FR", "ES", "CY", "IE", "NL", "SE"].contains(of);
                assert!(odd || !holds(&mistyped), "{of} {mistyped}");
            }
        }
    }

    #[test]
    fn numbers_that_are_in_use_hold_and_such_that_only_look_so_do_not() {
        for line in include_str!("../data/vat.txt").lines().filter(|line| !line.starts_with('#')) {
            let (number, holds) = line.split_once(' ').unwrap();
            assert_eq!(vat_number(number).is_ok(), holds == "yes", "{number}");
        }
    }

    #[test]
    fn a_number_is_kept_in_one_way_however_it_is_typed() {
        for typed in ["DE136695976", "de 136 695 976", "DE-136.695.976", " DE136695976 "] {
            assert_eq!(vat_number(typed).unwrap().to_string(), "DE136695976");
        }
        assert_eq!(vat_number("GR 094259216").unwrap().to_string(), "EL094259216");
        assert_eq!(vat_number("AU 51 824 753 556").unwrap().to_string(), "AU51824753556");
        for nonsense in ["DE123", "", "136695976", "ZZ136695976", "DE", "§§§§§§", "DE136695975"] {
            assert!(vat_number(nonsense).is_err(), "{nonsense}");
        }
        assert!(vat_number("DE123").unwrap_err().contains("DE136695976"));
    }

    #[test]
    fn only_the_unions_register_is_asked_about_the_unions_numbers() {
        for (number, asked) in
            [("DE136695976", true), ("XI980780684", true), ("GB980780684", false), ("AU51824753556", false)]
        {
            assert_eq!(vat_number(number).unwrap().is_european(), asked, "{number}");
        }
    }
}
