//! Tenants out of a file. Nothing that is there is overwritten: a tenant that is put in another's place leaves that one
//! beside it, suspended. Wherever the process dies, the whole tenant is there or, once it was swept, nothing.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use futures_util::future::BoxFuture;
use kernel::{SubjectId, TenantId, boxed};
use serde::Serialize;

use super::archive::{Reader, Record, check};
use super::inflow::Inflow;
use super::journey::{self, Journey};
use super::passport::Passport;
use super::progress::Progress;
use super::sweep::{self, sweep};
use crate::keys::{Keeper, TenantKeys, Wrapped};
use crate::log::Recorded;
use crate::past::Moment;
use crate::registry::TenantStatus;
use crate::{Cell, Failure, Tenant, privacy};

/// What belongs to a tenant and is in no archive: its files.
pub trait Luggage: Send + Sync {
    /// Brings it from where the tenant's lay that was packed to the one that is about to live here. Asked before anybody
    /// sees the tenant; what cannot be brought is no failure.
    fn bring<'a>(&'a self, packed: TenantId, to: &'a Tenant) -> BoxFuture<'a, Result<(), Failure>>;

    /// Removes what was brought to a tenant that does not live here after all.
    fn take_back(&self, from: TenantId) -> BoxFuture<'_, Result<(), Failure>>;
}

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
    /// Whose key the archive opens with; the cell's own when there is none.
    pub keeper: Option<&'a dyn Keeper>,
    /// People who were erased since, beside those whom the cell knows of.
    pub erased: Vec<SubjectId>,
    /// Who brings the files, if anybody does.
    pub luggage: Option<&'a dyn Luggage>,
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
    packed: TenantId,
    id: TenantId,
    slug: String,
    instead_of: Option<TenantId>,
}

/// Reads the whole file before anything is changed; then takes tenant after tenant out of it.
#[boxed]
pub async fn restore(
    cell: &Cell,
    path: &Path,
    restoring: &Restoring<'_>,
    progress: &mut Progress<'_>,
) -> Result<Vec<Restored>, Failure> {
    progress("checking the file", 0, 0);
    let keeper = restoring.keeper.unwrap_or(cell.vault().keeper());
    let summary = check(cell.contexts(), path, keeper).await?;
    cell.registry().refresh().await?;
    let mut plans = Vec::new();
    for packed in
        summary.tenants.iter().filter(|packed| restoring.only.is_none_or(|only| only == packed.slug))
    {
        plans.push(plan(cell, packed.id, restoring.named.unwrap_or(&packed.slug), restoring.replace).await?);
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
    let mut reader = Reader::open(path, keeper).await?;
    let mut restored = Vec::new();
    while let Some(record) = reader.next()? {
        let Record::Tenant { passport, key, wrapped } = record else { continue };
        let Some(plan) = plans.iter().find(|plan| plan.packed == passport.id) else { continue };
        let bytes = BASE64.decode(wrapped).unwrap_or_default();
        let secret = keeper.unwrap(passport.origin.as_bytes(), &Wrapped { key, bytes }).await?;
        let taken_out = TakenOut { cell, plan, passport: *passport, restoring };
        restored.push(taken_out.take(&mut reader, &secret, progress).await?);
    }
    Ok(restored)
}

async fn plan(cell: &Cell, packed: TenantId, slug: &str, replace: bool) -> Result<Plan, Failure> {
    crate::registry::check_slug(slug)?;
    let there = cell.registry().by_slug(slug);
    if there.is_some() && !replace {
        return Err(taken(slug));
    }
    if there.as_ref().is_some_and(|there| !there.status.is_here()) {
        return Err(Failure::Refused(format!(
            "{slug:?} has departed from here, and its move was not brought to its end. Finish it with: galleria tenant move {slug} …; or restore under another name with --as."
        )));
    }
    // What an earlier attempt left may be swept away; what lives, or somebody is bringing, is never written over.
    let free = match cell.registry().tenant(packed) {
        None => true,
        Some(known) if known.status != TenantStatus::Arriving => false,
        Some(_) => journey::of_tenant(cell, packed).await?.is_none_or(|noted| !noted.is_live(cell)),
    };
    let id = if free { packed } else { TenantId::new() };
    Ok(Plan { packed, id, slug: slug.to_owned(), instead_of: there.map(|there| there.id) })
}

fn taken(slug: &str) -> Failure {
    Failure::Refused(format!(
        "There is a tenant {slug:?} already, and it was not touched. Restore under another name with --as, or in its place with --replace, which keeps the present one beside it."
    ))
}

/// A tenant that is being taken out.
struct TakenOut<'a> {
    cell: &'a Cell,
    plan: &'a Plan,
    passport: Passport,
    restoring: &'a Restoring<'a>,
}

impl TakenOut<'_> {
    async fn take(
        self,
        reader: &mut Reader,
        secret: &[u8],
        progress: &mut Progress<'_>,
    ) -> Result<Restored, Failure> {
        let Self { cell, plan, passport, restoring } = &self;
        let keys = TenantKeys::new(passport.origin, secret).ok_or_else(|| {
            Failure::Unusable("The tenant's secret in the file has the wrong length.".into())
        })?;
        let mut gone: HashSet<SubjectId> =
            privacy::tombstones(cell.engine(), passport.origin).await?.into_iter().collect();
        gone.extend(&restoring.erased);
        let kept = cell.vault().wrap(passport.origin, secret).await?;
        sweep(cell, plan.id, None, progress).await?;
        progress("making room", 0, 0);
        let of = (plan.packed.uuid(), false);
        let mut journey = cell.registry().begin_arrival(cell, plan.id, passport, &kept, of).await?;
        match self.arrive(reader, Arc::new(keys), gone, &mut journey, progress).await {
            Ok((events, kept_erased)) => {
                progress("settling in", 0, 0);
                sweep::settled(cell, journey).await?;
                let (id, slug) = (plan.id, plan.slug.clone());
                Ok(Restored { id, slug, events, kept_erased })
            }
            Err(failure) => {
                let mut swept = sweep(cell, plan.id, Some(&journey), progress).await;
                // Files that lie under the packed tenant's own id were there before.
                if let (Ok(()), Some(luggage), false) = (&swept, restoring.luggage, plan.id == plan.packed) {
                    swept = luggage.take_back(plan.id).await;
                }
                if let Err(left) = swept {
                    tracing::warn!(%left, "What was not wholly restored could not be removed; whoever comes next does it");
                }
                Err(failure)
            }
        }
    }

    /// Writes everything down, and lets it live here; returns how many events it has, and how many people stay erased.
    async fn arrive(
        &self,
        reader: &mut Reader,
        keys: Arc<TenantKeys>,
        gone: HashSet<SubjectId>,
        journey: &mut Journey,
        progress: &mut Progress<'_>,
    ) -> Result<(i64, usize), Failure> {
        let Self { cell, plan, passport, restoring } = self;
        let arrival = cell.engine().arrive(plan.id, journey.noted.fence).await?;
        let mut inflow = Inflow::new(arrival, cell.contexts(), keys, gone.clone());
        progress("taking it out", 0, 0);
        let poured = match self.pour(reader, &mut inflow, progress).await {
            Ok(people) => {
                progress("writing down", 0, 0);
                inflow.settle().await.map(|()| people)
            }
            Err(failure) => Err(failure),
        };
        let people = match poured {
            Ok(people) => people,
            Err(failure) => {
                inflow.undo().await;
                return Err(failure);
            }
        };
        let events = inflow.head();
        inflow.finish().await?;
        cell.vault().forget(plan.id);
        let tenant = cell.tenant(plan.id);
        let met: Vec<SubjectId> = people.into_iter().filter(|subject| gone.contains(subject)).collect();
        for subject in &met {
            sweep::erase(&tenant, *subject).await?;
        }
        if let Some(luggage) = restoring.luggage {
            progress("bringing the files", 0, 0);
            luggage.bring(plan.packed, &tenant).await?;
        }
        progress("arriving", 0, 0);
        cell.registry().refresh().await?;
        if cell.registry().by_slug(&plan.slug).map(|there| there.id) != plan.instead_of {
            return Err(taken(&plan.slug));
        }
        cell.registry().settle_arrival(journey, &plan.slug, passport, plan.instead_of).await?;
        Ok((events, met.len()))
    }

    /// Everything up to the tenant's end, or to the moment that is wanted; returns whose keys were in the file.
    async fn pour(
        &self,
        reader: &mut Reader,
        inflow: &mut Inflow,
        progress: &mut Progress<'_>,
    ) -> Result<Vec<SubjectId>, Failure> {
        let Self { plan, restoring, .. } = self;
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
}
