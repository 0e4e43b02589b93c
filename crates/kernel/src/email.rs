//! What an e-mail address looks like. Whether letters arrive there, only a letter can tell.

/// One that a letter can be written to without a sign that means something else in its head.
pub fn is_email(text: &str) -> bool {
    let shaped = text.split_once('@').is_some_and(|(name, domain)| {
        let dotted = domain.contains('.') && !domain.starts_with('.') && !domain.ends_with('.');
        !name.is_empty() && dotted && !domain.contains('@')
    });
    let plain = |letter: char| letter.is_ascii_graphic() && !"<>(),;:\\\"[]".contains(letter);
    shaped && text.len() <= 254 && text.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_name_and_a_domain_and_nothing_that_ends_a_line() {
        for good in ["ada@example.com", "o'neil+shop@mail.example.co", "a@b.c"] {
            assert!(is_email(good), "{good}");
        }
        let long = format!("{}@example.com", "a".repeat(250));
        for bad in [
            "",
            "ada",
            "@example.com",
            "ada@com",
            "ada@.com",
            "ada@com.",
            "a b@c.de",
            "a@b.c\n",
            "a@b@c.de",
            "<a@b.c>",
            "a,b@c.de",
            "ädä@example.com",
            &long,
        ] {
            assert!(!is_email(bad), "{bad:?}");
        }
    }
}
