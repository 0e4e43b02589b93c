//! How numbers and days are written, as the CLDR says it of each language.

use icu_calendar::Date;
use icu_calendar::cal::Gregorian;
use icu_datetime::FixedCalendarDateTimeFormatter;
use icu_datetime::fieldsets::YMD;
use icu_decimal::DecimalFormatter;
use icu_decimal::input::Decimal;
use icu_locale_core::Locale;

pub struct Formats {
    numbers: DecimalFormatter,
    days: FixedCalendarDateTimeFormatter<Gregorian, YMD>,
}

impl Formats {
    pub(crate) fn of(tag: &str) -> Self {
        // In most countries that read English the day stands before its month.
        let tag = if tag == "en" { "en-GB" } else { tag };
        let locale = Locale::try_from_str(tag).unwrap_or(Locale::UNKNOWN);
        let numbers = DecimalFormatter::try_new((&locale).into(), Default::default());
        let days = FixedCalendarDateTimeFormatter::try_new((&locale).into(), YMD::long());
        Self {
            numbers: numbers.expect("every language has numbers, if need be those of none"),
            days: days.expect("every language has days, if need be those of none"),
        }
    }

    /// An amount in the smallest unit, with so many digits behind the point: `1,234.50`.
    pub fn amount(&self, units: u64, digits: u32) -> String {
        let mut number = Decimal::from(units);
        number.multiply_pow10(-i16::try_from(digits).unwrap_or_default());
        self.numbers.format(&number).to_string()
    }

    /// A number with the digits that it has: `8.875`. What is none stays as it is.
    pub fn number(&self, text: &str) -> String {
        let number = Decimal::try_from_str(text).ok();
        number.map_or_else(|| text.to_owned(), |number| self.numbers.format(&number).to_string())
    }

    /// `5 March 2026`; nothing where there is no such day.
    pub fn day(&self, year: i32, month: u8, day: u8) -> String {
        let date = Date::try_new_gregorian(year, month, day).ok();
        date.map(|date| self.days.format(&date).to_string()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_days_are_written_as_their_readers_write_them() {
        for (tag, amount, number, day) in [
            ("en", "1,234,567.05", "8.875", "5 March 2026"),
            ("de", "1.234.567,05", "8,875", "5. März 2026"),
            ("fr", "1\u{202f}234\u{202f}567,05", "8,875", "5 mars 2026"),
            ("hi", "12,34,567.05", "8.875", "5 मार्च, 2026"),
        ] {
            let formats = Formats::of(tag);
            assert_eq!(formats.amount(123_456_705, 2), amount, "{tag}");
            assert_eq!(formats.number("8.875"), number, "{tag}");
            assert_eq!(formats.day(2026, 3, 5), day, "{tag}");
        }
    }

    #[test]
    fn what_is_odd_is_written_all_the_same() {
        let formats = Formats::of("en");
        assert_eq!((formats.amount(0, 2), formats.amount(5, 2)), ("0.00".into(), "0.05".into()));
        assert_eq!((formats.amount(1500, 0), formats.amount(1500, 3)), ("1,500".into(), "1.500".into()));
        assert_eq!((formats.number("none"), formats.day(2026, 2, 30)), ("none".into(), String::new()));
        assert_eq!(Formats::of("tlh").amount(1234, 2), "12.34");
    }
}
