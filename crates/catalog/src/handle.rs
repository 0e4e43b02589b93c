//! Handles: the readable part of the address of a product or a category.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Lower-case words without accents: "cafe" of "Café".
pub fn words(text: &str) -> Vec<String> {
    let folded: String =
        text.nfkd().filter(|letter| !is_combining_mark(*letter)).flat_map(char::to_lowercase).collect();
    folded
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| word.chars().take(40).collect())
        .collect()
}

/// A handle made from a title.
pub fn handle_from(title: &str) -> String {
    let handle = words(title).join("-");
    let ascii: String =
        handle.chars().filter(|letter| letter.is_ascii_alphanumeric() || *letter == '-').take(100).collect();
    ascii.trim_matches('-').to_owned()
}

pub(crate) fn is_handle(text: &str) -> bool {
    let letters = text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    letters && (1..=100).contains(&text.len()) && !text.starts_with('-') && !text.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_have_neither_case_nor_accent() {
        assert_eq!(words("Café Crème, 2-pack"), ["cafe", "creme", "2", "pack"]);
    }

    #[test]
    fn a_handle_is_made_from_the_title() {
        assert_eq!(handle_from("  Linen “Été” Sheet — King!"), "linen-ete-sheet-king");
    }
}
