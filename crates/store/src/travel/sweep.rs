//! Removing what is not whole, and going on with what was broken off. Everything here can be done again.

use std::collections::HashSet;

use kernel::{Actor, CorrelationId, SubjectId, TenantId, boxed};

use super::journey::{self, Journey, Step};
use super::progress::Progress;
use crate::registry::TenantStatus;
use crate::work::Asked;
use crate::{Cell, Failure, Tenant, privacy, vault};

/// What was found that nobody had brought to its end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Swept {
    /// Those that were not whole, and were removed.
    pub removed: Vec<Removed>,
    /// Those that somebody is bringing in or taking away at this moment.
    pub under_way: Vec<String>,
    /// Those that have departed, and whose move nobody has brought to its end.
    pub departed: Vec<String>,
}

/// A tenant that is not here any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removed {
    pub id: TenantId,
    /// What people read.
    pub name: String,
    /// Whether files under its id can only have been brought for it: it was restored under an id of its own.
    pub own_files: bool,
}

/// Removes every tenant that never wholly arrived and that nobody brings any more, and what a move left behind.
#[boxed]
pub async fn sweep_abandoned(cell: &Cell, progress: &mut Progress<'_>) -> Result<Swept, Failure> {
    cell.registry().refresh().await?;
    let mut swept = Swept::default();
    let noted = journey::all(cell).await?;
    let known: HashSet<TenantId> = noted.iter().map(|noted| noted.tenant).collect();
    for noted in noted {
        let Some(record) = cell.registry().tenant(noted.tenant) else { continue };
        if noted.is_live(cell) {
            swept.under_way.push(record.name.clone());
            continue;
        }
        match noted.step {
            Step::Undone => {}
            Step::Settling => finish_settling(cell, noted.tenant).await?,
            Step::Leaving if record.status == TenantStatus::Departed => {
                swept.departed.push(record.slug.clone());
            }
            // What was never let go is served on; a move that is begun anew writes its own.
            Step::Leaving if cell.engine().is_departed(noted.tenant).await? => {
                swept.departed.push(record.slug.clone());
            }
            Step::Leaving => journey::fenced(cell.engine().registry_write(&[noted.strike_out()]).await)?,
            Step::Arriving | Step::Whole | Step::Clearing => {
                let restored = record.status == TenantStatus::Arriving && !noted.moving;
                let own_files = restored && noted.id != noted.tenant.uuid();
                match sweep(cell, noted.tenant, None, progress).await {
                    Ok(()) => {
                        swept.removed.push(Removed { id: noted.tenant, name: record.name.clone(), own_files })
                    }
                    // Somebody else was quicker.
                    Err(Failure::Refused(_)) => swept.under_way.push(record.name.clone()),
                    Err(failure) => return Err(failure),
                }
            }
        }
    }
    // Nobody wrote down who brings these.
    for record in cell.registry().tenants() {
        if record.status == TenantStatus::Arriving && !known.contains(&record.id) {
            sweep(cell, record.id, None, progress).await?;
            swept.removed.push(Removed { id: record.id, name: record.name.clone(), own_files: false });
        }
    }
    Ok(swept)
}

/// Removes what there is of a tenant that does not live here: one that departed, or never wholly arrived. Refused while
/// somebody else is at it.
pub(super) async fn sweep(
    cell: &Cell,
    id: TenantId,
    own: Option<&Journey>,
    progress: &mut Progress<'_>,
) -> Result<(), Failure> {
    // Somebody else may have done it.
    cell.registry().refresh().await?;
    let Some(record) = cell.registry().tenant(id) else { return Ok(()) };
    if record.status.is_here() {
        return Err(Failure::Bug(format!("{} lives here and was to be swept away", record.slug)));
    }
    let clearing = Journey::clearing(cell, id, own).await?;
    cell.registry().depart(id).await?;
    progress("emptying its place", 0, 0);
    cell.engine().purge(id).await?;
    cell.vault().forget(id);
    progress("striking it out", 0, 0);
    cell.registry().remove(clearing).await
}

/// Ends what was broken off when the tenant lived here already.
pub(super) async fn finish_settling(cell: &Cell, id: TenantId) -> Result<(), Failure> {
    match journey::of_tenant(cell, id).await? {
        Some(noted) if noted.step == Step::Settling && !noted.is_live(cell) => {
            settled(cell, Journey::finishing(cell, noted).await?).await
        }
        _ => Ok(()),
    }
}

/// It lives here now. Whoever was erased while it arrived, after it was asked who was, is erased from it, too.
pub(super) async fn settled(cell: &Cell, journey: Journey) -> Result<(), Failure> {
    let tenant = cell.tenant(journey.noted.tenant);
    let origin = vault::read(cell.engine(), tenant.id()).await?.map(|kept| kept.origin);
    let origin = origin.ok_or_else(|| Failure::Bug("a tenant has no keys".into()))?;
    let buried: HashSet<SubjectId> = privacy::tombstones(cell.engine(), origin).await?.into_iter().collect();
    if !buried.is_empty() {
        let sql = "select subject from subject_keys where wrapped is not null";
        let known = tenant.rows(sql, Vec::new(), |row| Ok(SubjectId(row.get(0)?))).await?;
        for subject in known.into_iter().filter(|subject| buried.contains(subject)) {
            erase(&tenant, subject).await?;
        }
    }
    journey.end().await
}

/// Erases somebody who was erased before, in another copy of the same tenant.
pub(super) async fn erase(tenant: &Tenant, subject: SubjectId) -> Result<(), Failure> {
    let asked = Asked::by(Actor::system(), CorrelationId::new(), tenant.cell().now());
    let erased = tenant.erase(subject, asked).await;
    erased.map(drop).map_err(|problem| Failure::Unreachable(problem.detail))
}
