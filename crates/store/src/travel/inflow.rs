//! Writing down a log that was written elsewhere: events as they were, tables and states folded again.

use std::collections::HashSet;
use std::sync::Arc;

use kernel::{SubjectId, TenantId, Timestamp, Word, Write, args};
use sha2::{Digest, Sha256};

use super::own_rows::{OwnRow, Table};
use crate::context::Context;
use crate::engine::Arrival;
use crate::keys::seal::{self, Place};
use crate::keys::{self, SubjectKeys, TenantKeys};
use crate::log::{Recorded, Replayer};
use crate::{Failure, Tenant};

/// How many writes are handed over together.
const TOGETHER: usize = 1500;

const EVENT: &str = "insert into events (position, id, stream, stream_id, version, kind, schema, actor_kind, actor_id, correlation, causation, at, recorded, data) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";

const NEW_STATE: &str = "insert into states (id, stream, version, state) values ($1, $2, $3, $4)";
const CHANGED_STATE: &str = "update states set version = $2, state = $3 where id = $1";

pub(super) struct Inflow {
    arrival: Arrival,
    keys: Arc<TenantKeys>,
    subjects: SubjectKeys,
    /// Those whose keys are not let in: they were erased after the log was copied.
    gone: HashSet<SubjectId>,
    replayer: Replayer,
    pending: Vec<Write>,
    head: i64,
    digest: LogDigest,
    /// Of what lies there, up to a position.
    there: LogDigest,
    compared: i64,
}

/// Of a log's events, as they lie there: two logs with the same digest hold the same.
#[derive(Clone, Default)]
pub(super) struct LogDigest(Sha256);

impl LogDigest {
    pub(super) fn add(&mut self, recorded: &Recorded) {
        let event = &recorded.event;
        self.0.update(recorded.position.to_be_bytes());
        self.0.update(event.id.uuid().as_bytes());
        self.0.update(event.stream_id.as_bytes());
        self.0.update(event.version.to_be_bytes());
        self.0.update(event.recorded.as_micros().to_be_bytes());
        self.0.update(event.kind.as_bytes());
        self.0.update((event.data.len() as u64).to_be_bytes());
        self.0.update(event.data.as_bytes());
    }

    pub(super) fn finish(self) -> String {
        self.0.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Of a tenant's log, read from where it lies.
    pub(super) async fn of(tenant: &Tenant) -> Result<(i64, String), Failure> {
        let (mut digest, mut head) = (Self::default(), 0);
        let sql = format!("select {} from events order by position", crate::log::EVENT_COLUMNS);
        tenant
            .read(&[(&sql, Vec::new())], &mut |_, row| {
                let recorded = crate::log::recorded(tenant.id(), row)?;
                head = recorded.position;
                digest.add(&recorded);
                Ok(())
            })
            .await?;
        Ok((head, digest.finish()))
    }
}

impl Inflow {
    pub(super) fn new(
        arrival: Arrival,
        contexts: &'static [Context],
        keys: Arc<TenantKeys>,
        gone: HashSet<SubjectId>,
    ) -> Self {
        Self {
            arrival,
            keys,
            subjects: SubjectKeys::new(),
            gone,
            replayer: Replayer::new(contexts),
            pending: Vec::new(),
            head: 0,
            digest: LogDigest::default(),
            there: LogDigest::default(),
            compared: 0,
        }
    }

    pub(super) fn head(&self) -> i64 {
        self.head
    }

    pub(super) fn digest(&self) -> String {
        self.digest.clone().finish()
    }

    /// Learns a person's key; nothing is written down yet.
    pub(super) fn learn(&mut self, subject: SubjectId, wrapped: &[u8]) -> Result<(), Failure> {
        if !self.gone.contains(&subject) {
            self.subjects.insert(subject, self.keys.open_subject(subject, wrapped)?);
        }
        Ok(())
    }

    pub(super) fn knows(&self, subject: SubjectId) -> bool {
        self.subjects.contains_key(&subject)
    }

    /// Writes a person's key down, or that it was destroyed.
    pub(super) async fn keep_key(
        &mut self,
        subject: SubjectId,
        wrapped: Option<Vec<u8>>,
        created: Timestamp,
    ) -> Result<(), Failure> {
        let [_, destroyed] = keys::destroy(subject, created);
        let write = match wrapped {
            Some(wrapped) if !self.gone.contains(&subject) => keys::keep(subject, wrapped, created),
            _ => destroyed,
        };
        self.put([write]).await
    }

    pub(super) async fn event(&mut self, mut recorded: Recorded) -> Result<(), Failure> {
        if recorded.position != self.head + 1 {
            return Err(Failure::Unusable(format!(
                "The log has a gap: position {} follows {}.",
                recorded.position, self.head
            )));
        }
        self.head = recorded.position;
        self.digest.add(&recorded);
        let event = &recorded.event;
        let write = Write::one(
            EVENT,
            args![
                recorded.position,
                event.id,
                event.stream.clone().into_owned(),
                event.stream_id,
                event.version,
                event.kind.clone().into_owned(),
                i64::from(event.schema),
                event.actor.kind.as_str(),
                event.actor.id,
                event.correlation,
                event.causation,
                event.at,
                event.recorded,
                event.data.clone()
            ],
        );
        recorded.open(self.keys.origin(), &self.subjects);
        let (version, writes) = self.replayer.apply(recorded.position, &recorded.event)?;
        if version != recorded.event.version {
            return Err(Failure::Unusable(format!(
                "The log is not whole: {} {} has version {} where {version} should stand.",
                recorded.event.stream, recorded.event.stream_id, recorded.event.version
            )));
        }
        self.put(std::iter::once(write).chain(writes)).await
    }

    pub(super) async fn own(&mut self, row: OwnRow) -> Result<(), Failure> {
        let table = Table::named(&row.table)
            .ok_or_else(|| Failure::Unusable(format!("There is no table {:?} here.", row.table)))?;
        self.put([table.insert(row)?]).await
    }

    /// Writes down everything that was taken in, and the states that changed by it; then reads the log back.
    pub(super) async fn settle(&mut self) -> Result<(), Failure> {
        let (origin, subjects) = (self.keys.origin(), &self.subjects);
        let states: Vec<Write> = self
            .replayer
            .changed()
            .map(|(id, before, folded)| {
                let (stream, version) = (folded.stream.as_str(), folded.version);
                let place = Place { origin, kind: "state", stream, id, version };
                let state = seal::seal(folded.encode(), place, &mut |subject| subjects.get(&subject));
                match before {
                    0 => Write::one(NEW_STATE, args![id, stream.to_owned(), version, state]),
                    _ => Write::one(CHANGED_STATE, args![id, version, state]),
                }
            })
            .collect();
        self.put(states).await?;
        self.flush().await?;
        self.read_back().await
    }

    /// It is whole.
    pub(super) async fn finish(self) -> Result<(), Failure> {
        self.arrival.finish(self.head).await
    }

    async fn read_back(&mut self) -> Result<(), Failure> {
        let sql =
            format!("select {} from events where position > $1 order by position", crate::log::EVENT_COLUMNS);
        let (there, compared) = (&mut self.there, &mut self.compared);
        let after = *compared;
        self.arrival
            .read(&(&sql, args![after]), &mut |_, row| {
                let recorded = crate::log::recorded(TenantId::CELL, row)?;
                *compared = recorded.position;
                there.add(&recorded);
                Ok(())
            })
            .await?;
        if *compared != self.head || there.clone().finish() != self.digest() {
            return Err(Failure::Unreachable("what was written is not what was read back".into()));
        }
        Ok(())
    }

    pub(super) async fn undo(self) {
        self.arrival.undo().await;
    }

    pub(super) async fn put(&mut self, writes: impl IntoIterator<Item = Write>) -> Result<(), Failure> {
        self.pending.extend(writes);
        if self.pending.len() >= TOGETHER { self.flush().await } else { Ok(()) }
    }

    async fn flush(&mut self) -> Result<(), Failure> {
        let pending = std::mem::take(&mut self.pending);
        for some in pending.chunks(TOGETHER * 2) {
            self.arrival.write(some).await?;
        }
        Ok(())
    }
}
