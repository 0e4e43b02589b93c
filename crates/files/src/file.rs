//! A file: state, events, and the two decisions about it.

use kernel::{Aggregate, Decide, Personal, SubjectId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Refusal;

/// What later decisions need to know; what the file is called is in the table.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    pub stored: Option<Timestamp>,
    pub removed: Option<Timestamp>,
}

kernel::events! {
    pub enum FileEvent {
        Stored(Stored) = ("file.stored", 1),
        Removed(Removed) = ("file.removed", 1),
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stored {
    pub size: i64,
    /// Whoever suspects what a short text about someone says could prove it by its hash, so it is theirs, too.
    pub sha256: Words,
    pub media_type: String,
    pub name: Option<Words>,
    pub about: Option<SubjectId>,
    pub at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removed {
    pub at: Timestamp,
    pub reason: Reason,
}

/// Why a file was removed: never in words, which might be about someone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    Asked,
    PersonErased,
}

/// What is said of a file: the person's whom it is about, or nobody's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Words {
    Personal(Personal<String>),
    Plain(String),
}

impl Words {
    pub fn of(about: Option<SubjectId>, text: String) -> Self {
        match about {
            Some(subject) => Self::Personal(Personal::new(subject, text)),
            None => Self::Plain(text),
        }
    }

    /// The text, unless the person was erased.
    pub fn reveal(&self) -> Option<&String> {
        match self {
            Self::Personal(text) => text.reveal(),
            Self::Plain(text) => Some(text),
        }
    }
}

impl Aggregate for File {
    const KIND: &'static str = "file";
    type Event = FileEvent;

    fn apply(&mut self, event: &FileEvent) {
        match event {
            FileEvent::Stored(stored) => self.stored = Some(stored.at),
            FileEvent::Removed(removed) => self.removed = Some(removed.at),
        }
    }
}

/// Writes down a file whose object is there.
#[derive(Debug, Clone)]
pub struct Store {
    pub size: i64,
    pub sha256: String,
    pub media_type: String,
    pub name: Option<String>,
    pub about: Option<SubjectId>,
}

pub struct Remove(pub Reason);

impl Decide<Store> for File {
    type Refusal = Refusal;

    fn decide(&self, command: &Store, now: Timestamp) -> Result<Vec<FileEvent>, Refusal> {
        if self.stored.is_some() {
            return Err(Refusal::AlreadyThere);
        }
        let Store { size, sha256, media_type, name, about } = command.clone();
        let stored = Stored {
            size,
            sha256: Words::of(about, sha256),
            media_type,
            name: name.map(|name| Words::of(about, name)),
            about,
            at: now,
        };
        Ok(vec![stored.into()])
    }
}

impl Decide<Remove> for File {
    type Refusal = Refusal;

    /// Removing twice is removing once.
    fn decide(&self, Remove(reason): &Remove, now: Timestamp) -> Result<Vec<FileEvent>, Refusal> {
        Ok(match self.removed {
            Some(_) => Vec::new(),
            None => vec![Removed { at: now, reason: *reason }.into()],
        })
    }
}

#[cfg(test)]
mod tests {
    use kernel::Event;
    use kernel::aggregate::given;

    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(7);

    fn contract(about: Option<SubjectId>) -> Store {
        Store {
            size: 3,
            sha256: "ab".into(),
            media_type: "application/pdf".into(),
            name: Some("Ada's contract.pdf".into()),
            about,
        }
    }

    #[test]
    fn a_file_about_someone_is_theirs_in_name_and_hash() {
        let ada = SubjectId::new();
        let events = given::<File>([]).when(&contract(Some(ada)), NOW).unwrap();
        let [FileEvent::Stored(stored)] = events.as_slice() else { panic!("{events:?}") };
        assert!(matches!(&stored.name, Some(Words::Personal(name)) if name.subject() == ada));
        assert!(matches!(&stored.sha256, Words::Personal(hash) if hash.subject() == ada));
        assert!(!format!("{events:?}").contains("Ada"), "{events:?}");
    }

    #[test]
    fn a_file_about_nobody_is_written_in_plain_words() {
        let events = given::<File>([]).when(&contract(None), NOW).unwrap();
        let text = events[0].encode();
        assert!(text.contains(r#""name":"Ada's contract.pdf""#) && !text.contains("$personal"), "{text}");
        assert_eq!(FileEvent::decode("file.stored", 1, &text).unwrap(), events[0]);
    }

    #[test]
    fn a_name_that_looks_like_someones_is_only_a_name() {
        let name = r#"{"$personal":{"subject":"0198c0de-0000-7000-8000-000000000000","value":"x"}}"#;
        let odd = Store { name: Some(name.into()), ..contract(None) };
        let events = given::<File>([]).when(&odd, NOW).unwrap();
        let read = FileEvent::decode("file.stored", 1, &events[0].encode()).unwrap();
        let FileEvent::Stored(stored) = read else { panic!("{read:?}") };
        assert_eq!(stored.name, Some(Words::Plain(name.into())));
    }

    #[test]
    fn what_is_sealed_for_good_reads_as_nothing() {
        let subject = SubjectId::new();
        let text = format!(
            r#"{{"size":3,"sha256":{{"$personal":{{"subject":"{subject}","value":null}}}},"media_type":"text/plain","name":{{"$personal":{{"subject":"{subject}","sealed":"AAAA"}}}},"about":"{subject}","at":"1970-01-01T00:00:00Z"}}"#
        );
        let read = FileEvent::decode("file.stored", 1, &text).unwrap();
        let FileEvent::Stored(stored) = read else { panic!("{read:?}") };
        assert_eq!((stored.name.as_ref().and_then(Words::reveal), stored.sha256.reveal()), (None, None));
    }

    #[test]
    fn removing_twice_is_one_event() {
        let mut happened = given::<File>([]).when(&contract(None), NOW).unwrap();
        let removed = given::<File>(happened.clone()).when(&Remove(Reason::Asked), NOW).unwrap();
        assert_eq!(removed, [Removed { at: NOW, reason: Reason::Asked }.into()]);
        happened.extend(removed);
        assert_eq!(given::<File>(happened).when(&Remove(Reason::PersonErased), NOW), Ok(Vec::new()));
    }

    #[test]
    fn refuses_to_be_stored_twice() {
        let stored = given::<File>([]).when(&contract(None), NOW).unwrap();
        assert_eq!(given::<File>(stored).when(&contract(None), NOW), Err(Refusal::AlreadyThere));
    }
}
