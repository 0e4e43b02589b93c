//! The job of a sync: asks the ERP for a page, does what it says, and goes on where it was after a crash.

use std::pin::Pin;

use kernel::{Actor, CorrelationId, Problem, Word};
use serde::Deserialize;
use serde_json::Value;
use store::problems::TAKEN_OVER;
use store::relay::{JobKind, JobRun, Room};
use store::{Asked, Tenant, Work};

use crate::clients::erp::{Erp, Page, Stage, Wanted};
use crate::partners::queries::PartnerRow;
use crate::partners::{self, health};
use crate::problems::ERP_SILENT;
use crate::syncs::intake::{Outcome, after};
use crate::syncs::page::{self, Place};
use crate::syncs::queries::{SyncRow, SyncState};
use crate::{Kind, PartnerError, PartnerId, Partners, SyncId, syncs};

pub const NAME: &str = "connect.sync";

/// With pauses that double up to an hour, an ERP that is down for the night is waited for.
const ATTEMPTS: i64 = 20;

/// No ERP has so many pages; one that says so for ever is not believed.
const MOST_PAGES: i64 = 100_000;

pub struct Sync(pub Partners);

#[derive(Deserialize)]
struct Args {
    partner: PartnerId,
    /// The one to do; one of its own when left out.
    sync: Option<SyncId>,
}

impl JobKind for Sync {
    fn name(&self) -> &'static str {
        NAME
    }

    fn attempts(&self) -> i64 {
        ATTEMPTS
    }

    fn room(&self) -> Room {
        Room::Outside { at_once: 8, of_a_tenant: 4, of_a_destination: 1 }
    }

    fn destination(&self, args: &Value) -> String {
        args["partner"].as_str().unwrap_or_default().to_owned()
    }

    fn run<'a>(
        &'a self,
        run: &'a JobRun,
    ) -> Pin<Box<dyn Future<Output = Result<String, Problem>> + Send + 'a>> {
        Box::pin(async move {
            let Ok(Args { partner, sync }) = serde_json::from_value(run.args.clone()) else {
                return Ok("It names no partner, so there is nothing to do.".into());
            };
            let row = partners::queries::partner(&run.tenant, partner).await?;
            let open = syncs::queries::open_sync(&run.tenant, partner).await?;
            let (ours, others): (Vec<SyncRow>, Vec<SyncRow>) =
                open.into_iter().partition(|open| open.job == run.id);
            let ours = ours.into_iter().next();
            let usable = row.filter(|row| row.definition.enabled && row.definition.kind == Kind::ErpSoap);
            let Some(row) = usable else {
                let told = "The partner was removed or disabled.";
                if let Some(open) = ours {
                    end(run, partner, open.id, Outcome::Cancelled, told).await?;
                }
                return Ok(told.into());
            };
            let sync = match (ours, sync) {
                (Some(open), _) => open.id,
                (None, Some(_)) => return Ok("It had ended before.".into()),
                (None, None) if !others.is_empty() => return Ok("Another sync is running.".into()),
                (None, None) => begin(run, partner).await?,
            };
            let erp = self.0.erp(&run.tenant, &row).await?;
            Run { run, row: &row, erp: &erp, sync }.go_or_give_up().await
        })
    }
}

/// A repeated job begins a sync of its own.
async fn begin(run: &JobRun, partner: PartnerId) -> Result<SyncId, Problem> {
    let sync = SyncId::new();
    run.tenant.run(system(run), syncs::use_cases::begin(partner, sync, run.id, false)).await?;
    Ok(sync)
}

async fn end(
    run: &JobRun,
    partner: PartnerId,
    sync: SyncId,
    outcome: Outcome,
    told: &str,
) -> Result<(), Problem> {
    let work = syncs::use_cases::end(partner, sync, outcome, told.to_owned());
    run.tenant.run(system(run), work).await.map(|_| ())
}

/// Under the job's own guard: what is still done after it was cancelled or taken over does not count.
fn system(run: &JobRun) -> Asked {
    let mut asked = Asked::by(Actor::system(), CorrelationId::new(), run.tenant.cell().now());
    asked.guard = Some(run.guard());
    asked
}

/// A sync on its way.
struct Run<'a> {
    run: &'a JobRun,
    row: &'a PartnerRow,
    erp: &'a Erp,
    sync: SyncId,
}

impl Run<'_> {
    /// What can pass is tried again, later each time, until it was tried often enough.
    async fn go_or_give_up(&self) -> Result<String, Problem> {
        let problem = match self.go().await {
            Ok(told) => return Ok(told),
            Err(problem) => problem,
        };
        if problem.code == TAKEN_OVER.code || self.tenant().job(self.run.id).await?.attempts < ATTEMPTS {
            return Err(problem);
        }
        self.give_up(problem.detail).await
    }

    async fn go(&self) -> Result<String, Problem> {
        loop {
            let sync = syncs::queries::sync(self.tenant(), self.row.id, self.sync)
                .await?
                .ok_or_else(Problem::bug)?;
            if sync.state != SyncState::Running {
                return Ok(format!("The sync is {}.", sync.state.as_str()));
            }
            let note = format!("{}, page {}", sync.stage.as_str(), sync.page);
            self.run.progress(sync.items, 0, &note).await?;
            let page = match self.ask(&sync).await {
                Ok(page) => page,
                Err(error) => return self.failed(&error).await,
            };
            let (stage, more) = (sync.stage, page.more);
            self.take(&sync, page).await?;
            if after(stage, sync.page, more) == (Stage::Inventory, sync.page) && stage == Stage::Inventory {
                return self.done().await;
            }
        }
    }

    fn tenant(&self) -> &Tenant {
        &self.run.tenant
    }

    async fn ask(&self, sync: &SyncRow) -> Result<Page, PartnerError> {
        if sync.page > MOST_PAGES {
            return Err(PartnerError::Hostile("it has pages without end"));
        }
        let size = self.row.definition.options.page_size();
        let wanted = Wanted { stage: sync.stage, since: sync.since.as_deref(), page: sync.page, size };
        let page = self.erp.page(&wanted).await;
        health::note(self.tenant(), self.row.id, &page);
        page
    }

    async fn take(&self, sync: &SyncRow, page: Page) -> Result<(), Problem> {
        let tenant = self.tenant();
        let record = tenant.cell().registry().tenant(tenant.id()).ok_or_else(Problem::bug)?;
        let place = Place {
            partner: self.row.id,
            sync: self.sync,
            stage: sync.stage,
            page: sync.page,
            numbered_from: sync.rejected + sync.conflicts,
        };
        let work = page::work(tenant, &self.row.definition, record.currency, place, page).await?;
        self.run(work).await
    }

    async fn run(&self, work: Work) -> Result<(), Problem> {
        self.tenant().run(system(self.run), work).await.map(|_| ())
    }

    async fn done(&self) -> Result<String, Problem> {
        let sync =
            syncs::queries::sync(self.tenant(), self.row.id, self.sync).await?.ok_or_else(Problem::bug)?;
        let SyncRow { items, created, adjusted, rejected, conflicts, .. } = sync;
        let told = format!(
            "{items} rows came: {created} drafts were made, {adjusted} counts were set, {conflicts} are lower than what is promised to orders, {rejected} could not be taken."
        );
        end(self.run, self.row.id, self.sync, Outcome::Done, &told).await?;
        Ok(told)
    }

    /// For what cannot pass by itself, a person is needed.
    async fn failed(&self, error: &PartnerError) -> Result<String, Problem> {
        let told = error.to_string();
        if error.again() {
            return Err(ERP_SILENT.says(told).after(1));
        }
        self.give_up(told).await
    }

    async fn give_up(&self, told: String) -> Result<String, Problem> {
        end(self.run, self.row.id, self.sync, Outcome::Failed, &told).await?;
        Ok(told)
    }
}
