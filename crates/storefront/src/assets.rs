//! The style sheet, the script and the themes, under names that change with what is in them.

use std::sync::LazyLock;

use crate::fingerprint::fingerprint;
use crate::theme::{self, Theme};

/// As it is sent: without what only its writers need.
pub static STYLE: LazyLock<String> = LazyLock::new(|| squeezed(include_str!("../web/shop.css")));
pub const SCRIPT: &str = include_str!("../web/shop.js");

pub static STYLE_NAME: LazyLock<String> =
    LazyLock::new(|| format!("shop-{}.css", fingerprint(STYLE.as_bytes())));
pub static SCRIPT_NAME: LazyLock<String> =
    LazyLock::new(|| format!("shop-{}.js", fingerprint(SCRIPT.as_bytes())));

/// A theme's style sheet, and what it is called.
pub struct Sheet {
    pub name: String,
    pub text: String,
}

impl Sheet {
    pub fn of(theme: &Theme) -> Self {
        let text = theme::css(theme);
        Self { name: format!("theme-{}.css", fingerprint(text.as_bytes())), text }
    }

    pub fn address(&self) -> String {
        format!("/assets/{}", self.name)
    }
}

pub fn style() -> String {
    format!("/assets/{}", *STYLE_NAME)
}

pub fn script() -> String {
    format!("/assets/{}", *SCRIPT_NAME)
}

/// Takes out line ends, and spaces beside signs that stand apart without them.
fn squeezed(css: &str) -> String {
    let joined: String = css.lines().map(str::trim).collect();
    [
        (": ", ":"),
        ("; ", ";"),
        (", ", ","),
        (" { ", "{"),
        (" {", "{"),
        ("{ ", "{"),
        (" }", "}"),
        (";}", "}"),
        (" > ", ">"),
    ]
    .iter()
    .fold(joined, |css, (wide, narrow)| css.replace(wide, narrow))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_every_page_brings_along_is_light() {
        assert!(STYLE.len() <= 15_000, "the style sheet has {} bytes", STYLE.len());
        assert!(SCRIPT.len() <= 10_000, "the script has {} bytes", SCRIPT.len());
        assert_eq!(STYLE.matches('{').count(), STYLE.matches('}').count());
    }
}
