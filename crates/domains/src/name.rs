//! How the name of a domain is written.

use idna::AsciiDenyList;
use uuid::Uuid;

use crate::DomainId;

const SHAPE: &str = "write the name alone, as shop.example.com: no https://, no port, no path";

/// The name as it is looked up and kept: in lower case, in ASCII, without a dot at its end. The error says what to write.
pub fn normal(text: &str, base_domain: &str) -> Result<String, &'static str> {
    let text = text.trim();
    let text = text.strip_suffix('.').unwrap_or(text);
    let name = idna::domain_to_ascii_cow(text.as_bytes(), AsciiDenyList::STD3).map_err(|_| SHAPE)?;
    let labels: Vec<&str> = name.split('.').collect();
    // What ends in a number is an address.
    let is_address = labels.last().is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit()));
    // The names of the records that we look for come before it.
    if labels.len() < 2 || is_address || name.len() > 240 || !labels.iter().all(|label| is_label(label)) {
        return Err(SHAPE);
    }
    if labels.last() == Some(&"localhost") {
        return Err("this name leads to each machine itself; use one that is registered");
    }
    if is_within(&name, base_domain) {
        return Err("this name is the platform's own, where each shop has its place already");
    }
    Ok(name.into_owned())
}

pub fn id_of(name: &str) -> DomainId {
    DomainId(Uuid::new_v5(&Uuid::NAMESPACE_DNS, name.as_bytes()))
}

fn is_label(label: &str) -> bool {
    let letters = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    letters && (1..=63).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-')
}

fn is_within(name: &str, domain: &str) -> bool {
    name.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_domain_is_written_in_one_way() {
        for text in ["shop.example.com", " Shop.Example.COM. ", "shop。example。com"] {
            assert_eq!(normal(text, "shops.example").as_deref(), Ok("shop.example.com"), "{text}");
        }
        assert_eq!(normal("Bücher.example", "shops.example").as_deref(), Ok("xn--bcher-kva.example"));
        assert_eq!(id_of("shop.example.com"), id_of("shop.example.com"));
    }

    #[test]
    fn what_is_no_domain_is_not_taken_for_one() {
        let long = format!("{}.example.com", "a.".repeat(120));
        for text in [
            "",
            ".",
            "com",
            "shop",
            "shop..example",
            "shop.example.com:443",
            "https://shop.example.com",
            "shop.example.com/path",
            "127.0.0.1",
            "2130706433",
            "shop.127",
            "[::1]",
            "::1",
            "_dmarc.example.com",
            "*.example.com",
            "-a.example.com",
            "a-.example.com",
            "a b.example.com",
            "localhost",
            "shop.localhost",
            "shops.example",
            "oak.shops.example",
            "xn--a.example",
            &long,
        ] {
            assert!(normal(text, "shops.example").is_err(), "{text:?}");
        }
        assert!(normal("myshops.example", "shops.example").is_ok(), "it only ends in the same letters");
    }
}
