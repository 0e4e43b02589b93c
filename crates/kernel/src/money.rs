//! Money: an integer of minor units and an ISO 4217 currency. No floats, no silent overflow, no mixed currencies.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An ISO 4217 currency, written as its three letters.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Currency(iso_currency::Currency);

impl Currency {
    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// How many of the integer's digits stand behind the decimal point: 2 for EUR, 0 for JPY, 3 for KWD.
    pub fn exponent(self) -> u32 {
        self.0.exponent().map_or(0, u32::from)
    }
}

/// An amount of one currency, in its minor units: 1999 EUR is 19.99 €.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    pub amount: i64,
    pub currency: Currency,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MoneyError {
    MixedCurrencies(Currency, Currency),
    TooLarge,
    NoShares,
}

impl Money {
    pub fn new(amount: i64, currency: Currency) -> Self {
        Self { amount, currency }
    }

    pub fn zero(currency: Currency) -> Self {
        Self::new(0, currency)
    }

    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        self.with(other, i64::checked_add)
    }

    pub fn minus(self, other: Self) -> Result<Self, MoneyError> {
        self.with(other, i64::checked_sub)
    }

    pub fn times(self, quantity: i64) -> Result<Self, MoneyError> {
        let amount = self.amount.checked_mul(quantity).ok_or(MoneyError::TooLarge)?;
        Ok(Self { amount, ..self })
    }

    /// Splits the amount in proportion to `shares` so that the parts add up to it exactly.
    ///
    /// Each part is rounded towards zero, and the units left over go to the parts that lost most by it (largest
    /// remainder; among equals, the earlier one), so the same shares always give the same parts.
    pub fn allocate(self, shares: &[u64]) -> Result<Vec<Self>, MoneyError> {
        let whole: u128 = shares.iter().map(|share| u128::from(*share)).sum();
        if whole == 0 {
            return Err(MoneyError::NoShares);
        }
        let size = u128::from(self.amount.unsigned_abs());
        let mut parts = Vec::with_capacity(shares.len());
        let mut remainders = Vec::with_capacity(shares.len());
        for (index, share) in shares.iter().enumerate() {
            let exact = size.checked_mul(u128::from(*share)).ok_or(MoneyError::TooLarge)?;
            parts.push(exact / whole);
            remainders.push((exact % whole, index));
        }
        let left = size - parts.iter().sum::<u128>();
        remainders.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        for (_, index) in remainders.into_iter().take(usize::try_from(left).unwrap_or(usize::MAX)) {
            parts[index] += 1;
        }
        parts.into_iter().map(|part| self.part(part)).collect()
    }

    /// The sum of amounts of one currency; zero of `currency` when there are none.
    pub fn sum(currency: Currency, amounts: impl IntoIterator<Item = Self>) -> Result<Self, MoneyError> {
        amounts.into_iter().try_fold(Self::zero(currency), Self::plus)
    }

    fn with(self, other: Self, combine: fn(i64, i64) -> Option<i64>) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::MixedCurrencies(self.currency, other.currency));
        }
        let amount = combine(self.amount, other.amount).ok_or(MoneyError::TooLarge)?;
        Ok(Self { amount, ..self })
    }

    fn part(self, size: u128) -> Result<Self, MoneyError> {
        let size = i128::try_from(size).map_err(|_| MoneyError::TooLarge)?;
        let signed = if self.amount < 0 { -size } else { size };
        Ok(Self { amount: i64::try_from(signed).map_err(|_| MoneyError::TooLarge)?, ..self })
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.currency.exponent() as usize;
        let sign = if self.amount < 0 { "-" } else { "" };
        let padded = format!("{:0>width$}", self.amount.unsigned_abs(), width = digits + 1);
        let (whole, fraction) = padded.split_at(padded.len() - digits);
        let point = if digits == 0 { "" } else { "." };
        write!(f, "{sign}{whole}{point}{fraction} {}", self.currency)
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Currency {
    type Err = NotACurrency;

    fn from_str(code: &str) -> Result<Self, NotACurrency> {
        iso_currency::Currency::from_code(code).map(Self).ok_or(NotACurrency)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotACurrency;

impl fmt::Display for NotACurrency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("write a currency as its three ISO 4217 letters, such as EUR")
    }
}

impl std::error::Error for NotACurrency {}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let code = std::borrow::Cow::<'de, str>::deserialize(from)?;
        code.parse().map_err(serde::de::Error::custom)
    }
}

impl fmt::Display for MoneyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MixedCurrencies(a, b) => write!(f, "{a} and {b} cannot be added to one amount"),
            Self::TooLarge => f.write_str("the amount is larger than can be counted"),
            Self::NoShares => f.write_str("there is nothing to split the amount between"),
        }
    }
}

impl std::error::Error for MoneyError {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn eur(amount: i64) -> Money {
        Money::new(amount, "EUR".parse().unwrap())
    }

    #[test]
    fn prints_with_the_digits_of_its_currency() {
        assert_eq!(eur(-5).to_string(), "-0.05 EUR");
        assert_eq!(Money::new(1999, "JPY".parse().unwrap()).to_string(), "1999 JPY");
        assert_eq!(Money::new(1999, "KWD".parse().unwrap()).to_string(), "1.999 KWD");
    }

    #[test]
    fn refuses_to_add_two_currencies() {
        let yen = Money::new(1, "JPY".parse().unwrap());
        assert!(matches!(eur(1).plus(yen), Err(MoneyError::MixedCurrencies(..))));
    }

    #[test]
    fn refuses_to_overflow() {
        assert_eq!(eur(i64::MAX).plus(eur(1)), Err(MoneyError::TooLarge));
        assert_eq!(eur(i64::MAX).times(2), Err(MoneyError::TooLarge));
    }

    #[test]
    fn gives_the_odd_cent_to_the_earlier_of_equals() {
        let parts = eur(100).allocate(&[1, 1, 1]).unwrap();
        assert_eq!(parts, [eur(34), eur(33), eur(33)]);
    }

    proptest! {
        #[test]
        fn parts_add_up_to_the_whole(amount: i64, shares in prop::collection::vec(0u64..1_000_000, 1..20)) {
            prop_assume!(shares.iter().any(|share| *share > 0));
            let parts = eur(amount).allocate(&shares).unwrap();
            let total: i128 = parts.iter().map(|part| i128::from(part.amount)).sum();
            prop_assert_eq!(total, i128::from(amount));
        }

        #[test]
        fn no_part_is_a_unit_away_from_its_exact_share(amount in 0i64..1_000_000_000, shares in prop::collection::vec(0u64..1_000, 1..20)) {
            prop_assume!(shares.iter().any(|share| *share > 0));
            let whole: i128 = shares.iter().map(|share| i128::from(*share)).sum();
            for (part, share) in eur(amount).allocate(&shares).unwrap().iter().zip(&shares) {
                let off = i128::from(part.amount) * whole - i128::from(amount) * i128::from(*share);
                prop_assert!(off.abs() < whole);
            }
        }

        #[test]
        fn what_is_added_can_be_taken_away(a in -1_000_000_000_000i64..1_000_000_000_000, b in -1_000_000_000_000i64..1_000_000_000_000) {
            prop_assert_eq!(eur(a).plus(eur(b)).unwrap().minus(eur(b)).unwrap(), eur(a));
        }

        #[test]
        fn survives_json(amount: i64) {
            let json = serde_json::to_string(&eur(amount)).unwrap();
            prop_assert_eq!(serde_json::from_str::<Money>(&json).unwrap(), eur(amount));
        }
    }
}
