//! Sealing what is personal in the text of an event, a state or a reply, and opening it again.
//!
//! The kernel writes `{"$personal":{"subject":S,"value":V}}`. Here `"value":V` becomes `"sealed":"…"`, bound to the
//! tenant, the subject, the stream, its version and the field, so that it opens in no other place. A text that is never
//! opened again, because its subject's key was destroyed, still reads as JSON.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use kernel::SubjectId;
use serde::de::IgnoredAny;
use uuid::Uuid;

use super::subject::SubjectKey;

/// No text of a person's can look like this: inside a string each of the quotes would have a backslash before it.
const MARK: &str = "{\"$personal\":{\"subject\":\"";
const VALUE: &str = "\",\"value\":";
const SEALED: &str = "\",\"sealed\":\"";
const SUBJECT: usize = 36;

/// Where a text stands. What was sealed for one place does not open in another.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) origin: Uuid,
    /// `event` or `state`.
    pub(crate) kind: &'static str,
    pub(crate) stream: &'a str,
    pub(crate) id: Uuid,
    pub(crate) version: i64,
}

/// Whose data a text holds, sealed or not.
pub(crate) fn subjects(text: &str) -> impl Iterator<Item = SubjectId> + '_ {
    text.match_indices(MARK).filter_map(|(at, _)| {
        let start = at + MARK.len();
        text.get(start..start + SUBJECT)?.parse().ok()
    })
}

/// Whose sealed data a text holds.
pub(crate) fn sealed_subjects(text: &str) -> impl Iterator<Item = SubjectId> + '_ {
    text.match_indices(MARK).filter_map(|(at, _)| {
        let start = at + MARK.len();
        let subject = text.get(start..start + SUBJECT)?;
        text[start + SUBJECT..].starts_with(SEALED).then(|| subject.parse().ok())?
    })
}

/// Seals every value in the text. One whose subject has no key any more is dropped.
pub(crate) fn seal<'k>(
    text: String,
    place: Place<'_>,
    key: &mut dyn FnMut(SubjectId) -> Option<&'k SubjectKey>,
) -> String {
    if !text.contains(MARK) {
        return text;
    }
    replace(&text, VALUE, &mut |subject, field, ordinal, rest| {
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<IgnoredAny>();
        values.next()?.ok()?;
        let length = values.byte_offset();
        let plain = &rest[..length];
        if plain == "null" {
            return None;
        }
        let Some(key) = key(subject) else { return Some(("\",\"value\":null".into(), length)) };
        let sealed = key.seal(&about(place, subject, field, ordinal), plain.as_bytes());
        let mut text = String::with_capacity(SEALED.len() + sealed.len() * 4 / 3 + 4);
        text.push_str(SEALED);
        BASE64.encode_string(&sealed, &mut text);
        text.push('"');
        Some((text, length))
    })
    .into_owned()
}

/// Opens every value whose subject has a key; the others read as null.
pub(crate) fn open<'t, 'k>(
    text: &'t str,
    place: Place<'_>,
    key: &mut dyn FnMut(SubjectId) -> Option<&'k SubjectKey>,
) -> Cow<'t, str> {
    if !text.contains(MARK) {
        return Cow::Borrowed(text);
    }
    replace(text, SEALED, &mut |subject, field, ordinal, rest| {
        let length = rest.find('"')?;
        let opened = key(subject).and_then(|key| {
            let sealed = BASE64.decode(&rest[..length]).ok()?;
            String::from_utf8(key.open(&about(place, subject, field, ordinal), &sealed)?).ok()
        });
        let value = opened.as_deref().unwrap_or("null");
        Some((format!("{VALUE}{value}"), length + 1))
    })
}

/// What is to stand at a marked place: it is told the subject, the field's name, which of the text's places this is, and
/// the text there; it answers what stands there instead, and how much of the text that replaces.
type Instead<'a> = dyn FnMut(SubjectId, &str, usize, &str) -> Option<(String, usize)> + 'a;

/// Walks the marked places, each with the text after `after`.
fn replace<'t>(text: &'t str, after: &str, with: &mut Instead<'_>) -> Cow<'t, str> {
    let mut changed = String::new();
    let (mut done, mut ordinal) = (0, 0);
    for (at, _) in text.match_indices(MARK) {
        // A value that holds marks of its own was replaced as a whole.
        if at < done {
            continue;
        }
        ordinal += 1;
        let start = at + MARK.len();
        let subject = text.get(start..start + SUBJECT).and_then(|subject| subject.parse().ok());
        let (Some(subject), Some(rest)) =
            (subject, text.get(start + SUBJECT..).and_then(|rest| rest.strip_prefix(after)))
        else {
            continue;
        };
        if let Some((instead, length)) = with(subject, field(&text[..at]), ordinal, rest) {
            changed.push_str(&text[done..start + SUBJECT]);
            changed.push_str(&instead);
            done = start + SUBJECT + after.len() + length;
        }
    }
    if done == 0 {
        return Cow::Borrowed(text);
    }
    changed.push_str(&text[done..]);
    Cow::Owned(changed)
}

/// The name before the place: `"email":{"$personal"…`. None inside an array.
fn field(before: &str) -> &str {
    before.strip_suffix("\":").and_then(|before| before.rsplit_once('"')).map_or("", |(_, name)| name)
}

fn about(place: Place<'_>, subject: SubjectId, field: &str, ordinal: usize) -> Vec<u8> {
    let mut about = Vec::with_capacity(96);
    for part in [place.kind, place.stream, field] {
        about.extend((part.len() as u32).to_be_bytes());
        about.extend(part.as_bytes());
    }
    about.extend(place.origin.as_bytes());
    about.extend(subject.uuid().as_bytes());
    about.extend(place.id.as_bytes());
    about.extend(place.version.to_be_bytes());
    about.extend((ordinal as u64).to_be_bytes());
    about
}

const REPLY: &str = "{\"$sealed\":[";

/// Seals a whole text under the keys of everyone it is about: the loss of one is the loss of it.
pub(crate) fn seal_reply(body: &str, key: Uuid, holders: &[(SubjectId, &SubjectKey)]) -> String {
    let mut sealed = body.as_bytes().to_vec();
    for (subject, holder) in holders {
        sealed = holder.seal(&about_reply(key, *subject), &sealed);
    }
    let names: Vec<String> = holders.iter().map(|(subject, _)| format!("\"{subject}\"")).collect();
    format!("{REPLY}{}],\"data\":\"{}\"}}", names.join(","), BASE64.encode(sealed))
}

/// Whom a sealed reply is about; nobody when it is not sealed.
pub(crate) fn reply_subjects(body: &str) -> Vec<SubjectId> {
    let names = body.strip_prefix(REPLY).and_then(|rest| rest.split(']').next());
    names.map_or_else(Vec::new, |names| {
        names.split(',').filter_map(|name| name.trim_matches('"').parse().ok()).collect()
    })
}

/// The text of a sealed reply; `None` when someone it is about was erased.
pub(crate) fn open_reply<'k>(
    body: &str,
    key: Uuid,
    holder: &mut dyn FnMut(SubjectId) -> Option<&'k SubjectKey>,
) -> Option<String> {
    let data = body.rsplit_once("\"data\":\"")?.1.strip_suffix("\"}")?;
    let mut sealed = BASE64.decode(data).ok()?;
    for subject in reply_subjects(body).into_iter().rev() {
        sealed = holder(subject)?.open(&about_reply(key, subject), &sealed)?;
    }
    String::from_utf8(sealed).ok()
}

fn about_reply(key: Uuid, subject: SubjectId) -> Vec<u8> {
    [b"reply".as_slice(), key.as_bytes(), subject.uuid().as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use kernel::Personal;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::keys::TenantKeys;

    fn place() -> Place<'static> {
        Place {
            origin: Uuid::from_u128(7),
            kind: "event",
            stream: "order",
            id: Uuid::from_u128(9),
            version: 3,
        }
    }

    fn key(subject: SubjectId) -> SubjectKey {
        TenantKeys::new(Uuid::from_u128(7), &*TenantKeys::new_secret()).unwrap().make_subject(subject).0
    }

    #[test]
    fn what_is_sealed_opens_in_its_place_and_in_no_other() {
        let ada = SubjectId::new();
        let key = key(ada);
        let text = json!({ "name": Personal::new(ada, "Ada".to_owned()), "n": 1 }).to_string();
        let sealed = seal(text.clone(), place(), &mut |_| Some(&key));
        assert!(!sealed.contains("Ada") && serde_json::from_str::<serde_json::Value>(&sealed).is_ok());
        assert_eq!(open(&sealed, place(), &mut |_| Some(&key)), text);
        let elsewhere = [
            Place { version: 4, ..place() },
            Place { id: Uuid::from_u128(8), ..place() },
            Place { stream: "cart", ..place() },
            Place { kind: "state", ..place() },
            Place { origin: Uuid::from_u128(6), ..place() },
        ];
        for other in elsewhere {
            assert!(open(&sealed, other, &mut |_| Some(&key)).contains("\"value\":null"), "{other:?}");
        }
        let renamed = sealed.replace("\"name\"", "\"nick\"");
        assert!(open(&renamed, place(), &mut |_| Some(&key)).contains("\"value\":null"));
    }

    #[test]
    fn without_its_key_a_value_reads_as_null() {
        let ada = SubjectId::new();
        let key = key(ada);
        let text = json!([Personal::new(ada, 5), Personal::new(ada, 6)]).to_string();
        let sealed = seal(text, place(), &mut |_| Some(&key));
        let opened = open(&sealed, place(), &mut |_| None);
        let both: Vec<Personal<i64>> = serde_json::from_str(&opened).unwrap();
        assert!(both.iter().all(|one| one.reveal().is_none() && one.subject() == ada));
    }

    #[test]
    fn a_reply_about_two_people_is_gone_with_either() {
        let (ada, bob) = (SubjectId::new(), SubjectId::new());
        let (of_ada, of_bob) = (key(ada), key(bob));
        let id = Uuid::from_u128(1);
        let sealed = seal_reply("{\"a\":1}", id, &[(ada, &of_ada), (bob, &of_bob)]);
        assert_eq!(reply_subjects(&sealed), [ada, bob]);
        let both = |subject| Some(if subject == ada { &of_ada } else { &of_bob });
        assert_eq!(open_reply(&sealed, id, &mut |subject| both(subject)).unwrap(), "{\"a\":1}");
        assert_eq!(open_reply(&sealed, id, &mut |subject| (subject == ada).then_some(&of_ada)), None);
        assert!(reply_subjects("{\"id\":1}").is_empty());
    }

    proptest! {
        #[test]
        fn any_text_comes_back_as_it_was(texts in proptest::collection::vec(".*", 0..6), other in ".*") {
            let ada = SubjectId::new();
            let key = key(ada);
            let values: Vec<_> = texts.iter().map(|text| Personal::new(ada, text.clone())).collect();
            let text = json!({ "a": other, "b": values, "c": Personal::new(ada, json!({ "x": other, "y": [1, null] })) }).to_string();
            let sealed = seal(text.clone(), place(), &mut |_| Some(&key));
            prop_assert_eq!(open(&sealed, place(), &mut |_| Some(&key)).into_owned(), text);
        }
    }
}
