//! Amounts and shares as people read them.

use kernel::{Currency, Money};

/// A part of a million as a percentage, with the digits that it needs: 88750 is "8.875 %".
pub(crate) fn percentage(millionths: u32) -> String {
    let (whole, rest) = (millionths / 10_000, millionths % 10_000);
    if rest == 0 {
        return format!("{whole} %");
    }
    format!("{whole}.{} %", format!("{rest:04}").trim_end_matches('0'))
}

pub(crate) fn money(amount: i64, currency: Currency) -> Money {
    Money::new(amount, currency)
}

pub(crate) fn pieces(count: i64) -> String {
    if count == 1 { "1 piece".to_owned() } else { format!("{count} pieces") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentage_has_the_digits_that_it_needs() {
        assert_eq!([88_750, 190_000, 500, 1].map(percentage), ["8.875 %", "19 %", "0.05 %", "0.0001 %"]);
    }
}
