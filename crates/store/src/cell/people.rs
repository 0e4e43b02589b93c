//! Finding a person, and erasing them: their key is destroyed, every context forgets them, and the log stays whole.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{Arg, Problem, SubjectId, Timestamp, args, boxed};

use super::handles::{Cell, Tenant};
use crate::Failure;
use crate::engine::Row;
use crate::privacy::{self, Erase, Subject};
use crate::work::{Asked, Done, Reply, Work};

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
    #[boxed]
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
    #[boxed]
    pub async fn has_met(&self, subject: SubjectId) -> Result<bool, Failure> {
        let sql = "select count(*) from subject_keys where subject = $1";
        Ok(self.row(sql, args![subject], |row| row.get::<i64>(0)).await?.is_some_and(|met| met > 0))
    }

    /// Everybody whom a person is, themselves among them, as the contexts know.
    async fn also(&self, person: SubjectId) -> Result<Vec<SubjectId>, Failure> {
        let queries: Vec<(&str, Vec<Arg>)> = self
            .cell()
            .contexts()
            .iter()
            .flat_map(|context| context.people.also)
            .map(|sql| (*sql, args![person]))
            .collect();
        let mut all = BTreeSet::from([person]);
        self.read(&queries, &mut |_, row| {
            all.insert(SubjectId(row.get(0)?));
            Ok::<(), Failure>(())
        })
        .await?;
        Ok(all.into_iter().collect())
    }

    /// Erases a person, for good, under every id that they have. What they did stays counted; who they were cannot be read
    /// any more, here or in any copy of the log.
    #[boxed]
    pub async fn erase(&self, subject: SubjectId, asked: Asked) -> Result<Done, Problem> {
        let engine = self.cell().engine();
        let keys = self.keys().await?;
        let all = self.also(subject).await?;
        // First, so that a crash before the rest is found and finished by asking again, and no backup undoes it.
        for person in &all {
            privacy::bury(engine, keys.origin(), *person, asked.now).await?;
        }
        let contexts = self.cell().contexts();
        let names: Vec<_> = all.iter().flat_map(|person| [privacy::stream(*person), person.uuid()]).collect();
        let work = Work::over::<Subject>(names).about(all.clone()).decide(move |desk| {
            let mut erased_at = desk.now();
            for person in &all {
                let id = privacy::stream(*person);
                let of_first_schema = desk.find::<Subject>(*person).and_then(|known| known.erased);
                let before = of_first_schema.or(desk.find::<Subject>(id).and_then(|known| known.erased));
                if before.is_none() {
                    desk.ask::<Subject, _>(id, &Erase(*person))?;
                    desk.erase(*person, privacy::forget(contexts, *person));
                }
                if *person == subject {
                    erased_at = before.unwrap_or(erased_at);
                }
            }
            Ok(Reply::json(200, &serde_json::json!({ "subject": subject, "erased_at": erased_at })))
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
    #[boxed]
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
