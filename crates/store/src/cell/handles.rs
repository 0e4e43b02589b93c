//! A cell, and the handle through which one of its tenants is reached.

use std::sync::Arc;
use std::time::Duration;

use kernel::{Arg, Fault, Problem, TenantId, Timestamp, Write, boxed};

use super::caches::Caches;
use super::forms::Forms;
use super::pasts::{Past, Pasts};
use super::under_way::UnderWay;
use crate::Failure;
use crate::clock::Clock;
use crate::commit_signal::CommitSignal;
use crate::context::Context;
use crate::engine::{Engine, Opening, Query, Row};
use crate::keys::{Keeper, TenantKeys};
use crate::problems::SHOP_READ_ONLY;
use crate::registry::Registry;
use crate::vault::Vault;
use crate::work::{Asked, Done, Work};

/// How soon a node hears of a tenant, host or key that another node added.
const REGISTRY_READ_EVERY: Duration = Duration::from_secs(3);

/// A place where tenants live. Cheap to clone; all clones are the same cell.
#[derive(Clone)]
pub struct Cell(Arc<Inner>);

struct Inner {
    engine: Engine,
    commits: Arc<CommitSignal>,
    pasts: Pasts,
    registry: Registry,
    vault: Arc<Vault>,
    under_way: UnderWay,
    contexts: &'static [Context],
    forms: Forms,
    caches: Caches,
    clock: Clock,
}

impl Cell {
    /// Opens the cell and brings its own tables up to date. A tenant's tables follow when the tenant wakes, or all at
    /// once with [`Cell::migrate`].
    #[boxed]
    pub async fn open(
        opening: Opening,
        contexts: &'static [Context],
        keeper: Box<dyn FnOnce() -> Result<Arc<dyn Keeper>, Failure> + Send + '_>,
        clock: Clock,
    ) -> Result<Self, Failure> {
        let commits = Arc::<CommitSignal>::default();
        let engine = Engine::open(opening, contexts, clock, commits.clone()).await?;
        let registry = Registry::load(&engine).await?;
        let vault = Arc::new(Vault::new(keeper()?));
        vault.check(&engine).await?;
        let forms = Forms::new(engine.clone(), vault.clone(), contexts);
        let (pasts, under_way) = (Pasts::default(), UnderWay::default());
        let cell = Self(Arc::new(Inner {
            engine,
            commits,
            pasts,
            registry,
            vault,
            under_way,
            contexts,
            forms,
            caches: Caches::default(),
            clock,
        }));
        cell.follow_registry();
        Ok(cell)
    }

    /// The handle of one tenant. It sees that tenant's rows and no others.
    pub fn tenant(&self, id: TenantId) -> Tenant {
        Tenant { cell: self.clone(), id, past: None }
    }

    /// The cell's own place: no business, but somewhere for the jobs that are the cell's and no tenant's.
    #[boxed]
    pub async fn own(&self) -> Result<Tenant, Failure> {
        self.0.engine.make_once(TenantId::CELL).await?;
        Ok(self.tenant(TenantId::CELL))
    }

    /// The cell's own place, for whoever only looks: made when it is first needed, it may not be there yet.
    #[boxed]
    pub async fn own_if_there(&self) -> Result<Option<Tenant>, Failure> {
        let there = self.0.engine.is_made(TenantId::CELL).await?;
        Ok(there.then(|| self.tenant(TenantId::CELL)))
    }

    pub fn registry(&self) -> &Registry {
        &self.0.registry
    }

    pub fn contexts(&self) -> &'static [Context] {
        self.0.contexts
    }

    pub fn now(&self) -> Timestamp {
        (self.0.clock)()
    }

    /// What a context caches on this node. A key names its tenant.
    pub fn cache<T: Default + Send + Sync + 'static>(&self) -> Arc<T> {
        self.0.caches.of()
    }

    /// Brings the tables of every tenant up to date; tells `progress` how many of how many are done.
    #[boxed]
    pub async fn migrate(&self, progress: &mut (dyn FnMut(usize, usize) + Send)) -> Result<(), Failure> {
        let tenants = self.registry().tenants();
        let here = tenants.iter().filter(|tenant| tenant.status.is_here());
        let tenants: Vec<TenantId> = here.map(|tenant| tenant.id).collect();
        for (done, id) in tenants.iter().enumerate() {
            progress(done, tenants.len());
            self.0.engine.wake(*id).await?;
            self.forms().ensure(*id).await?;
        }
        progress(tenants.len(), tenants.len());
        Ok(())
    }

    /// Whether the cell can be written to and read from at this moment.
    #[boxed]
    pub async fn ready(&self) -> Result<(), Failure> {
        self.0.engine.ready().await
    }

    /// Finishes what is waiting and lets go of files and connections.
    #[boxed]
    pub async fn close(&self) {
        self.0.engine.close().await;
    }

    /// Wraps every tenant's secret with the keeper's current key; returns how many were wrapped with another.
    #[boxed]
    pub async fn rewrap_keys(&self) -> Result<usize, Failure> {
        self.0.vault.rewrap(self.engine()).await
    }

    /// Reads the registry again and again where other nodes may change it.
    fn follow_registry(&self) {
        if !self.engine().is_shared() {
            return;
        }
        let weak = Arc::downgrade(&self.0);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(REGISTRY_READ_EVERY).await;
                let Some(cell) = weak.upgrade() else { return };
                if let Err(failure) = cell.registry.refresh().await {
                    tracing::warn!(%failure, "The tenants' registry cannot be read; what was last read stays in force");
                }
            }
        });
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.0.engine
    }

    pub(crate) fn commits(&self) -> Arc<CommitSignal> {
        self.0.commits.clone()
    }

    /// Calls `listener` whenever something of a tenant was committed on this node, or another node said so, once the
    /// relay is at work. It must be quick, and may be called for nothing.
    pub fn on_commit(&self, listener: impl Fn(TenantId) + Send + Sync + 'static) {
        self.0.commits.add_listener(Box::new(listener));
    }

    pub(crate) fn pasts(&self) -> &Pasts {
        &self.0.pasts
    }

    pub(crate) fn forms(&self) -> &Forms {
        &self.0.forms
    }

    /// The tenants that come and go by this process.
    pub(crate) fn under_way(&self) -> &UnderWay {
        &self.0.under_way
    }

    pub(crate) fn vault(&self) -> &Vault {
        &self.0.vault
    }
}

/// One tenant of a cell.
#[derive(Clone)]
pub struct Tenant {
    cell: Cell,
    id: TenantId,
    past: Option<Arc<Past>>,
}

impl Tenant {
    pub fn id(&self) -> TenantId {
        self.id
    }

    pub fn cell(&self) -> &Cell {
        &self.cell
    }

    /// Does a unit of work: when this returns `Ok`, its effect is durable, and it is so once.
    #[boxed]
    pub async fn run(&self, asked: Asked, work: Work) -> Result<Done, Problem> {
        if self.past.is_some() {
            return Err(Failure::Refused("What has been cannot be changed.".into()).into());
        }
        let keys = self.keys().await?;
        self.cell.forms().ensure(self.id).await?;
        let done = self.cell.engine().run(self.id, keys, asked, work).await;
        // Held back, or not to be read: a newer binary may have folded it meanwhile.
        if matches!(&done, Err(problem) if problem.code == SHOP_READ_ONLY.code || problem.fault == Fault::Bug)
        {
            self.cell.forms().forget(self.id);
        }
        done
    }

    /// The same tenant as it was.
    pub(crate) fn in_the_past(&self, past: Arc<Past>) -> Self {
        Self { past: Some(past), ..self.clone() }
    }

    pub(crate) fn past(&self) -> Option<&Arc<Past>> {
        self.past.as_ref()
    }

    /// What the tenant's secret is good for: finding without knowing, signing.
    #[boxed]
    pub async fn keys(&self) -> Result<Arc<TenantKeys>, Failure> {
        self.cell.vault().keys(self.cell.engine(), self.id).await
    }

    /// Changes the store's own rows, all or none; a row that is not ours any more is `taken_over`.
    pub(crate) async fn tend(&self, writes: Vec<Write>, now: Timestamp) -> Result<(), Problem> {
        let keys = self.keys().await?;
        self.cell.engine().tend(self.id, keys, writes, now).await
    }

    /// Reads several answers from one moment. `each` is called with the number of the query and a row of its answer.
    #[boxed]
    pub async fn read(
        &self,
        queries: &[Query<'_>],
        each: &mut (dyn FnMut(usize, &Row<'_>) -> Result<(), Failure> + Send),
    ) -> Result<(), Failure> {
        match &self.past {
            Some(past) => past.read(queries, each),
            None => {
                self.cell.forms().ensure(self.id).await?;
                self.cell.engine().read(self.id, queries, each).await
            }
        }
    }

    pub async fn rows<T: Send>(
        &self,
        sql: &str,
        args: Vec<Arg>,
        map: impl Fn(&Row<'_>) -> Result<T, Failure> + Send + Sync,
    ) -> Result<Vec<T>, Failure> {
        let mut rows = Vec::new();
        self.read(&[(sql, args)], &mut |_, row| {
            rows.push(map(row)?);
            Ok(())
        })
        .await?;
        Ok(rows)
    }

    pub async fn row<T: Send>(
        &self,
        sql: &str,
        args: Vec<Arg>,
        map: impl Fn(&Row<'_>) -> Result<T, Failure> + Send + Sync,
    ) -> Result<Option<T>, Failure> {
        Ok(self.rows(sql, args, map).await?.pop())
    }
}
