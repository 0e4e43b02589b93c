//! Texts that are kept short.

/// A text of at most so many bytes.
pub fn shortened(mut text: String, most: usize) -> String {
    const ENDING: &str = "…";
    if text.len() > most {
        text.truncate(text.floor_char_boundary(most - ENDING.len()));
        text.push_str(ENDING);
    }
    text
}
