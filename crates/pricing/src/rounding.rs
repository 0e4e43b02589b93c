//! Rounding, and splitting an amount without losing a cent.

use kernel::{Currency, Money};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Refusal;

/// What becomes of exactly half a unit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Rounding {
    #[default]
    HalfUp,
    /// To the even neighbour, as some tax laws have it.
    HalfEven,
}

impl Rounding {
    /// `amount` × `part` / `whole`, for amounts that are not negative and a whole that is more than nothing.
    pub(crate) fn proportion(self, amount: i64, part: i128, whole: i128) -> Result<i64, Refusal> {
        let exact = i128::from(amount).checked_mul(part).ok_or(Refusal::TooLarge)?;
        let (down, twice_rest) = (exact / whole, exact % whole * 2);
        let up = match self {
            Self::HalfUp => twice_rest >= whole,
            Self::HalfEven => twice_rest > whole || (twice_rest == whole && down % 2 == 1),
        };
        i64::try_from(down + i128::from(up)).map_err(|_| Refusal::TooLarge)
    }
}

/// Splits an amount in proportion to weights that are not negative, by largest remainder, so that the parts add up to it.
/// No part is more than its weight as long as the amount is not more than all of them: so nothing falls below zero.
pub(crate) fn spread(amount: i64, weights: &[i64], currency: Currency) -> Result<Vec<i64>, Refusal> {
    if amount == 0 {
        return Ok(vec![0; weights.len()]);
    }
    if let [_] = weights {
        return Ok(vec![amount]);
    }
    let weights: Vec<u64> = weights.iter().map(|weight| weight.unsigned_abs()).collect();
    let parts = Money::new(amount, currency).allocate(&weights)?;
    Ok(parts.into_iter().map(|part| part.amount).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_unit_goes_up_or_to_the_even_neighbour() {
        let of = |rounding: Rounding, amount| rounding.proportion(amount, 1, 2).unwrap();
        assert_eq!([1, 3, 5].map(|amount| of(Rounding::HalfUp, amount)), [1, 2, 3]);
        assert_eq!([1, 3, 5].map(|amount| of(Rounding::HalfEven, amount)), [0, 2, 2]);
    }
}
