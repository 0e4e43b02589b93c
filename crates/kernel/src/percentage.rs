//! A percentage as people write it, with its sign: "7.5%". A bare number is none, for nobody can tell whether it counts
//! percents, hundredths of one, or parts of a whole.

use std::fmt;
use std::str::FromStr;

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Kept in parts of a million, so that 8.875% is exact. At most a thousand percent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Percentage(u32);

const ONE: u32 = 10_000;
const MOST: u32 = 1_000 * ONE;

/// What is said to whoever writes it otherwise.
pub const HOW_TO_WRITE: &str = "write a percentage as a text with its sign, such as \"10%\" or \"7.5%\"";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoPercentage;

impl Percentage {
    pub const fn of_a_million(parts: u32) -> Self {
        Self(parts)
    }

    pub const fn of_basis_points(points: u16) -> Self {
        Self(points as u32 * 100)
    }

    pub const fn millionths(self) -> u32 {
        self.0
    }

    /// None for what is finer than a hundredth of a percent, or more than they can count.
    pub fn basis_points(self) -> Option<u16> {
        if self.0.is_multiple_of(100) { u16::try_from(self.0 / 100).ok() } else { None }
    }

    pub const fn is_above(self, percents: u32) -> bool {
        self.0 > percents * ONE
    }
}

impl FromStr for Percentage {
    type Err = NoPercentage;

    fn from_str(text: &str) -> Result<Self, NoPercentage> {
        let number = text.trim().strip_suffix('%').ok_or(NoPercentage)?.trim_end();
        let (whole, rest) = match number.split_once('.') {
            Some((whole, rest)) if !rest.is_empty() => (whole, rest),
            Some(_) => return Err(NoPercentage),
            None => (number, ""),
        };
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || whole.len() > 4 || rest.len() > 4 || !digits(whole) || !digits(rest) {
            return Err(NoPercentage);
        }
        let parts: u32 = format!("{whole}{rest:0<4}").parse().map_err(|_| NoPercentage)?;
        if parts <= MOST { Ok(Self(parts)) } else { Err(NoPercentage) }
    }
}

impl fmt::Display for Percentage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 % ONE {
            0 => write!(f, "{}%", self.0 / ONE),
            rest => write!(f, "{}.{}%", self.0 / ONE, format!("{rest:04}").trim_end_matches('0')),
        }
    }
}

impl Serialize for Percentage {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Percentage {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Written)
    }
}

struct Written;

impl Visitor<'_> for Written {
    type Value = Percentage;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a percentage such as \"7.5%\"")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Percentage, E> {
        text.parse().map_err(|_| {
            E::custom(format!("{HOW_TO_WRITE}: 0% to 1000%, with at most four digits behind the point"))
        })
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Percentage, E> {
        Err(bare(&number))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Percentage, E> {
        Err(bare(&number))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Percentage, E> {
        Err(bare(&number))
    }
}

fn bare<E: de::Error>(number: &dyn fmt::Display) -> E {
    E::custom(format!("{HOW_TO_WRITE}; the bare number {number} could be anything"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn it_is_written_with_its_sign_and_the_digits_that_it_needs() {
        for (text, parts, shown) in [
            ("10%", 100_000, "10%"),
            ("7.5%", 75_000, "7.5%"),
            (" 19 % ", 190_000, "19%"),
            ("8.8750%", 88_750, "8.875%"),
            ("0.0001%", 1, "0.0001%"),
            ("0%", 0, "0%"),
            ("1000%", 10_000_000, "1000%"),
        ] {
            let read: Percentage = text.parse().unwrap();
            assert_eq!((read.millionths(), &*read.to_string()), (parts, shown));
        }
    }

    #[test]
    fn what_could_be_anything_is_none() {
        for text in [
            "10", "", "%", ".5%", "5.%", "-1%", "+1%", "7,5%", "1e1%", "1.00001%", "1001%", "10%%", "٣%",
            "1 0%",
        ] {
            assert_eq!(text.parse::<Percentage>(), Err(NoPercentage), "{text}");
        }
    }

    #[test]
    fn a_bare_number_is_refused_with_how_to_write_it() {
        for bare in ["10", "0.1", "-5", "1000"] {
            let refused = serde_json::from_str::<Percentage>(bare).unwrap_err().to_string();
            assert!(refused.contains("\"7.5%\"") && refused.contains(bare), "{refused}");
        }
    }

    proptest! {
        #[test]
        fn what_is_shown_is_read_as_the_same(parts in 0..=MOST) {
            let percentage = Percentage::of_a_million(parts);
            let text = serde_json::to_string(&percentage).unwrap();
            prop_assert_eq!(serde_json::from_str::<Percentage>(&text).unwrap(), percentage);
        }

        #[test]
        fn a_hundredth_of_a_percent_is_the_finest_that_basis_points_say(points: u16) {
            prop_assert_eq!(Percentage::of_basis_points(points).basis_points(), Some(points));
            prop_assert_eq!(Percentage::of_a_million(u32::from(points) * 100 + 1).basis_points(), None);
        }
    }
}
