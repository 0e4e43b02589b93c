//! What an e-mail address looks like. Whether letters arrive there, only a letter can tell.

/// One that every post takes: nothing in it means something else in a letter's head, its dots stand between something, and
/// its domain is made of labels as hosts have them.
pub fn is_email(text: &str) -> bool {
    let Some((name, domain)) = text.split_once('@') else { return false };
    text.len() <= 254 && is_name(name) && is_domain(domain)
}

/// Quoted names exist, and too many servers refuse or misread them.
fn is_name(name: &str) -> bool {
    let plain = |letter: u8| letter.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&letter);
    name.len() <= 64 && name.split('.').all(|atom| !atom.is_empty() && atom.bytes().all(plain))
}

fn is_domain(domain: &str) -> bool {
    let labels: Vec<&str> = domain.split('.').collect();
    let plain = |letter: u8| letter.is_ascii_alphanumeric() || letter == b'-';
    let is_label = |label: &&str| {
        let shaped = !label.starts_with('-') && !label.ends_with('-');
        shaped && (1..=63).contains(&label.len()) && label.bytes().all(plain)
    };
    // A last label of digits is the end of a machine's number.
    let named = labels.last().is_some_and(|last| !last.bytes().all(|letter| letter.is_ascii_digit()));
    labels.len() >= 2 && named && labels.iter().all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_name_and_a_domain_and_nothing_that_ends_a_line() {
        for good in ["ada@example.com", "o'neil+shop@mail.example.co", "a@b.c", "a.b@x--1.xn--p1ai"] {
            assert!(is_email(good), "{good}");
        }
        let long = format!("{}@example.com", "a".repeat(65));
        let wide = format!("ada@{}com", "example.".repeat(32));
        let label = format!("ada@{}.com", "a".repeat(64));
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
            "ada@exämple.com",
            "a..b@example.com",
            ".a@example.com",
            "a.@example.com",
            "a@-x.com",
            "a@x-.com",
            "a@example..com",
            "a@x_y.com",
            "x@xn--example-.com",
            "a@127.0.0.1",
            "a@[127.0.0.1]",
            &long,
            &wide,
            &label,
        ] {
            assert!(!is_email(bad), "{bad:?}");
        }
    }
}
