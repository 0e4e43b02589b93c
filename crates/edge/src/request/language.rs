//! The language in which somebody wants to read.

use axum::http::HeaderMap;
use axum::http::header::ACCEPT_LANGUAGE;
use texts::known_as;

use super::cookies::cookie;

/// The cookie of a language that somebody chose.
pub const LANGUAGE: &str = "galleria-lang";

/// Which of the languages that are known somebody wants: the one that they chose, else what their browser prefers, else
/// the first.
pub fn language(headers: &HeaderMap, known: &[&'static str]) -> &'static str {
    let accepted = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let chosen = cookie(headers, LANGUAGE).and_then(|chosen| known_as(chosen, known));
    chosen.or_else(|| preferred(accepted, known)).or(known.first().copied()).unwrap_or("en")
}

/// The first of the languages that a browser prefers which is known.
fn preferred(accepted: &str, known: &[&'static str]) -> Option<&'static str> {
    let mut asked: Vec<(u32, &str)> = accepted.split(',').map(weighed).collect();
    asked.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
    let wanted = asked.iter().filter(|(weight, _)| *weight > 0);
    wanted.filter_map(|(_, name)| known_as(name, known)).next()
}

/// `de;q=0.8` in thousandths.
fn weighed(one: &str) -> (u32, &str) {
    let (name, rest) = one.split_once(';').unwrap_or((one, ""));
    let Some(weight) = rest.trim().strip_prefix("q=") else { return (1000, name.trim()) };
    let (whole, part) = weight.split_once('.').unwrap_or((weight, ""));
    let part: String = part.chars().chain("000".chars()).take(3).collect();
    let parsed = whole.parse::<u32>().ok().zip(part.parse::<u32>().ok());
    (parsed.map_or(0, |(whole, part)| (whole * 1000 + part).min(1000)), name.trim())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::header::COOKIE;

    #[test]
    fn the_language_is_the_one_that_a_browser_likes_best_of_those_that_are_here() {
        for (accepted, chosen, expected) in [
            ("", "", "en"),
            ("de-AT,de;q=0.9,en;q=0.8", "", "de"),
            ("fr,en;q=0.4,de;q=0.7", "", "de"),
            ("de;q=0, en", "", "en"),
            ("de;q=x", "", "en"),
            ("ja", "", "en"),
            ("en", "de", "de"),
            ("de", "xx", "de"),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_LANGUAGE, accepted.parse().unwrap());
            headers.insert(COOKIE, format!("{LANGUAGE}={chosen}").parse().unwrap());
            assert_eq!(language(&headers, &["en", "de"]), expected, "{accepted} {chosen}");
        }
    }
}
