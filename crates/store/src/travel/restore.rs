//! Tenants out of a file. Nothing that is there is overwritten: a tenant that is put in another's place leaves that one
//! beside it, suspended.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use kernel::{Actor, CorrelationId, SubjectId, TenantId};
use serde::Serialize;
use uuid::Uuid;

use super::inflow::Inflow;
use super::parcel::{Record, check};
use super::piece::Reader;
use super::{Passport, Progress};
use crate::keys::{Keeper, TenantKeys, Wrapped};
use crate::log::Recorded;
use crate::past::Moment;
use crate::registry::TenantStatus;
use crate::work::Asked;
use crate::{Cell, Failure, privacy};

/// What is to be taken out, and how.
#[derive(Default)]
pub struct Restoring<'a> {
    /// Only the tenant of this name.
    pub only: Option<&'a str>,
    /// Under another name.
    pub named: Option<&'a str>,
    /// In the place of the tenant that has the name now.
    pub replace: bool,
    /// As it was then.
    pub until: Option<Moment>,
    /// Whose key the parcel opens with; the cell's own when there is none.
    pub keeper: Option<&'a dyn Keeper>,
    /// People who were erased since, beside those whom the cell knows of.
    pub erased: Vec<SubjectId>,
}

/// A tenant that is here now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Restored {
    pub id: TenantId,
    pub slug: String,
    pub events: i64,
    /// How many people in the file had been erased since it was made, and stay so.
    pub kept_erased: usize,
}

/// A tenant of the file, and the place that it is to have.
struct Plan {
    parcel: TenantId,
    id: TenantId,
    slug: String,
    instead_of: Option<TenantId>,
}

/// Reads the whole file before anything is changed; then takes tenant after tenant out of it.
pub async fn restore(
    cell: &Cell,
    path: &Path,
    restoring: &Restoring<'_>,
    progress: &mut Progress<'_>,
) -> Result<Vec<Restored>, Failure> {
    progress("checking the file", 0, 0);
    let summary = check(cell, path, restoring.keeper).await?;
    cell.registry().refresh().await?;
    let mut plans = Vec::new();
    for packed in
        summary.tenants.iter().filter(|packed| restoring.only.is_none_or(|only| only == packed.slug))
    {
        plans.push(plan(cell, packed.id, restoring.named.unwrap_or(&packed.slug), restoring.replace)?);
    }
    if plans.is_empty() {
        let there: Vec<&str> = summary.tenants.iter().map(|packed| packed.slug.as_str()).collect();
        return Err(Failure::Refused(format!(
            "There is no such tenant in {}. It holds: {}.",
            path.display(),
            there.join(", ")
        )));
    }
    if restoring.named.is_some() && plans.len() > 1 {
        return Err(Failure::Refused(
            "Several tenants cannot have one name. Say which of them with --tenant.".into(),
        ));
    }
    let keeper = restoring.keeper.unwrap_or(cell.vault().keeper());
    let mut reader = Reader::open(path, keeper).await?;
    let mut restored = Vec::new();
    while let Some(record) = reader.next()? {
        let Record::Tenant { passport, key, wrapped } = record else { continue };
        let Some(plan) = plans.iter().find(|plan| plan.parcel == passport.id) else { continue };
        let bytes = BASE64.decode(wrapped).unwrap_or_default();
        let secret = keeper.unwrap(passport.origin.as_bytes(), &Wrapped { key, bytes }).await?;
        restored.push(take_out(cell, &mut reader, plan, *passport, &secret, restoring, progress).await?);
    }
    Ok(restored)
}

fn plan(cell: &Cell, parcel: TenantId, slug: &str, replace: bool) -> Result<Plan, Failure> {
    crate::registry::check_slug(slug)?;
    let there = cell.registry().by_slug(slug);
    if there.is_some() && !replace {
        return Err(Failure::Refused(format!(
            "There is a tenant {slug:?} already, and it was not touched. Restore under another name with --as, or in its place with --replace, which keeps the present one beside it."
        )));
    }
    // What an earlier attempt left may be swept away; what lives is never written over.
    let known = cell.registry().tenant(parcel);
    let free = known.is_none_or(|known| known.status == TenantStatus::Arriving);
    let id = if free { parcel } else { TenantId::new() };
    Ok(Plan { parcel, id, slug: slug.to_owned(), instead_of: there.map(|there| there.id) })
}

async fn take_out(
    cell: &Cell,
    reader: &mut Reader,
    plan: &Plan,
    passport: Passport,
    secret: &[u8],
    restoring: &Restoring<'_>,
    progress: &mut Progress<'_>,
) -> Result<Restored, Failure> {
    let keys = TenantKeys::new(passport.origin, secret)
        .ok_or_else(|| Failure::Unusable("The tenant's secret in the file has the wrong length.".into()))?;
    let mut gone: HashSet<SubjectId> =
        privacy::tombstones(cell.engine(), passport.origin).await?.into_iter().collect();
    gone.extend(&restoring.erased);
    let kept = cell.vault().wrap(passport.origin, secret).await?;
    super::sweep(cell, plan.id).await?;
    cell.registry().begin_arrival(plan.id, &passport, &kept).await?;
    let arrival = match cell.engine().arrive(plan.id).await {
        Ok(arrival) => arrival,
        Err(failure) => {
            super::sweep(cell, plan.id).await?;
            return Err(failure);
        }
    };
    let mut inflow = Inflow::new(arrival, cell.contexts(), Arc::new(keys), gone.clone());
    let (poured, mut met) = (pour(reader, &mut inflow, plan, restoring, progress).await, Vec::new());
    let settled = match poured {
        Ok(people) => {
            met.extend(people.into_iter().filter(|subject| gone.contains(subject)));
            settle(cell, inflow, plan, &passport, &met).await
        }
        Err(failure) => {
            inflow.undo().await;
            Err(failure)
        }
    };
    match settled {
        Ok(events) => Ok(Restored { id: plan.id, slug: plan.slug.clone(), events, kept_erased: met.len() }),
        Err(failure) => {
            super::sweep(cell, plan.id).await?;
            Err(failure)
        }
    }
}

/// Everything up to the tenant's end, or to the moment that is wanted; returns whose keys were in the file.
async fn pour(
    reader: &mut Reader,
    inflow: &mut Inflow,
    plan: &Plan,
    restoring: &Restoring<'_>,
    progress: &mut Progress<'_>,
) -> Result<Vec<SubjectId>, Failure> {
    let mut people = Vec::new();
    let wanted = |recorded: &Recorded| match restoring.until {
        None => true,
        Some(Moment::Position(position)) => recorded.position <= position,
        Some(Moment::Time(time)) => recorded.event.recorded <= time,
    };
    let mut over = false;
    while let Some(record) = reader.next()? {
        match record {
            Record::Person { subject, wrapped, created } => {
                let wrapped = wrapped.and_then(|wrapped| BASE64.decode(wrapped).ok());
                if let Some(wrapped) = &wrapped {
                    inflow.learn(subject, wrapped)?;
                    people.push(subject);
                }
                inflow.keep_key(subject, wrapped, created).await?;
            }
            Record::Event(event) => {
                let recorded = event.recorded(plan.id);
                over |= !wanted(&recorded);
                if !over {
                    if recorded.position % 20_000 == 0 {
                        progress(&plan.slug, recorded.position, 0);
                    }
                    inflow.event(recorded).await?;
                }
            }
            // At an earlier moment nothing had been answered, read or planned that was later.
            Record::Own(row) if restoring.until.is_none() => inflow.own(row).await?,
            Record::Own(_) => {}
            Record::End { .. } => return Ok(people),
            Record::Tenant { .. } => break,
        }
    }
    Err(Failure::Unusable("The file ended in the middle of a tenant.".into()))
}

async fn settle(
    cell: &Cell,
    mut inflow: Inflow,
    plan: &Plan,
    passport: &Passport,
    erased: &[SubjectId],
) -> Result<i64, Failure> {
    let events = inflow.head();
    if let Err(failure) = inflow.settle().await {
        inflow.undo().await;
        return Err(failure);
    }
    inflow.finish().await?;
    cell.vault().forget(plan.id);
    let tenant = cell.tenant(plan.id);
    for subject in erased {
        let asked = Asked::by(Actor::system(), CorrelationId(Uuid::now_v7()), cell.now());
        let erased = tenant.erase(*subject, asked).await;
        erased.map_err(|problem| Failure::Unreachable(problem.detail))?;
    }
    cell.registry().settle_arrival(plan.id, &plan.slug, passport, plan.instead_of).await?;
    Ok(events)
}
