//! In which form a tenant's tables and states were folded from its log.
//!
//! A binary may fold what was written before into something else than the one before it did: a field that became
//! somebody's own, a table that is new. Its contexts say so by their form. A tenant that was folded in an older form is
//! folded again from its log, in one step, when it is first asked for; the log stays as it is. One that was folded in a
//! newer form is left alone.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Instant;

use kernel::{Arg, SubjectId, TenantId, args};
use parking_lot::RwLock;
use tokio::sync::Mutex;

use crate::context::{Context, form_of};
use crate::engine::{Engine, Folding, Query, Row, Scratch, Table};
use crate::keys::seal::{self, Place};
use crate::keys::{SubjectKeys, TenantKeys};
use crate::log::{EVENT_COLUMNS, Replayer, recorded};
use crate::vault::Vault;
use crate::{Failure, threads};

/// How many rows are written together.
const TOGETHER: usize = 500;

/// Sees to it that tenants are in today's form, and remembers which ones are.
#[derive(Clone)]
pub(crate) struct Forms(Arc<Inner>);

struct Inner {
    engine: Engine,
    vault: Arc<Vault>,
    contexts: &'static [Context],
    /// The tenants that are known to be in today's form.
    known: RwLock<HashSet<TenantId>>,
    /// Held by whoever folds: each takes a processor, and all that ask for one tenant wait for the same.
    turn: Arc<Mutex<()>>,
}

impl Forms {
    pub(super) fn new(engine: Engine, vault: Arc<Vault>, contexts: &'static [Context]) -> Self {
        Self(Arc::new(Inner { engine, vault, contexts, known: RwLock::default(), turn: Arc::default() }))
    }

    /// The tenant may be in another form than it was known to be.
    pub(crate) fn forget(&self, tenant: TenantId) {
        self.0.known.write().remove(&tenant);
    }

    /// Sees to it that the tenant is in today's form.
    pub(crate) async fn ensure(&self, tenant: TenantId) -> Result<(), Failure> {
        if self.0.known.read().contains(&tenant) || self.0.is_in_form(tenant).await? {
            return Ok(());
        }
        let turn = self.0.turn.clone().lock_owned().await;
        if self.0.is_in_form(tenant).await? {
            return Ok(());
        }
        // Whoever asked may be gone before it is done; the next one must not have to begin again.
        let inner = self.0.clone();
        threads::aside(async move {
            let _turn = turn;
            inner.fold_again(tenant).await
        })
        .await
    }
}

impl Inner {
    async fn is_in_form(&self, tenant: TenantId) -> Result<bool, Failure> {
        let today = form_of(self.contexts);
        match self.engine.form(tenant).await? {
            // It is not made yet, or not whole: it will be in today's form.
            None => Ok(true),
            Some(form) if form < today => Ok(false),
            Some(form) if form > today => Err(Failure::Unusable(format!(
                "The tenant {tenant} was written by a newer galleria (form {form}, this one knows {today}). Start the newer binary; nothing was changed."
            ))),
            Some(_) => {
                self.known.write().insert(tenant);
                Ok(true)
            }
        }
    }

    async fn fold_again(&self, tenant: TenantId) -> Result<(), Failure> {
        let started = Instant::now();
        let keys = self.vault.keys(&self.engine, tenant).await?;
        let mut fold = Fold::new(self.contexts, tenant, keys)?;
        // Most of it is read while others may still write, and nobody waits.
        let ([people, log], mut subjects) = (fold.queries(), SubjectKeys::new());
        let queries = [(people.0.as_str(), people.1), (log.0.as_str(), log.1)];
        self.engine.read(tenant, &queries, &mut |query, row| fold.take(query, row, &mut subjects)).await?;
        let mut folding = self.engine.fold(tenant).await?;
        let today = form_of(self.contexts);
        let put = match folding.form().await {
            // Another node was here first.
            Ok(form) if form >= today => Err(Failure::Stale),
            Ok(_) => fold.put(&mut folding).await.map(|()| today),
            Err(failure) => Err(failure),
        };
        match folding.end(put).await {
            Err(Failure::Stale) => return Ok(()),
            ended => ended?,
        }
        let (events, took) = (fold.head, started.elapsed());
        tracing::info!(%tenant, events, ?took, "What an older galleria had folded was folded again from the log");
        self.known.write().insert(tenant);
        Ok(())
    }
}

/// A log on its way into tables.
struct Fold {
    tenant: TenantId,
    keys: Arc<TenantKeys>,
    replayer: Replayer,
    scratch: Scratch,
    head: i64,
}

type Text = (String, Vec<Arg>);

impl Fold {
    fn new(contexts: &'static [Context], tenant: TenantId, keys: Arc<TenantKeys>) -> Result<Self, Failure> {
        let (replayer, scratch) = (Replayer::new(contexts), Scratch::new(contexts)?);
        Ok(Self { tenant, keys, replayer, scratch, head: 0 })
    }

    /// The keys of the people, and what the log says after what was taken in.
    fn queries(&self) -> [Text; 2] {
        let people = "select subject, wrapped from subject_keys".to_owned();
        let log = format!("select {EVENT_COLUMNS} from events where position > $1 order by position");
        [(people, Vec::new()), (log, args![self.head])]
    }

    /// A row of the answer to one of the queries.
    fn take(&mut self, query: usize, row: &Row<'_>, subjects: &mut SubjectKeys) -> Result<(), Failure> {
        if query == 0 {
            let subject = SubjectId(row.get(0)?);
            if let Some(wrapped) = row.get::<Option<Vec<u8>>>(1)? {
                subjects.insert(subject, self.keys.open_subject(subject, &wrapped)?);
            }
            return Ok(());
        }
        let mut event = recorded(self.tenant, row)?;
        event.open(self.keys.origin(), subjects);
        let (_, writes) = self.replayer.apply(event.position, &event.event)?;
        self.head = event.position;
        writes.iter().try_for_each(|write| self.scratch.write(write))
    }

    /// Puts what was folded into the place of what is there.
    async fn put(&mut self, folding: &mut Folding) -> Result<(), Failure> {
        let ([people, log], mut subjects) = (self.queries(), SubjectKeys::new());
        for (number, (sql, args)) in [people, log].into_iter().enumerate() {
            let query: Query<'_> = (&sql, args);
            folding.read(&query, &mut |_, row| self.take(number, row, &mut subjects)).await?;
        }
        self.scratch.finish()?;
        let tables = self.scratch.tables_as_made()?;
        for table in tables.iter().rev() {
            folding.empty(table).await?;
        }
        for table in tables.iter().filter(|table| table.name != "states") {
            let mut after = 0;
            loop {
                let (rows, last) = self.scratch.rows_after(table, after, TOGETHER)?;
                folding.insert(table, &rows).await?;
                after = last;
                if rows.len() < TOGETHER {
                    break;
                }
            }
        }
        self.put_states(folding, &tables, &subjects).await
    }

    async fn put_states(
        &mut self,
        folding: &mut Folding,
        tables: &[Table],
        subjects: &SubjectKeys,
    ) -> Result<(), Failure> {
        let Some(table) = tables.iter().find(|table| table.name == "states") else { return Ok(()) };
        let origin = self.keys.origin();
        let states = self.replayer.changed().map(|(id, _, folded)| {
            let (stream, version) = (folded.stream.as_str(), folded.version);
            let place = Place { origin, kind: "state", stream, id, version };
            let state = seal::seal(folded.encode(), place, &mut |subject| subjects.get(&subject));
            args![id, stream.to_owned(), version, state]
        });
        let rows: Vec<Vec<Arg>> = states.collect();
        for some in rows.chunks(TOGETHER) {
            folding.insert(table, some).await?;
        }
        Ok(())
    }
}
