//! What somebody says of a customer, and what is kept of it.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{Check, Problem};
use uuid::Uuid;

use super::person::{Email, Person, Phone, telling_digits};

/// As many addresses, marks and names elsewhere as anybody needs.
pub const MOST_EMAILS: usize = 10;
pub const MOST_MARKS: usize = 50;

/// What somebody says of a customer.
#[derive(Debug, Clone, Default)]
pub struct Said {
    pub name: String,
    pub emails: Vec<String>,
    pub phone: Option<String>,
    pub company: Option<String>,
    pub language: Option<String>,
    pub time_zone: Option<String>,
    /// What the shop alone says of them; nothing when it is left as it is.
    pub shops: Option<ShopsOwn>,
}

/// What the shop knows of a customer and does not show them.
#[derive(Debug, Clone, Default)]
pub struct ShopsOwn {
    pub marks: BTreeSet<String>,
    pub external_ids: BTreeMap<String, String>,
}

impl Said {
    /// Everything that is wrong with it beside the limits of its schema, at once.
    pub fn check(&self) -> Result<(), Problem> {
        let mut check = Check::default();
        let named = !self.name.trim().is_empty() && !self.name.contains(char::is_control);
        check.that(named, "/name", "give a name of 1 to 200 letters");
        for (n, email) in self.emails.iter().enumerate() {
            let wrong = "write an e-mail address as name@example.com";
            check.that(kernel::is_email(email.trim()), format!("/emails/{n}/address"), wrong);
        }
        if let Some(phone) = &self.phone {
            let dialled = phone.chars().all(|sign| sign.is_ascii_digit() || " +-()./".contains(sign));
            let digits = phone.chars().filter(char::is_ascii_digit).count();
            check.that(
                dialled && (3..=20).contains(&digits),
                "/phone",
                "write a telephone number with 3 to 20 digits: +353 21 427 1000",
            );
        }
        if let Some(tag) = &self.language {
            check.that(is_language(tag), "/language", "name a language by its tag, such as de or pt-BR");
        }
        if let Some(zone) = &self.time_zone {
            let wrong = "name a time zone of the IANA database, such as Europe/Dublin";
            check.that(jiff::tz::TimeZone::get(zone).is_ok(), "/time_zone", wrong);
        }
        check.done()
    }

    /// What is known of them from now on. What was shown to be theirs stays so, and what they sign in with stays there.
    pub fn person(&self, known: &Person, blind: impl Fn(&str, &str) -> Uuid) -> Person {
        let mut emails: Vec<Email> = known.emails.iter().filter(|email| email.signs_in).cloned().collect();
        for address in &self.emails {
            let address = address.trim();
            let index = blind("email", address);
            if emails.iter().any(|email| email.index == index) {
                continue;
            }
            let before = known.emails.iter().find(|email| email.index == index);
            let proven_at = before.and_then(|email| email.proven_at);
            emails.push(Email { address: address.to_owned(), index, proven_at, signs_in: false });
        }
        let phone = some(self.phone.as_deref()).map(|number| {
            let index = blind("phone", &telling_digits(&number));
            Phone { number, index }
        });
        let shops = self.shops.clone().unwrap_or_else(|| ShopsOwn {
            marks: known.marks.clone(),
            external_ids: known.external_ids.clone(),
        });
        Person {
            name: self.name.trim().to_owned(),
            emails,
            phone,
            company: some(self.company.as_deref()),
            language: self.language.clone(),
            time_zone: self.time_zone.clone(),
            marks: shops.marks,
            external_ids: shops.external_ids,
        }
    }
}

fn some(text: Option<&str>) -> Option<String> {
    text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// A tag as BCP 47 writes it: a language, and parts that say more of it.
fn is_language(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let language = parts.next().unwrap_or_default();
    let is = |part: &str, least: usize| {
        (least..=8).contains(&part.len()) && part.bytes().all(|letter| letter.is_ascii_alphanumeric())
    };
    let letters = language.bytes().all(|letter| letter.is_ascii_lowercase());
    (2..=3).contains(&language.len()) && letters && tag.len() <= 35 && parts.all(|part| is(part, 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Timestamp;

    fn blind(field: &str, text: &str) -> Uuid {
        Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("{field} {}", text.to_lowercase()).as_bytes())
    }

    fn said(emails: &[&str]) -> Said {
        let emails = emails.iter().map(|email| (*email).to_owned()).collect();
        Said { name: " Ada Lovelace ".into(), emails, ..Said::default() }
    }

    #[test]
    fn what_was_proven_stays_proven_and_what_signs_in_stays_first() {
        let proven_at = Some(Timestamp::from_micros(7));
        let email = |address: &str, signs_in| Email {
            address: address.into(),
            index: blind("email", address),
            proven_at,
            signs_in,
        };
        let emails = vec![email("ada@example.com", true), email("work@example.com", false)];
        let known = Person { name: "Ada".into(), emails, ..Person::default() };
        let person = said(&["new@example.com", "WORK@example.com", "new@example.com"]).person(&known, blind);
        let read: Vec<_> = person
            .emails
            .iter()
            .map(|email| (email.address.as_str(), email.signs_in, email.proven_at.is_some()))
            .collect();
        let expected = [
            ("ada@example.com", true, true),
            ("new@example.com", false, false),
            ("WORK@example.com", false, true),
        ];
        assert_eq!(read, expected);
        assert_eq!(person.name, "Ada Lovelace");
    }

    #[test]
    fn what_the_shop_says_stays_when_the_customer_says_something() {
        let known = Person { marks: BTreeSet::from(["vip".to_owned()]), ..Person::default() };
        assert_eq!(said(&[]).person(&known, blind).marks, known.marks);
        let shops = Some(ShopsOwn::default());
        assert!(Said { shops, ..said(&[]) }.person(&known, blind).marks.is_empty());
    }

    #[test]
    fn a_language_and_a_time_zone_are_ones_that_there_are() {
        for tag in ["de", "pt-BR", "zh-Hans-CN", "gsw"] {
            assert!(is_language(tag), "{tag}");
        }
        for tag in ["", "german", "DE", "de_AT", "de-", "d", "x-private-thing-too-long-part"] {
            assert!(!is_language(tag), "{tag}");
        }
        let zone = |zone: &str| Said { time_zone: Some(zone.into()), ..said(&[]) }.check();
        assert!(zone("Europe/Dublin").is_ok() && zone("Europe/Dubbelin").is_err() && zone("").is_err());
        let phone = |phone: &str| Said { phone: Some(phone.into()), ..said(&[]) }.check();
        assert!(phone("+353 21 427-1000").is_ok() && phone("call me").is_err() && phone("12").is_err());
    }
}
