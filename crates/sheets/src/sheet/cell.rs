//! What stands in one cell: lists, and amounts without a float.

/// Several texts in one cell: `linen, bed`. A comma, a backslash and a space at an edge that are meant stand behind a
/// backslash.
pub fn join(items: &[String]) -> String {
    let items: Vec<String> = items.iter().map(|item| escaped(item)).collect();
    items.join(", ")
}

fn escaped(item: &str) -> String {
    let inner = item.trim();
    let from = item.len() - item.trim_start().len();
    let edges = from..from + inner.len();
    let mut text = String::with_capacity(item.len());
    for (at, letter) in item.char_indices() {
        if letter == ',' || letter == '\\' || (letter.is_whitespace() && !edges.contains(&at)) {
            text.push('\\');
        }
        text.push(letter);
    }
    text
}

pub fn split(cell: &str) -> Vec<String> {
    let (mut items, mut letters) = (Vec::new(), cell.chars());
    let mut item: Vec<(char, bool)> = Vec::new();
    while let Some(letter) = letters.next() {
        match letter {
            ',' => items.push(trimmed(std::mem::take(&mut item))),
            '\\' => item.push((letters.next().unwrap_or('\\'), true)),
            letter => item.push((letter, false)),
        }
    }
    items.push(trimmed(item));
    items.retain(|item| !item.is_empty());
    items
}

/// Without the spaces around it that were not meant.
fn trimmed(mut item: Vec<(char, bool)>) -> String {
    let space = |(letter, meant): &(char, bool)| letter.is_whitespace() && !meant;
    while item.last().is_some_and(space) {
        item.pop();
    }
    item.into_iter().skip_while(space).map(|(letter, _)| letter).collect()
}

/// `19.99` as 1999, for a currency with two digits. What could be read in two ways is not read.
pub fn minor(text: &str, digits: u32) -> Result<i64, String> {
    let text = text.trim();
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let numbers = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let width = digits as usize;
    let example = if width == 0 { "1234".to_owned() } else { format!("1234.{:0<width$}", 56) };
    if whole.is_empty() || !numbers(whole) || !numbers(part) || text.ends_with('.') {
        return Err(format!("write the amount as {example}, with a point and without any other sign"));
    }
    let needed = part.trim_end_matches('0');
    if needed.len() > width {
        return Err(format!("this currency has {digits} digits behind the point: write {example}"));
    }
    format!("{whole}{needed:0<width$}").parse().map_err(|_| "this is more than can be counted".to_owned())
}

/// 1999 as `19.99`, for a currency with two digits.
pub fn major(amount: i64, digits: u32) -> String {
    let width = digits as usize;
    let sign = if amount < 0 { "-" } else { "" };
    let padded = format!("{:0>least$}", amount.unsigned_abs(), least = width + 1);
    let (whole, part) = padded.split_at(padded.len() - width);
    let point = if width == 0 { "" } else { "." };
    format!("{sign}{whole}{point}{part}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_amount_is_read_when_it_can_be_read_in_one_way_only() {
        for (text, digits, amount) in [
            ("19.99", 2, 1999),
            (" 19.9 ", 2, 1990),
            ("1234", 2, 123_400),
            ("500", 0, 500),
            ("1.250", 3, 1250),
            ("5.000", 0, 5),
        ] {
            assert_eq!(minor(text, digits), Ok(amount), "{text}");
        }
        for text in [
            "1.234,56",
            "1,234.56",
            "19,99",
            "-1",
            "1e3",
            ".5",
            "5.",
            "",
            "€ 5",
            "19.999",
            "99999999999999999999",
        ] {
            assert!(minor(text, 2).is_err(), "{text}");
        }
        assert!(minor("1,234.56", 2).unwrap_err().contains("1234.56"));
    }

    #[test]
    fn a_list_forgives_spaces_and_keeps_what_is_meant() {
        assert_eq!(split(" bed,linen ,, "), ["bed", "linen"]);
        assert_eq!(split(r"a\, b, c\\"), ["a, b", r"c\"]);
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(items in prop::collection::vec("[a ,\\\\é\u{a0}]{1,6}", 0..5)) {
            prop_assert_eq!(split(&join(&items)), items);
        }

        #[test]
        fn an_amount_reads_back(amount in 0..1_000_000_000_000_i64, digits in 0..4_u32) {
            prop_assert_eq!(minor(&major(amount, digits), digits), Ok(amount));
        }
    }
}
