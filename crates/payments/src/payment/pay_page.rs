//! A page of the provider's own: whoever has no token of a card pays there, and comes back.

use url::Url;

/// What a provider needs to know to show its page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayPage {
    /// Where the payer comes back to, whatever became of it.
    pub return_url: String,
    /// What is paid for, in a few words.
    pub description: String,
}

const LONGEST: usize = 500;

/// The address that payers come back to, as browsers write it; `None` when none can be sent there.
pub fn way_back(text: &str) -> Option<String> {
    let whole = ["https://", "http://"].iter().any(|start| text.starts_with(start));
    let url = Url::parse(text).ok().filter(|_| whole && text.chars().count() <= LONGEST)?;
    let anonymous = url.username().is_empty() && url.password().is_none();
    (anonymous && url.has_host()).then(|| url.into())
}

/// The host and the origin of an address that payers come back to.
pub fn site(way_back: &str) -> Option<(String, String)> {
    let url = Url::parse(way_back).ok()?;
    Some((url.host_str()?.to_owned(), url.origin().ascii_serialization()))
}

/// The address of a provider's page, if a browser may be sent there: what else a provider names could be a script, and
/// what is read on the way there only where its own address is, too.
pub fn way_there(text: &str, plain: bool) -> Option<String> {
    let url = Url::parse(text).ok()?;
    (url.has_host() && (url.scheme() == "https" || (plain && url.scheme() == "http"))).then(|| url.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn payers_come_back_to_whole_addresses_that_say_nobodys_name() {
        for good in ["https://oak.example/orders/1?a=b", "http://a.localhost:80/x", "https://oak.example"] {
            assert!(way_back(good).is_some(), "{good}");
        }
        let long = format!("https://oak.example/{}", "a".repeat(481));
        for bad in [
            "",
            "/orders/1",
            "//oak.example",
            "oak.example/orders",
            "javascript:alert(1)",
            "https:oak.example",
            "https://",
            "https://me@oak.example/",
            "https://me:secret@oak.example/",
            "ftp://oak.example",
            long.as_str(),
        ] {
            assert_eq!(way_back(bad), None, "{bad}");
        }
    }

    #[test]
    fn browsers_are_sent_to_pages_and_never_to_scripts() {
        assert!(way_there("https://checkout.stripe.com/c/pay/cs_1#f", false).is_some());
        assert!(way_there("http://127.0.0.1:1/c/pay/cs_1", true).is_some());
        for (bad, plain) in [
            ("http://127.0.0.1:1/c/pay/cs_1", false),
            ("javascript:alert(1)", true),
            ("data:text/html,x", true),
            ("pi_1_secret_2", true),
            ("/c/pay/cs_1", true),
        ] {
            assert_eq!(way_there(bad, plain), None, "{bad}");
        }
        let quoted = way_there("https://pay.example/'\"; url=https://evil.example", false).unwrap();
        assert!(!quoted.contains(['"', ' ']), "{quoted}");
    }
}
