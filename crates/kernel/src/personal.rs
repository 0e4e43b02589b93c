//! Data about a person, marked as such from the first event on.
//!
//! A `Personal<T>` knows whose it is and does not show itself: `Debug` and `Display` print `***`, so it cannot slip
//! into a log line. In an event or a state it is written as `{"$personal": {"subject": …, "value": …}}`: the place
//! where the store seals it under the subject's key. When that key is destroyed the value is gone, and `reveal` says so
//! with `None`; whoever projects or shows it must have an answer for that. `reveal` is easy to search for.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::SubjectId;

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    from = "OnPaper<T>",
    into = "OnPaper<T>",
    bound(serialize = "T: Clone + Serialize", deserialize = "T: Deserialize<'de>")
)]
pub struct Personal<T> {
    subject: SubjectId,
    value: Option<T>,
}

impl<T> Personal<T> {
    pub fn new(subject: SubjectId, value: T) -> Self {
        Self { subject, value: Some(value) }
    }

    /// Whose data this is.
    pub fn subject(&self) -> SubjectId {
        self.subject
    }

    /// The value, unless the person was erased.
    pub fn reveal(&self) -> Option<&T> {
        self.value.as_ref()
    }
}

impl Personal<String> {
    /// The text, empty when the person was erased.
    pub fn text(&self) -> &str {
        self.value.as_deref().unwrap_or_default()
    }
}

impl<T> fmt::Debug for Personal<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl<T> fmt::Display for Personal<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[derive(Serialize, Deserialize)]
struct OnPaper<T> {
    #[serde(rename = "$personal")]
    personal: Inner<T>,
}

/// A value that is still sealed, because its key is gone, reads as none.
#[derive(Serialize, Deserialize)]
struct Inner<T> {
    subject: SubjectId,
    #[serde(default = "Option::default")]
    value: Option<T>,
}

impl<T> From<OnPaper<T>> for Personal<T> {
    fn from(paper: OnPaper<T>) -> Self {
        Self { subject: paper.personal.subject, value: paper.personal.value }
    }
}

impl<T> From<Personal<T>> for OnPaper<T> {
    fn from(personal: Personal<T>) -> Self {
        Self { personal: Inner { subject: personal.subject, value: personal.value } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_does_not_appear_in_what_is_printed() {
        let name = Personal::new(SubjectId::new(), "Ada Lovelace".to_owned());
        assert_eq!(format!("{name} {name:?} {:?}", Some(&name)), "*** *** Some(***)");
    }

    #[test]
    fn personal_data_keeps_its_marked_place_in_json() {
        let name = Personal::new(SubjectId::new(), "Ada".to_owned());
        let json = serde_json::to_value(&name).unwrap();
        assert_eq!(json["$personal"]["subject"], name.subject().to_string());
        assert_eq!(serde_json::from_value::<Personal<String>>(json).unwrap(), name);
    }

    #[test]
    fn what_cannot_be_opened_any_more_reads_as_nobodys() {
        let json = format!(r#"{{"$personal":{{"subject":"{}","sealed":"AAAA"}}}}"#, SubjectId::new());
        let name: Personal<String> = serde_json::from_str(&json).unwrap();
        assert_eq!((name.reveal(), name.text()), (None, ""));
    }
}
