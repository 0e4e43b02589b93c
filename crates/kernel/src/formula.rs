//! Texts of strangers in sheets: spreadsheets take what begins with certain signs for a formula, and do what it says.

use std::borrow::Cow;

/// The signs themselves, their full-width forms, which some spreadsheets read alike, and what is skipped before them.
const FORMULA: [char; 11] = ['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r', '\n'];

/// A text as it is written into a sheet: with an apostrophe before what would be a formula. What begins with apostrophes
/// and goes on as a formula gets one more, so that reading takes off exactly what writing put on.
pub fn guarded(text: &str) -> Cow<'_, str> {
    if is_formula(text) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// A text as it is meant.
pub fn bare(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|_| is_formula(cell)).unwrap_or(cell)
}

fn is_formula(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(FORMULA)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for (text, cell) in [
            ("=1+1", "'=1+1"),
            ("-5", "'-5"),
            ("@a", "'@a"),
            ("＝1+1", "'＝1+1"),
            ("\n=1+1", "'\n=1+1"),
            ("'=1", "''=1"),
            ("'s Hertogenbosch", "'s Hertogenbosch"),
        ] {
            assert_eq!(guarded(text), cell);
            assert_eq!(bare(cell), text);
        }
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(text in "['=+@＝＋－＠\t\r\n -]{0,3}.{0,12}") {
            let cell = guarded(&text);
            prop_assert!(!cell.starts_with(FORMULA));
            prop_assert_eq!(bare(&cell), text.as_str());
        }
    }
}
