//! Money and dates, as they are written in a language.

use kernel::{Currency, Timestamp};

use crate::texts::Texts;

/// `€1,234.50` in English, `1.234,50 €` in German, with as many digits behind the point as the currency has.
pub fn money(texts: &Texts, amount: i64, currency: Currency) -> String {
    let number = texts.formats().amount(amount.unsigned_abs(), currency.exponent());
    let written = match texts.currency().get(currency.code()) {
        Some(symbol) => texts.money(&number, symbol),
        None => texts.money_by_code(currency.code(), &number),
    };
    if amount < 0 { format!("\u{2212}{written}") } else { written }
}

/// An amount as a machine reads it: `1234.50`.
pub fn plain(amount: i64, currency: Currency) -> String {
    let text = kernel::Money::new(amount, currency).to_string();
    text.split(' ').next().unwrap_or_default().to_owned()
}

/// A rate of tax as it is written in a language: `8.875%` in English, `8,875 %` in German.
pub fn rate(texts: &Texts, rate: &str) -> String {
    let number = rate.trim_end_matches('%').trim_end();
    texts.rate(&texts.formats().number(number))
}

/// What somebody typed as an amount: `12`, `12.5`, `12,50`.
pub fn typed(text: &str, currency: Currency) -> Option<i64> {
    let digits = currency.exponent() as usize;
    let text = text.trim().replace(',', ".");
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let shaped = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !shaped(whole) || !shaped(fraction) || fraction.len() > digits {
        return None;
    }
    format!("{whole}{fraction:0<digits$}").parse().ok()
}

/// `21 November 2026`, `21. November 2026`.
pub fn date(texts: &Texts, at: Timestamp) -> String {
    let text = at.to_string();
    let part = |place| text.get(place).and_then(|part: &str| part.parse::<u16>().ok()).unwrap_or_default();
    let (year, month, day) = (part(0..4), part(5..7), part(8..10));
    texts.formats().day(year.into(), month as u8, day as u8)
}

/// `14:20 UTC` on the same day, `21 November 2026, 14:20 UTC` on another: shops and browsers say no time zone here.
pub fn moment(texts: &Texts, at: Timestamp, now: Timestamp) -> String {
    let (text, today) = (at.to_string(), now.to_string());
    let time = text.get(11..16).unwrap_or_default();
    if text.get(..10) == today.get(..10) {
        texts.moment_today(time)
    } else {
        texts.moment(&date(texts, at), time)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::named;

    fn english_and_german() -> [&'static Texts; 2] {
        ["en", "de"].map(|name| named(name).unwrap())
    }

    #[test]
    fn money_is_written_as_its_readers_write_it() {
        let [en, de] = english_and_german();
        for (amount, currency, english, german) in [
            (123_450, "EUR", "€1,234.50", "1.234,50\u{a0}€"),
            (5, "USD", "$0.05", "0,05\u{a0}$"),
            (-1999, "EUR", "\u{2212}€19.99", "\u{2212}19,99\u{a0}€"),
            (1_500, "JPY", "¥1,500", "1.500\u{a0}¥"),
            (1_500, "KWD", "KWD\u{a0}1.500", "1,500\u{a0}KWD"),
        ] {
            let currency = currency.parse().unwrap();
            assert_eq!(money(en, amount, currency), english);
            assert_eq!(money(de, amount, currency), german);
        }
    }

    #[test]
    fn an_amount_is_typed_with_a_point_or_a_comma() {
        let (eur, jpy) = ("EUR".parse().unwrap(), "JPY".parse().unwrap());
        for (text, found) in [
            ("12", Some(1200)),
            ("12.5", Some(1250)),
            (" 12,50 ", Some(1250)),
            ("1.234", None),
            ("-1", None),
            ("", None),
        ] {
            assert_eq!(typed(text, eur), found, "{text}");
        }
        assert_eq!((typed("1500", jpy), typed("1.5", jpy)), (Some(1500), None));
    }

    #[test]
    fn a_rate_is_written_as_its_readers_write_it() {
        let [en, de] = english_and_german();
        for rate_said in ["8.875 %", "8.875%"] {
            assert_eq!((rate(en, rate_said), rate(de, rate_said)), ("8.875%".into(), "8,875\u{a0}%".into()));
        }
    }

    #[test]
    fn a_moment_of_today_is_its_time_and_another_has_its_day() {
        let [en, de] = english_and_german();
        let at: Timestamp = "2026-03-05T14:20:59Z".parse().unwrap();
        let (today, before) =
            ("2026-03-05T00:00:00Z".parse().unwrap(), "2026-03-04T14:20:59Z".parse().unwrap());
        assert_eq!((moment(en, at, today), moment(de, at, today)), ("14:20 UTC".into(), "14:20 UTC".into()));
        assert_eq!(moment(en, at, before), "5 March 2026, 14:20 UTC");
        assert_eq!(moment(de, at, before), "5. März 2026, 14:20 UTC");
    }

    #[test]
    fn a_date_names_its_month() {
        let at: Timestamp = "2026-03-05T23:59:59Z".parse().unwrap();
        let [en, de] = english_and_german();
        assert_eq!((date(en, at), date(de, at)), ("5 March 2026".into(), "5. März 2026".into()));
    }
}
