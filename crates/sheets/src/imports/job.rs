//! The job of an import: looks at the file, takes it chunk by chunk, and goes on where it was after a crash.

use std::pin::Pin;
use std::sync::Arc;

use blobs::Blobs;
use kernel::{Actor, CorrelationId, Fault, Problem, Word};
use serde::Deserialize;
use store::problems::TAKEN_OVER;
use store::relay::{JobKind, JobRun, Room};
use store::{Asked, Work};

use crate::imports::chunk::{Chunk, Ground, Planned};
use crate::imports::import::State;
use crate::imports::mended::broken;
use crate::imports::queries::{self, ImportRow};
use crate::imports::source::Source;
use crate::imports::use_cases;
use crate::problems::WOULD_DO;
use crate::sheet::queue::Sizable;
use crate::sheet::reader::Unread;
use crate::{ImportId, Refusal};

pub const NAME: &str = "sheets.import";

/// With pauses that double, storage that is away for a while is waited for.
const ATTEMPTS: i64 = 20;

/// How many rows have their effect together, more or less: few enough that nobody else waits long for their turn.
const ROWS_TOGETHER: usize = 100;

/// With how much in them a chunk has enough, however few rows they are.
const BYTES_TOGETHER: usize = 1024 * 1024;

/// After how many the job says how far it is; the import itself always knows.
const ROWS_SAID: i64 = 1_000;

/// How often a product that others change at the same time is looked at again.
const LOOKS: u32 = 3;

/// Does imports, from where the files lie.
pub struct Imports(pub Blobs);

#[derive(Deserialize)]
struct Args {
    import: ImportId,
}

impl JobKind for Imports {
    fn name(&self) -> &'static str {
        NAME
    }

    fn attempts(&self) -> i64 {
        ATTEMPTS
    }

    fn room(&self) -> Room {
        Room::Long
    }

    fn run<'a>(
        &'a self,
        run: &'a JobRun,
    ) -> Pin<Box<dyn Future<Output = Result<String, Problem>> + Send + 'a>> {
        Box::pin(async move {
            let Ok(Args { import }) = serde_json::from_value(run.args.clone()) else {
                return Ok("It names no import, so there is nothing to do.".into());
            };
            Way { run, blobs: &self.0, id: import }.go_or_give_up().await
        })
    }
}

/// An import on its way.
struct Way<'a> {
    run: &'a JobRun,
    blobs: &'a Blobs,
    id: ImportId,
}

impl Way<'_> {
    /// What can pass is tried again, later each time, until it was tried often enough.
    async fn go_or_give_up(&self) -> Result<String, Problem> {
        let problem = match self.go().await {
            Ok(told) => return Ok(told),
            Err(problem) => problem,
        };
        if problem.code == TAKEN_OVER.code || self.run.tenant.job(self.run.id).await?.attempts < ATTEMPTS {
            return Err(problem);
        }
        self.end(State::Failed, problem.detail).await
    }

    async fn go(&self) -> Result<String, Problem> {
        let row = self.row().await?;
        if !row.state.is_open() {
            return Ok(format!("The import is {}.", row.state.as_str()));
        }
        let source =
            Source { blobs: self.blobs.clone(), tenant: self.run.tenant.id(), plan: row.plan.clone() };
        match self.go_from(&source, row).await {
            Ok(()) => self.done().await,
            Err(Stop::Problem(problem)) => Err(problem),
            Err(Stop::Unread(Unread::Told(told))) => self.end(State::Failed, told).await,
            Err(Stop::Unread(Unread::Broken)) => Err(broken()),
        }
    }

    async fn go_from(&self, source: &Source, row: ImportRow) -> Result<(), Stop> {
        let ImportRow { plan, form, read, .. } = row;
        let form = match form {
            Some(form) => form,
            None => {
                let form = source.form().await?;
                self.run(use_cases::note_form(self.id, form.clone())).await?;
                form
            }
        };
        if let Some(problem) = form.header.problem {
            return Err(Stop::Unread(Unread::Told(problem)));
        }
        let tenant = self.run.tenant.clone();
        let record = tenant.cell().registry().tenant(tenant.id()).ok_or_else(Problem::bug)?;
        let declared = catalog::records::declarations(&tenant).await?;
        let columns = form.header.columns();
        let ground = Ground { tenant, currency: record.currency, plan, form, columns, declared };
        self.take_all(source, &Arc::new(ground), read).await
    }

    async fn take_all(&self, source: &Source, ground: &Arc<Ground>, read: i64) -> Result<(), Stop> {
        let mut groups = source.groups(&ground.form).await?;
        let (mut chunk, mut rows, mut bytes, mut said) = (Vec::new(), 0, 0, read);
        while let Some(group) = groups.take().await {
            let group = group?;
            // What was taken before a crash is read again, to know what came before, and not taken again.
            let last = group.rows.last().map(|row| row.number).filter(|last| *last > read);
            let Some(last) = last else { continue };
            rows += group.rows.len();
            bytes += group.bytes();
            chunk.push(group);
            if rows < ROWS_TOGETHER && bytes < BYTES_TOGETHER {
                continue;
            }
            self.take(ground, Chunk::new(std::mem::take(&mut chunk))).await?;
            (rows, bytes) = (0, 0);
            if last - said >= ROWS_SAID {
                self.run.progress(last, ground.form.rows, "").await?;
                said = last;
            }
        }
        if !chunk.is_empty() {
            self.take(ground, Chunk::new(chunk)).await?;
        }
        Ok(())
    }

    /// Takes a chunk as one work. When the catalog refuses it, each half is tried alone, until only what it refuses is
    /// left: the same decisions find the row that make the product.
    fn take<'b>(
        &'b self,
        ground: &'b Arc<Ground>,
        chunk: Chunk,
    ) -> Pin<Box<dyn Future<Output = Result<(), Problem>> + Send + 'b>> {
        Box::pin(async move {
            let mut looks = LOOKS;
            let problem = loop {
                match self.try_to_take(ground, &chunk).await {
                    Ok(()) => return Ok(()),
                    Err(problem) if !is_about_products(&problem) => return Err(problem),
                    Err(problem) if problem.fault == Fault::Changed && looks > 0 => looks -= 1,
                    Err(problem) => break problem,
                }
            };
            if let Some((first, second)) = chunk.halves() {
                self.take(ground, first).await?;
                return self.take(ground, second).await;
            }
            let Planned { advanced, .. } = ground.plan(&chunk, Some(problem)).await?;
            self.run(use_cases::advance(self.id, advanced)).await
        })
    }

    async fn try_to_take(&self, ground: &Arc<Ground>, chunk: &Chunk) -> Result<(), Problem> {
        let Planned { works: products, advanced } = ground.plan(chunk, None).await?;
        let advance = use_cases::advance(self.id, advanced);
        if !ground.plan.dry_run || products.is_empty() {
            return self.run(Work::all(products.into_iter().chain([advance]))).await;
        }
        // Everything is decided as it would be, and then nothing of it is done.
        let never = Work::or_refuse(Err(would_do()));
        match self.run(Work::all(products.into_iter().chain([never]))).await {
            Err(problem) if problem.code == would_do().code => self.run(advance).await,
            other => other,
        }
    }

    /// Under the job's own guard: what is still done after it was cancelled or taken over does not count.
    async fn run(&self, work: Work) -> Result<(), Problem> {
        let tenant = &self.run.tenant;
        let mut asked = Asked::by(Actor::system(), CorrelationId::new(), tenant.cell().now());
        asked.guard = Some(self.run.guard());
        tenant.run(asked, work).await.map(|_| ())
    }

    async fn done(&self) -> Result<String, Problem> {
        let ImportRow { plan, read, added, changed, unchanged, refused, .. } = self.row().await?;
        let told = match plan.dry_run {
            _ if read == 0 => "There are no rows below the header.".to_owned(),
            false => format!(
                "Of {read} rows {added} were added, {changed} have changed something, {unchanged} changed nothing, {refused} were refused."
            ),
            true => format!(
                "Of {read} rows {added} would be added, {changed} would change something, {unchanged} would change nothing, {refused} would be refused."
            ),
        };
        self.end(State::Done, told).await
    }

    async fn end(&self, state: State, told: String) -> Result<String, Problem> {
        self.run(use_cases::end(self.id, state, told.clone())).await?;
        Ok(told)
    }

    async fn row(&self) -> Result<ImportRow, Problem> {
        queries::import(&self.run.tenant, self.id).await?.ok_or_else(|| Problem::not_found("import"))
    }
}

/// Why an import does not go on.
enum Stop {
    Problem(Problem),
    Unread(Unread),
}

impl From<Problem> for Stop {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<store::Failure> for Stop {
    fn from(failure: store::Failure) -> Self {
        Self::Problem(failure.into())
    }
}

impl From<Unread> for Stop {
    fn from(unread: Unread) -> Self {
        Self::Unread(unread)
    }
}

/// Whether another try with fewer products may go better. What is about the import itself, the job or the storage is
/// the same for all of them.
fn is_about_products(problem: &Problem) -> bool {
    let about_the_import =
        problem.code == TAKEN_OVER.code || problem.is(Refusal::Over) || problem.is(Refusal::RowsTaken);
    problem.is_final() && !about_the_import
}

fn would_do() -> Problem {
    WOULD_DO.says("It would be done; this was a dry run.")
}
