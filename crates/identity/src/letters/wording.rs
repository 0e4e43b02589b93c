//! The words of letters, in each language.

use crate::accounts::letter::{Language, Letter};
use crate::accounts::queries::AccountView;

/// A letter with its link, to an account's address.
pub fn written(
    letter: Letter,
    language: Language,
    account: &AccountView,
    shop: &str,
    link: &str,
) -> mail::Letter {
    let (subject, before, after) = match language {
        Language::English => english(letter, shop),
        Language::German => german(letter, shop),
    };
    let greeting = match (language, greeted(letter, account)) {
        (Language::English, Some(name)) => format!("Hello {name},"),
        (Language::English, None) => "Hello,".to_owned(),
        (Language::German, Some(name)) => format!("Guten Tag {name},"),
        (Language::German, None) => "Guten Tag,".to_owned(),
    };
    mail::Letter {
        to: account.email.clone(),
        subject: subject.replace(char::is_control, " "),
        text: format!("{greeting}\n\n{before}\n\n{link}\n\n{after}\n"),
        ..mail::Letter::default()
    }
}

/// Subject, what comes before the link, what comes after it.
fn english(letter: Letter, shop: &str) -> (String, String, String) {
    match letter {
        Letter::Invitation => (
            format!("Your account at {shop}"),
            format!(
                "An account has been created for you at {shop}. Open this link within seven days to choose a password, then sign in:"
            ),
            "If you did not expect this e-mail, you can ignore it.".into(),
        ),
        Letter::Welcome => (
            format!("Welcome to {shop}"),
            format!(
                "Open this link within seven days to choose a password. Your account at {shop} is then ready to use:"
            ),
            "If you did not ask for an account, you can ignore this e-mail.".into(),
        ),
        Letter::Reset => (
            format!("Choose a new password for {shop}"),
            format!("Open this link within one hour to choose a new password for your account at {shop}:"),
            "If you did not ask for this, you can ignore this e-mail: your password stays as it is.".into(),
        ),
        Letter::AlreadyThere => (
            format!("Your account at {shop}"),
            format!(
                "Somebody, perhaps you, tried to create an account at {shop} with this e-mail address. You already have one. If you have forgotten your password, open this link within one hour to choose a new one:"
            ),
            "If it was not you, you can ignore this e-mail: nothing has changed.".into(),
        ),
    }
}

fn german(letter: Letter, shop: &str) -> (String, String, String) {
    match letter {
        Letter::Invitation => (
            format!("Ihr Konto bei {shop}"),
            format!(
                "für Sie wurde ein Konto bei {shop} angelegt. Öffnen Sie innerhalb von sieben Tagen diesen Link, wählen Sie ein Passwort und melden Sie sich an:"
            ),
            "Falls Sie diese E-Mail nicht erwartet haben, können Sie sie ignorieren.".into(),
        ),
        Letter::Welcome => (
            format!("Willkommen bei {shop}"),
            format!(
                "öffnen Sie innerhalb von sieben Tagen diesen Link und wählen Sie ein Passwort. Danach ist Ihr Konto bei {shop} bereit:"
            ),
            "Falls Sie kein Konto anlegen wollten, können Sie diese E-Mail ignorieren.".into(),
        ),
        Letter::Reset => (
            format!("Neues Passwort für {shop}"),
            format!(
                "öffnen Sie innerhalb einer Stunde diesen Link, um ein neues Passwort für Ihr Konto bei {shop} zu wählen:"
            ),
            "Falls Sie das nicht angefordert haben, können Sie diese E-Mail ignorieren: Ihr Passwort bleibt unverändert.".into(),
        ),
        Letter::AlreadyThere => (
            format!("Ihr Konto bei {shop}"),
            format!(
                "jemand, vielleicht Sie selbst, wollte mit dieser E-Mail-Adresse ein Konto bei {shop} anlegen. Sie haben bereits eines. Falls Sie Ihr Passwort vergessen haben, öffnen Sie innerhalb einer Stunde diesen Link und wählen Sie ein neues:"
            ),
            "Falls Sie das nicht waren, können Sie diese E-Mail ignorieren: Es hat sich nichts geändert.".into(),
        ),
    }
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
    use super::*;

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
