//! Amounts as Stripe counts them.

use kernel::Money;

/// Where Stripe counts in other units than ISO 4217 does: the digits behind its point.
const OTHER_DIGITS: [(&str, u32); 3] = [("ISK", 2), ("UGX", 2), ("MGA", 0)];

/// The amount as Stripe counts it; `None` when it cannot.
pub(super) fn theirs(amount: Money) -> Option<i64> {
    let (ours, theirs) = digits(amount.currency.code())?;
    match theirs.checked_sub(ours) {
        Some(more) => amount.amount.checked_mul(10_i64.checked_pow(more)?),
        None => {
            let less = 10_i64.checked_pow(ours - theirs)?;
            (amount.amount % less == 0).then_some(amount.amount / less)
        }
    }
}

pub(super) fn ours(amount: i64, currency: &str) -> i64 {
    let Some((ours, theirs)) = digits(currency) else { return amount };
    match ours.checked_sub(theirs) {
        Some(more) => amount.saturating_mul(10_i64.saturating_pow(more)),
        None => amount / 10_i64.saturating_pow(theirs - ours),
    }
}

fn digits(currency: &str) -> Option<(u32, u32)> {
    let ours = currency.parse::<kernel::Currency>().ok()?.exponent();
    let theirs = OTHER_DIGITS.iter().find(|(code, _)| *code == currency).map_or(ours, |(_, digits)| *digits);
    Some((ours, theirs))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_counted_as_stripe_counts_them() {
        for (code, amount, counted) in [
            ("EUR", 1999, Some(1999)),
            ("JPY", 500, Some(500)),
            ("ISK", 500, Some(50_000)),
            ("UGX", 7, Some(700)),
            ("MGA", 300, Some(3)),
            ("MGA", 301, None),
        ] {
            let money = Money::new(amount, code.parse().unwrap());
            assert_eq!(theirs(money), counted, "{code}");
            assert_eq!(counted.map(|counted| ours(counted, code)), counted.map(|_| amount), "{code}");
        }
    }
}
