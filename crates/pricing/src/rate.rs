//! A tax rate.

use std::fmt;

use kernel::Percentage;
use serde::{Deserialize, Serialize};

use crate::words;

/// A rate of tax as it is reckoned with and kept: in parts of a million, so that 8.875 % is exact: 88750.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Rate(pub u32);

impl Rate {
    pub(crate) fn of_a_million(self) -> i128 {
        i128::from(self.0)
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&words::percentage(Percentage::of_a_million(self.0)))
    }
}
