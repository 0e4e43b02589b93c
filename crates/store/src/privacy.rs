//! Erasing a person: their key is destroyed, every context forgets them, and the log stays whole.
//!
//! That it happened is an event like any other, so a replay forgets them at the same place. It is also written down in
//! the cell's own tables, outside of every tenant, so that restoring an older backup does not bring the person back.

use std::collections::BTreeMap;

use kernel::{
    Aggregate, Arg, Decide, Envelope, Event, Problem, Projector, SubjectId, Timestamp, Write, args,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::context::{Context, People, Stream};
use crate::engine::{Engine, Row};
use crate::work::{Asked, Done, Reply, Work};
use crate::{Cell, Failure, Tenant};

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
fn stream(subject: SubjectId) -> Uuid {
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

struct Erase(SubjectId);

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

/// Somebody who is known by an e-mail address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    pub subject: SubjectId,
    /// What of theirs has the address, and how many of it.
    pub by: Vec<(&'static str, i64)>,
}

impl Tenant {
    /// Whoever is known by an e-mail address, to any context. One person may be several: whoever fills a cart without
    /// saying who they are is somebody new each time.
    pub async fn known_by(&self, email: &str) -> Result<Vec<Known>, Failure> {
        let index = self.keys().await?.blind("email", email);
        let kept: Vec<_> =
            self.cell().contexts().iter().flat_map(|context| context.people.by_email).collect();
        let queries: Vec<(&str, Vec<Arg>)> = kept.iter().map(|(_, sql)| (*sql, args![index])).collect();
        let mut found: BTreeMap<SubjectId, Vec<(&'static str, i64)>> = BTreeMap::new();
        self.read(&queries, &mut |query, row| {
            found.entry(SubjectId(row.get(0)?)).or_default().push((kept[query].0, row.get(1)?));
            Ok::<(), Failure>(())
        })
        .await?;
        Ok(found.into_iter().map(|(subject, by)| Known { subject, by }).collect())
    }

    /// Whether anything was ever written down about a person, even if they were erased since.
    pub async fn has_met(&self, subject: SubjectId) -> Result<bool, Failure> {
        let sql = "select count(*) from subject_keys where subject = $1";
        Ok(self.row(sql, args![subject], |row| row.get::<i64>(0)).await?.is_some_and(|met| met > 0))
    }

    /// Erases a person, for good. What they did stays counted; who they were cannot be read any more, here or in any
    /// copy of the log.
    pub async fn erase(&self, subject: SubjectId, asked: Asked) -> Result<Done, Problem> {
        let engine = self.cell().engine();
        let keys = self.keys().await?;
        // First, so that a crash before the rest is found and finished by asking again, and no backup undoes it.
        bury(engine, keys.origin(), subject, asked.now).await?;
        let contexts = self.cell().contexts();
        let id = stream(subject);
        let names = [id, subject.uuid()];
        let work = Work::over::<Subject>(names).about([subject]).decide(move |desk| {
            let of_first_schema = desk.find::<Subject>(subject).and_then(|subject| subject.erased);
            let before = of_first_schema.or(desk.find::<Subject>(id).and_then(|subject| subject.erased));
            if before.is_none() {
                desk.ask::<Subject, _>(id, &Erase(subject))?;
                desk.erase(subject, forget(contexts, subject));
            }
            let at = before.unwrap_or(desk.now());
            Ok(Reply::json(200, &serde_json::json!({ "subject": subject, "erased_at": at })))
        });
        let done = self.run(asked, work).await?;
        self.cell().pasts().forget(self.id());
        // What was overwritten may still lie in unused corners of the storage.
        engine.scrub(self.id()).await?;
        Ok(done)
    }
}

impl Cell {
    /// Everyone who was erased from any tenant of the cell, and when.
    pub async fn erasures(&self) -> Result<Vec<(SubjectId, Timestamp)>, Failure> {
        let mut erased = Vec::new();
        let query = ("select subject, at from erasures order by at, subject", Vec::new());
        let each = &mut |_, row: &Row<'_>| {
            erased.push((SubjectId(row.get(0)?), row.get(1)?));
            Ok(())
        };
        self.engine().registry_read(&[query], each).await?;
        Ok(erased)
    }
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
