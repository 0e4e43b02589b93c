//! The words of letters, in each language: `letters/<language>/<letter>.txt`, filled in.

use std::sync::LazyLock;

use axum::http::HeaderMap;
use mail::{TemplateError, Templates};

use crate::accounts::letter::{Language, Letter};
use crate::accounts::queries::AccountView;

/// As the build script found them.
const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/letters.rs"));
static TEMPLATES: LazyLock<Templates> =
    LazyLock::new(|| Templates::new(FILES).expect("a test writes every letter in every language"));

/// The language of a request, of those in which there are letters.
pub fn language(headers: &HeaderMap) -> Language {
    Language::new(edge::language(headers, TEMPLATES.languages()))
}

/// A letter with its link, to an account's address.
pub fn written(
    letter: Letter,
    language: &Language,
    account: &AccountView,
    shop: &str,
    link: &str,
) -> Result<mail::Letter, TemplateError> {
    let name = greeted(letter, account).unwrap_or_default();
    let values = [("shop", shop), ("name", name)];
    let letter = TEMPLATES.letter(language.tag(), letter.into(), link, &values)?;
    Ok(mail::Letter { to: account.email.clone(), ..letter })
}

/// The name in a letter. What a stranger typed goes to nobody but themselves: a customer's name stands in a letter only once
/// the address was shown to be theirs. Those who were invited were named by whoever may invite. And what does not look like
/// a name is none.
fn greeted(letter: Letter, account: &AccountView) -> Option<&str> {
    let trusted = account.verified || letter == Letter::Invitation;
    Some(account.name.as_str()).filter(|name| trusted && looks_like_a_name(name))
}

/// Letters of any script, and what stands between the parts of names. A point before a letter would make a link of it.
fn looks_like_a_name(name: &str) -> bool {
    let in_names = |c: char| c.is_alphabetic() || " .,'’-‐·".contains(c) || is_mark(c);
    let linked = name.split('.').skip(1).any(|after| after.starts_with(char::is_alphabetic));
    (1..=60).contains(&name.chars().count()) && name.chars().all(in_names) && !linked
}

/// Signs that are put above or below letters, which a name may have on their own.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{900}'..='\u{dff}' | '\u{e31}'..='\u{e4e}' | '\u{5b0}'..='\u{5c7}' | '\u{610}'..='\u{65f}' | '\u{200c}' | '\u{200d}')
}

#[cfg(test)]
mod tests {
    use kernel::Timestamp;
    use strum::VariantArray as _;

    use super::*;
    use crate::AccountId;

    const LINK: &str = "https://shop.example/password#gal_tic_1";

    fn ada(name: &str) -> AccountView {
        AccountView {
            id: AccountId::new(),
            audience: "customer".into(),
            name: name.into(),
            email: "ada@example.com".into(),
            roles: Vec::new(),
            verified: true,
            has_password: true,
            has_app: false,
            recovery_codes_left: 0,
            opened_at: Timestamp::from_micros(0),
            disabled_at: None,
            version: 1,
            verified_at: Some(Timestamp::from_micros(0)),
            password: None,
            password_round: 1,
        }
    }

    #[test]
    fn every_letter_in_every_language_says_all_that_it_should() {
        for tag in TEMPLATES.languages() {
            for (letter, name) in
                Letter::VARIANTS.iter().flat_map(|letter| [(*letter, "Ada Lovelace"), (*letter, "")])
            {
                let written = written(letter, &Language::new(tag), &ada(name), "Lamps & <Co>", LINK).unwrap();
                let (subject, text, html) = (written.subject, written.text, written.html.unwrap());
                let parts: Vec<&str> = text.trim_end().split("\n\n").collect();
                assert!(subject.contains("Lamps & <Co>") && parts[0].contains(name), "{subject}: {text}");
                assert!(parts.len() >= 4 && parts.contains(&LINK) && parts.last() != Some(&LINK), "{text}");
                assert!(
                    html.contains(&format!("<html lang=\"{tag}\">")) && html.matches(LINK).count() == 3,
                    "{html}"
                );
                assert!(html.contains(">Lamps &amp; &lt;Co&gt;</td>"), "{html}");
                // Nothing is left empty, and nothing is left to fill in.
                assert!(parts.iter().all(|part| !part.trim().is_empty()), "{text}");
                for hole in ["\"></", "\"><br>", "<title></", "{{", "{%"] {
                    assert!(!html.contains(hole) && !text.contains(hole), "{hole} in {text}{html}");
                }
            }
        }
    }

    #[test]
    fn no_language_lacks_a_letter() {
        assert!(TEMPLATES.languages().starts_with(&["en"]) && TEMPLATES.languages().contains(&"de"));
        assert_eq!(TEMPLATES.lacking(), [""; 0]);
    }

    #[test]
    fn a_language_that_is_not_here_is_english() {
        let fr: Language = serde_json::from_str("\"fr\"").unwrap();
        let letter = written(Letter::Welcome, &fr, &ada("Ada"), "Lamps", LINK).unwrap();
        assert_eq!(letter.subject, "Welcome to Lamps");
        assert!(letter.html.unwrap().contains("<html lang=\"en\">"));
    }

    #[test]
    fn a_name_is_made_of_letters_and_of_nothing_that_makes_a_link() {
        for good in
            ["Ada Lovelace", "Noël O'Neil-Byron", "J. R. R. Tolkien", "山田太郎", "सीता", "Ada King, Dr."]
        {
            assert!(looks_like_a_name(good), "{good}");
        }
        let long = "a".repeat(61);
        for bad in [
            "",
            "Click https://evil.example/now",
            "evil.example",
            "www.evil.example to win",
            "you won €500",
            "ada@example.com",
            "call 0900 123",
            "a/b",
            &long,
        ] {
            assert!(!looks_like_a_name(bad), "{bad}");
        }
    }
}
