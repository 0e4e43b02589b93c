//! A letter, and how it is written.

use std::time::{Duration, SystemTime};

use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::{Address, Message};
use rand::Rng as _;

use crate::MailError;

const LONGEST_SUBJECT: usize = 500;
/// The end of the year 9999: a date has four digits for it.
const LAST_DATE: Duration = Duration::from_secs(253_402_300_799);

/// What one person is to read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Letter {
    /// `ada@example.com` or `Ada Lovelace <ada@example.com>`.
    pub to: String,
    /// Instead of the sender of the settings.
    pub from: Option<String>,
    pub subject: String,
    pub text: String,
    /// The same once more, for those who like it set.
    pub html: Option<String>,
    /// By what it is known however often it is sent, made into its Message-ID; one of chance when there is none.
    pub id: Option<u128>,
}

/// A letter as it goes out, the same in every try.
pub(crate) struct Written {
    pub message: Message,
    pub id: String,
}

impl Letter {
    pub(crate) fn write(&self, sender: &Mailbox, now: Duration) -> Result<Written, MailError> {
        let to = mailbox("to", &self.to)?;
        let from = self.from.as_deref().map_or_else(|| Ok(sender.clone()), |from| mailbox("from", from))?;
        check_subject(&self.subject)?;
        if self.text.trim().is_empty() {
            return Err(MailError::Malformed { field: "text", why: "is empty" });
        }
        let known = self.id.map_or_else(random_id, |id| format!("{id:032x}"));
        let id = format!("<{known}@{}>", from.email.domain());
        let builder = Message::builder()
            .from(from)
            .to(to)
            .subject(&self.subject)
            .date(SystemTime::UNIX_EPOCH + now.min(LAST_DATE))
            .message_id(Some(id.clone()))
            // RFC 3834: no machine answers to it that somebody is on holiday.
            .raw_header(HeaderValue::new(
                HeaderName::new_from_ascii_str("Auto-Submitted"),
                "auto-generated".into(),
            ));
        let written = match &self.html {
            // Parts that are told apart by the letter's id are the same however often it is sent.
            Some(html) => builder.multipart(
                MultiPart::alternative()
                    .boundary(known)
                    .singlepart(SinglePart::plain(self.text.clone()))
                    .singlepart(SinglePart::html(html.clone())),
            ),
            None => builder.singlepart(SinglePart::plain(self.text.clone())),
        };
        let message = written.map_err(|_| MailError::Malformed { field: "to", why: "cannot be written" })?;
        Ok(Written { message, id })
    }
}

/// One address with or without a name, in the plain form that every server takes.
pub(crate) fn mailbox(field: &'static str, text: &str) -> Result<Mailbox, MailError> {
    let malformed = |why| MailError::Malformed { field, why };
    if text.contains(char::is_control) {
        return Err(malformed("has a line's end or another control character in it"));
    }
    let (name, address) = match text.trim().strip_suffix('>').and_then(|text| text.rsplit_once('<')) {
        Some((name, address)) => (name.trim().trim_matches('"').trim(), address),
        None => ("", text.trim()),
    };
    if name.contains(['<', '>', '@', ',', ';', '"', '\\']) {
        return Err(malformed("has a name in it that could be taken for an address"));
    }
    // Quoted and international forms exist, and too many servers refuse or misread them.
    let plain = |c: char| c.is_ascii_alphanumeric() || ".@!#$%&'*+-/=?^_`{|}~".contains(c);
    let address = address.parse::<Address>().ok().filter(|_| address.chars().all(plain));
    let address = address.ok_or_else(|| malformed("is not one address, as ada@example.com"))?;
    Ok(Mailbox::new((!name.is_empty()).then(|| name.to_owned()), address))
}

fn check_subject(subject: &str) -> Result<(), MailError> {
    let malformed = |why| Err(MailError::Malformed { field: "subject", why });
    if subject.contains(char::is_control) {
        return malformed("has a line's end or another control character in it");
    }
    if subject.trim().is_empty() {
        return malformed("is empty");
    }
    if subject.chars().count() > LONGEST_SUBJECT {
        return malformed("is longer than 500 characters");
    }
    Ok(())
}

pub(crate) fn random_id() -> String {
    let mut bytes = [0; 16];
    rand::rng().fill_bytes(&mut bytes);
    format!("{:032x}", u128::from_be_bytes(bytes))
}
