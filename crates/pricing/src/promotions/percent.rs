//! A percentage that is taken off.

use std::fmt;

use kernel::Percentage;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::refusal::field;
use crate::{Refusal, words};

/// A percentage as it is reckoned with and kept: in hundredths of a percent, never more than all of it. 1250 is 12.5 %.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "u16")]
pub struct Percent(u16);

impl Percent {
    pub const ALL: Self = Self(10_000);

    pub fn basis_points(points: u16) -> Result<Self, Refusal> {
        let too_much =
            || Refusal::Malformed(vec![field("/percent", "no more than 10000, which is all of it")]);
        if points <= Self::ALL.0 { Ok(Self(points)) } else { Err(too_much()) }
    }

    /// None for what is finer than hundredths of a percent, or more than all of it.
    pub fn of(written: Percentage) -> Option<Self> {
        written.basis_points().and_then(|points| Self::basis_points(points).ok())
    }

    pub(crate) fn of_ten_thousand(self) -> i128 {
        i128::from(self.0)
    }
}

impl TryFrom<u16> for Percent {
    type Error = String;

    fn try_from(points: u16) -> Result<Self, String> {
        Self::basis_points(points).map_err(|_| "a percentage is no more than 10000 basis points".to_owned())
    }
}

impl From<Percent> for Percentage {
    fn from(percent: Percent) -> Self {
        Self::of_basis_points(percent.0)
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&words::percentage(Percentage::from(*self)))
    }
}
