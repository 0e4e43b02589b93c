//! Amounts and shares as people read them.

use kernel::{Currency, Money, Percentage};

/// A percentage within a sentence: "8.875 %".
pub(crate) fn percentage(percentage: Percentage) -> String {
    percentage.to_string().replace('%', " %")
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
        let said = [88_750, 190_000, 500, 1].map(|parts| percentage(Percentage::of_a_million(parts)));
        assert_eq!(said, ["8.875 %", "19 %", "0.05 %", "0.0001 %"]);
    }
}
