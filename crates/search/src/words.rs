//! Words, as they are kept and as they are asked for: in lower case, without accents, and pairs of letters where a
//! language writes no spaces.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// No word is kept longer than this.
const LONGEST: usize = 40;

/// A part of what was typed, between spaces. It is found by its words or as the beginning of a SKU.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) words: Vec<Word>,
    /// As it may stand in a SKU.
    pub(crate) sku: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Word {
    pub(crate) text: String,
    pub(crate) letters: usize,
    /// A pair of letters of a language without spaces is found as it is, or not.
    pub(crate) pair: bool,
    /// The last one may still be being typed.
    pub(crate) last: bool,
}

/// Lower case, without accents: "Café" is "cafe", "Straße" is "strasse", and wide letters are narrow.
pub(crate) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for letter in text.nfkc() {
        if is_unspaced(letter) {
            folded.push(letter);
            continue;
        }
        for letter in std::iter::once(letter).nfkd().filter(|letter| !is_combining_mark(*letter)) {
            for letter in letter.to_lowercase().filter(|letter| !is_combining_mark(*letter)) {
                match letter {
                    'ß' => folded.push_str("ss"),
                    'æ' => folded.push_str("ae"),
                    'œ' => folded.push_str("oe"),
                    'ø' => folded.push('o'),
                    'đ' => folded.push('d'),
                    'ł' => folded.push('l'),
                    'ı' => folded.push('i'),
                    _ => folded.push(letter),
                }
            }
        }
    }
    folded
}

/// The words that a text is found by, each once.
pub(crate) fn kept(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    for run in runs(&fold(text)) {
        if !run.starts_with(is_unspaced) {
            words.push(run.to_owned());
            continue;
        }
        words.extend(pairs(run));
        // Each letter begins a pair, but for the last.
        words.extend(run.chars().next_back().map(String::from));
    }
    words.sort_unstable();
    words.dedup();
    words
}

/// What was typed, in parts.
pub(crate) fn asked(text: &str) -> Vec<Part> {
    let open = !text.ends_with(char::is_whitespace);
    let mut parts: Vec<Part> =
        text.split(|letter: char| letter.is_whitespace() || letter.is_control()).filter_map(part).collect();
    if let (Some(part), true) = (parts.last_mut(), open)
        && let Some(word) = part.words.last_mut()
    {
        word.last = true;
    }
    parts
}

fn part(typed: &str) -> Option<Part> {
    let mut words = Vec::new();
    for run in runs(&fold(typed)) {
        let letters = run.chars().count();
        if run.starts_with(is_unspaced) && letters > 1 {
            let pairs = pairs(run).map(|text| Word { text, letters: 2, pair: true, last: false });
            words.extend(pairs);
        } else {
            // A single such letter is the beginning of the pairs that it begins.
            let last = run.starts_with(is_unspaced);
            words.push(Word { text: run.to_owned(), letters, pair: false, last });
        }
    }
    let shaped = typed.bytes().all(|byte| byte.is_ascii_graphic());
    let sku = (shaped && !words.is_empty()).then(|| typed.to_ascii_lowercase());
    (!words.is_empty()).then_some(Part { words, sku })
}

fn pairs(run: &str) -> impl Iterator<Item = String> + '_ {
    run.chars().zip(run.chars().skip(1)).map(|(one, other)| String::from_iter([one, other]))
}

/// Letters and digits that belong together.
fn runs(folded: &str) -> Vec<&str> {
    let mut runs = Vec::new();
    for word in folded.split(|letter: char| !letter.is_alphanumeric() && !is_unspaced(letter)) {
        let mut rest = word;
        while let Some(first) = rest.chars().next() {
            let kind = is_unspaced(first);
            let end = rest.find(|letter| is_unspaced(letter) != kind).unwrap_or(rest.len());
            let (run, after) = rest.split_at(end);
            let cut = run.char_indices().nth(LONGEST).map_or(run.len(), |(at, _)| at);
            runs.push(if kind { run } else { &run[..cut] });
            rest = after;
        }
    }
    runs
}

/// Whether the letter is of a language that writes no spaces between words, or whose words are best found in pairs.
fn is_unspaced(letter: char) -> bool {
    matches!(u32::from(letter),
        0x3005..=0x3007 | 0x3040..=0x30ff | 0x31f0..=0x31ff | 0x3400..=0x4dbf | 0x4e00..=0x9fff
        | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0x20000..=0x3ffff)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_have_neither_case_nor_accent() {
        assert_eq!(
            kept("Café Crème, 2-pack; Straße ŁÓDŹ"),
            ["2", "cafe", "creme", "lodz", "pack", "strasse"]
        );
    }

    #[test]
    fn what_is_written_without_spaces_is_found_by_pairs() {
        assert_eq!(kept("東京タワー x"), ["x", "タワ", "ワー", "ー", "京タ", "東京"]);
        let words = asked("東京タ").remove(0).words;
        assert_eq!(words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>(), ["東京", "京タ"]);
        assert!(words.iter().all(|word| word.pair));
    }

    #[test]
    fn a_part_may_be_a_sku_and_the_last_word_may_be_a_beginning() {
        let parts = asked("red LMP-12");
        assert_eq!(parts[1].sku.as_deref(), Some("lmp-12"));
        let last: Vec<_> = parts.iter().flat_map(|part| &part.words).map(|word| word.last).collect();
        assert_eq!(last, [false, false, true]);
        assert!(!asked("red ").remove(0).words[0].last);
        assert_eq!(asked(" -- \u{7} … "), []);
    }
}
