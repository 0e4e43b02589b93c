//! The style sheet, the script and the themes, under names that change with what is in them.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use kernel::Problem;

use crate::answer::short_hash;
use crate::theme::Theme;
use crate::theme_css;
use crate::visit::Visit;

/// As it is sent: without what only its writers need.
static STYLE: LazyLock<String> = LazyLock::new(|| squeezed(include_str!("../web/shop.css")));
const SCRIPT: &str = include_str!("../web/shop.js");
const FOREVER: &str = "public, max-age=31536000, immutable";

static STYLE_NAME: LazyLock<String> = LazyLock::new(|| format!("shop-{}.css", short_hash(STYLE.as_bytes())));
static SCRIPT_NAME: LazyLock<String> = LazyLock::new(|| format!("shop-{}.js", short_hash(SCRIPT.as_bytes())));

/// A theme's style sheet, and what it is called.
pub struct Sheet {
    name: String,
    text: String,
}

impl Sheet {
    pub fn of(theme: &Theme) -> Self {
        let text = theme_css::css(theme);
        Self { name: format!("theme-{}.css", short_hash(text.as_bytes())), text }
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

pub async fn asset(Path(name): Path<String>, visit: Visit) -> Response {
    let sheet = &visit.window.sheet;
    let (own, kind, text) = match name.split_once('-').map(|(sort, _)| sort) {
        Some("theme") => (&sheet.name, "text/css; charset=utf-8", sheet.text.clone()),
        Some("shop") if name.ends_with(".css") => (&*STYLE_NAME, "text/css; charset=utf-8", STYLE.clone()),
        Some("shop") => (&*SCRIPT_NAME, "text/javascript; charset=utf-8", SCRIPT.to_owned()),
        _ => return visit.show(Err(Problem::not_found("file"))),
    };
    // While nodes are being replaced, the page of one may ask another for a name that it does not know: what it has is
    // better than nothing, and is not to be kept under that name.
    let caching = if *own == name { FOREVER } else { "no-store" };
    ([(CONTENT_TYPE, kind), (CACHE_CONTROL, caching)], text).into_response()
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
