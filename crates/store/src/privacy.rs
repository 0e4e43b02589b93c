//! That a person was erased, as it is written down: an event in the tenant's log, and a tombstone outside of it.
//!
//! The event is one like any other, so a replay forgets the person at the same place. The tombstone stands in the cell's
//! own tables, outside of every tenant, so that restoring an older backup does not bring the person back.

use kernel::{Aggregate, Decide, Envelope, Event, Problem, Projector, SubjectId, Timestamp, Write, args};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Failure;
use crate::context::{Context, People, Stream};
use crate::engine::Engine;

/// A person, of whom nothing is known here but whether they were erased.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    pub erased: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erased {
    /// Who. In the first schema it was the stream's own id, until a person could be an account, too.
    #[serde(default)]
    pub subject: Option<SubjectId>,
    pub at: Timestamp,
}

/// The namespace in which the id of a person's stream is made from the person's.
const ERASURES: Uuid = Uuid::from_u128(0x3f2b_6a10_77c4_4e19_9d55_0c1a_8e60_e2a5);

/// The stream that tells of a person's erasure. Its id is not the person's: that may be the id of their account.
pub(crate) fn stream(subject: SubjectId) -> Uuid {
    Uuid::new_v5(&ERASURES, subject.uuid().as_bytes())
}

kernel::events! {
    pub enum SubjectEvent {
        Erased(Erased) = ("subject.erased", 2),
    }
    upcast = up;
}

/// The first schema lacks the subject, which is then the stream's own id.
fn up(_: &str, _: i32, data: serde_json::Value) -> serde_json::Value {
    data
}

impl Aggregate for Subject {
    const KIND: &'static str = "subject";
    type Event = SubjectEvent;

    fn apply(&mut self, event: &SubjectEvent) {
        let SubjectEvent::Erased(erased) = event;
        self.erased = Some(erased.at);
    }
}

/// Asks a person's stream to record that they were erased.
pub(crate) struct Erase(pub(crate) SubjectId);

impl Decide<Erase> for Subject {
    type Refusal = Problem;

    /// Erasing twice is erasing once.
    fn decide(&self, erase: &Erase, now: Timestamp) -> Result<Vec<SubjectEvent>, Problem> {
        let erased = Erased { subject: Some(erase.0), at: now };
        Ok(if self.erased.is_some() { Vec::new() } else { vec![erased.into()] })
    }
}

impl Projector for Subject {
    fn project(event: &Envelope<&SubjectEvent>) -> Vec<Write> {
        let SubjectEvent::Erased(erased) = event.data;
        vec![Write::one(
            "insert into erasures_done (subject, at, actor) values ($1, $2, $3)",
            args![
                erased.subject.map_or(event.stream_id, SubjectId::uuid),
                erased.at,
                event.actor.to_string()
            ],
        )]
    }
}

pub const CONTEXT: Context = Context {
    name: "privacy",
    migrations: crate::migrations!["0001_privacy"],
    streams: &[Stream::of::<Subject>()],
    people: People::NOBODY,
    form: 0,
};

/// Everything that the contexts do to forget someone.
pub(crate) fn forget(contexts: &[Context], subject: SubjectId) -> Vec<Write> {
    contexts.iter().flat_map(|context| (context.people.forget)(subject)).collect()
}

/// The kind of the event that says that somebody was erased.
pub const ERASED: &str = "subject.erased";

/// Who was erased, when an event says so.
pub fn erased(event: &Envelope<String>) -> Option<SubjectId> {
    if event.kind != ERASED {
        return None;
    }
    let SubjectEvent::Erased(erased) = SubjectEvent::decode(&event.kind, event.schema, &event.data).ok()?;
    Some(erased.subject.unwrap_or(SubjectId(event.stream_id)))
}

/// Writes down outside of the tenant that someone was erased.
pub(crate) async fn bury(
    engine: &Engine,
    origin: Uuid,
    subject: SubjectId,
    at: Timestamp,
) -> Result<(), Failure> {
    let tombstone = Write::any(
        "insert into erasures (origin, subject, at) values ($1, $2, $3) on conflict (origin, subject) do nothing",
        args![origin, subject, at],
    );
    engine.registry_write(&[tombstone]).await
}

/// Those who were erased from a tenant, whatever a log of it says.
pub(crate) async fn tombstones(engine: &Engine, origin: Uuid) -> Result<Vec<SubjectId>, Failure> {
    let mut subjects = Vec::new();
    let query = ("select subject from erasures where origin = $1 order by subject", args![origin]);
    engine
        .registry_read(&[query], &mut |_, row| {
            subjects.push(SubjectId(row.get(0)?));
            Ok(())
        })
        .await?;
    Ok(subjects)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_erasure_of_the_first_schema_is_still_one() {
        let told = SubjectEvent::decode(ERASED, 1, r#"{"at":"1970-01-01T00:00:00.000007Z"}"#);
        let erased = Erased { subject: None, at: Timestamp::from_micros(7) };
        assert_eq!(told, Ok(SubjectEvent::Erased(erased)));
    }
}
