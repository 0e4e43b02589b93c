//! What is written down of a tenant that comes or goes, before anything of it is touched: so that it is known what is due
//! wherever the process dies that does it, and whether it has died.
//!
//! Nobody else can work on a folder, so whatever is not under way in this process was left behind. In a shared cell a
//! journey has a lease. Whoever takes it over changes its fence first, and what a late sleeper still writes under the old
//! one is refused.

use std::time::Duration;

use kernel::{TenantId, Timestamp, Word, Write, args};
use strum::{EnumString, IntoStaticStr, VariantArray};
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::engine::Row;
use crate::registry::TenantStatus;
use crate::{Cell, Failure, registry};

/// For how long nobody else touches what a process brings that is not heard of any more, and how often it is heard of.
const LASTS: Duration = Duration::from_secs(20);
const BEAT: Duration = Duration::from_secs(4);

/// How far a journey is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub(crate) enum Step {
    /// It is being written, and not whole.
    Arriving,
    /// All of it was written; the cell that it comes from decides whether it lives here.
    Whole,
    /// It lives here. Whoever was erased while it arrived may still have to be.
    Settling,
    /// It is about to depart from here, or has.
    Leaving,
    /// It is being removed.
    Clearing,
    /// It was moving here and was removed before it lived here.
    Undone,
}

/// A journey, as it is written down.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Noted {
    pub(crate) tenant: TenantId,
    /// The same in the cell that the tenant leaves and in the one that it moves to, however often it is tried.
    pub(crate) id: Uuid,
    pub(crate) fence: Uuid,
    pub(crate) step: Step,
    /// Whether it comes from another cell, which has to hear that it was undone.
    pub(crate) moving: bool,
    /// How the tenant was served before, and is to be served after.
    pub(crate) status: TenantStatus,
    pub(crate) until: Timestamp,
}

impl Noted {
    fn arriving(tenant: TenantId, id: Uuid, moving: bool, status: TenantStatus) -> Self {
        let until = Timestamp::from_micros(0);
        Self { tenant, id, fence: Uuid::now_v7(), step: Step::Arriving, moving, status, until }
    }

    fn read(row: &Row<'_>) -> Result<Self, Failure> {
        let step = Step::named(&row.get::<String>(3)?);
        Ok(Self {
            tenant: TenantId(row.get(0)?),
            id: row.get(1)?,
            fence: row.get(2)?,
            step: step.ok_or_else(|| {
                Failure::Unusable(
                    "A journey of a tenant is at a step that this binary does not know. Start a newer one."
                        .into(),
                )
            })?,
            moving: row.get::<i64>(4)? != 0,
            status: registry::status(&row.get::<String>(5)?)?,
            until: row.get(6)?,
        })
    }

    fn write(&self) -> Write {
        Write::one(
            "insert into journeys (tenant, id, fence, step, moving, status, until) values ($1, $2, $3, $4, $5, $6, $7)",
            args![
                self.tenant,
                self.id,
                self.fence,
                self.step.as_str(),
                i64::from(self.moving),
                self.status.as_str(),
                self.until
            ],
        )
    }

    /// Strikes it out, if nobody took it over.
    pub(crate) fn strike_out(&self) -> Write {
        let sql = "delete from journeys where tenant = $1 and fence = $2";
        Write::one(sql, args![self.tenant, self.fence])
    }

    /// Brings it to another step, if nobody took it over.
    pub(crate) fn bring_to(&self, step: Step) -> Write {
        let sql = "update journeys set step = $3 where tenant = $1 and fence = $2";
        Write::one(sql, args![self.tenant, self.fence, step.as_str()])
    }

    /// How it ends when the tenant was removed: the cell that it comes from can ask what became of it.
    pub(crate) fn end_of_clearing(&self) -> Write {
        if self.moving { self.bring_to(Step::Undone) } else { self.strike_out() }
    }

    /// Whether somebody is at it at this moment, as far as can be known.
    pub(crate) fn is_live(&self, cell: &Cell) -> bool {
        cell.under_way().contains(self.fence) || (cell.engine().is_shared() && cell.now() < self.until)
    }
}

/// A journey of this process, until it is dropped.
pub(crate) struct Journey {
    pub(crate) noted: Noted,
    cell: Cell,
    beating: Option<JoinHandle<()>>,
}

impl Journey {
    /// Something that arrives. It is written down with its place in the registry.
    pub(crate) fn in_to(
        cell: &Cell,
        tenant: TenantId,
        id: Uuid,
        moving: bool,
        status: TenantStatus,
    ) -> (Self, [Write; 2]) {
        let journey = Self::of(cell, Noted::arriving(tenant, id, moving, status));
        let writes = [over(tenant), journey.noted.write()];
        (journey, writes)
    }

    /// A tenant that leaves: taken up again, when that was begun before and the tenant has departed.
    pub(crate) async fn out_of(
        cell: &Cell,
        tenant: TenantId,
        status: TenantStatus,
        departed: bool,
    ) -> Result<Self, Failure> {
        let before = unless_somebody_is_at_it(cell, tenant, None).await?;
        let known = before.filter(|noted| noted.step == Step::Leaving && departed);
        let status = if status.is_here() { status } else { TenantStatus::Active };
        let mut leaving = Noted::arriving(tenant, Uuid::now_v7(), false, status);
        if let Some(known) = known {
            (leaving.id, leaving.status) = (known.id, known.status);
        }
        Self::take_over(cell, before, leaving, Step::Leaving).await
    }

    /// Takes over what somebody has left behind, or what is one's own, to remove it.
    pub(crate) async fn clearing(cell: &Cell, tenant: TenantId, own: Option<&Self>) -> Result<Self, Failure> {
        let before = unless_somebody_is_at_it(cell, tenant, own).await?;
        // Whose answer was lost when it began to live here: the registry in memory may not know it yet.
        if before.is_some_and(|before| before.step == Step::Settling) {
            return Err(Failure::Stale);
        }
        let mut next = Noted::arriving(tenant, Uuid::now_v7(), false, TenantStatus::Departed);
        if let Some(before) = before {
            (next.id, next.moving, next.status) = (before.id, before.moving, before.status);
        }
        Self::take_over(cell, before, next, Step::Clearing).await
    }

    /// Takes over what is whole, so that it can live here.
    pub(crate) async fn resumed(cell: &Cell, whole: Noted) -> Result<Self, Failure> {
        let before = unless_somebody_is_at_it(cell, whole.tenant, None).await?;
        if before.is_none_or(|before| before.fence != whole.fence) {
            return Err(busy(whole.tenant));
        }
        Self::take_over(cell, before, Noted { fence: Uuid::now_v7(), ..whole }, Step::Whole).await
    }

    /// Takes over what lives here already, to bring it to its end.
    pub(crate) async fn finishing(cell: &Cell, settling: Noted) -> Result<Self, Failure> {
        Self::take_over(cell, Some(settling), Noted { fence: Uuid::now_v7(), ..settling }, Step::Settling)
            .await
    }

    async fn take_over(cell: &Cell, before: Option<Noted>, next: Noted, step: Step) -> Result<Self, Failure> {
        let journey = Self::of(cell, Noted { step, ..next });
        let writes: Vec<Write> =
            before.map(|before| before.strike_out()).into_iter().chain([journey.noted.write()]).collect();
        match cell.engine().registry_write(&writes).await {
            Ok(()) => Ok(journey),
            // Somebody else was quicker.
            Err(Failure::Bug(_) | Failure::Conflict) => Err(busy(next.tenant)),
            Err(failure) => Err(failure),
        }
    }

    fn of(cell: &Cell, noted: Noted) -> Self {
        let shared = cell.engine().is_shared();
        let until = if shared { cell.now().plus(LASTS) } else { noted.until };
        let noted = Noted { until, ..noted };
        cell.under_way().begin(noted.fence);
        let beating = shared.then(|| tokio::spawn(beat(cell.clone(), noted)));
        Self { noted, cell: cell.clone(), beating }
    }

    pub(crate) async fn bring_to(&mut self, step: Step) -> Result<(), Failure> {
        fenced(self.cell.engine().registry_write(&[self.noted.bring_to(step)]).await)?;
        self.noted.step = step;
        Ok(())
    }

    /// It is over, and nothing of it is written down any more.
    pub(crate) async fn end(self) -> Result<(), Failure> {
        fenced(self.cell.engine().registry_write(&[self.noted.strike_out()]).await)
    }

    /// It is not over; whoever goes on with it need not wait.
    pub(crate) async fn let_go(self) {
        let sql = "update journeys set until = 0 where tenant = $1 and fence = $2";
        let write = Write::any(sql, args![self.noted.tenant, self.noted.fence]);
        if let Err(failure) = self.cell.engine().registry_write(&[write]).await {
            tracing::warn!(%failure, "A journey could not be let go of; its lease runs out by itself");
        }
    }
}

impl Drop for Journey {
    fn drop(&mut self) {
        if let Some(beating) = &self.beating {
            beating.abort();
        }
        self.cell.under_way().end(self.noted.fence);
    }
}

/// A row that is not as it was left is someone else's now.
pub(crate) fn fenced<T>(result: Result<T, Failure>) -> Result<T, Failure> {
    result.map_err(|failure| match failure {
        Failure::Bug(_) => Failure::Stale,
        other => other,
    })
}

/// Forgets that a tenant was moving here.
pub(crate) async fn forget_undone(cell: &Cell, tenant: TenantId) -> Result<(), Failure> {
    cell.engine().registry_write(&[over(tenant)]).await
}

fn over(tenant: TenantId) -> Write {
    let sql = "delete from journeys where tenant = $1 and step = $2";
    Write::any(sql, args![tenant, Step::Undone.as_str()])
}

/// What is written down of a tenant's journey.
pub(crate) async fn of_tenant(cell: &Cell, tenant: TenantId) -> Result<Option<Noted>, Failure> {
    Ok(look(cell, "where tenant = $1", args![tenant]).await?.pop())
}

/// What is written down of all journeys.
pub(crate) async fn all(cell: &Cell) -> Result<Vec<Noted>, Failure> {
    look(cell, "order by tenant", Vec::new()).await
}

async fn look(cell: &Cell, which: &str, args: Vec<kernel::Arg>) -> Result<Vec<Noted>, Failure> {
    let sql = format!("select tenant, id, fence, step, moving, status, until from journeys {which}");
    let mut noted = Vec::new();
    let each = &mut |_, row: &Row<'_>| {
        noted.push(Noted::read(row)?);
        Ok(())
    };
    cell.engine().registry_read(&[(&sql, args)], each).await?;
    Ok(noted)
}

/// What is written down of a tenant's journey that nobody is at. A process that has died is waited for until its lease has
/// run out; one that lives is heard of meanwhile.
async fn unless_somebody_is_at_it(
    cell: &Cell,
    tenant: TenantId,
    own: Option<&Journey>,
) -> Result<Option<Noted>, Failure> {
    let mut seen: Option<Noted> = None;
    loop {
        let Some(noted) = of_tenant(cell, tenant).await? else { return Ok(None) };
        if own.is_some_and(|own| own.noted.fence == noted.fence) || !noted.is_live(cell) {
            return Ok(Some(noted));
        }
        let here = cell.under_way().contains(noted.fence);
        if here || seen.is_some_and(|seen| seen.fence != noted.fence || seen.until != noted.until) {
            return Err(busy(tenant));
        }
        seen = Some(noted);
        tokio::time::sleep(noted.until.since(cell.now()).min(BEAT + Duration::from_secs(1))).await;
    }
}

fn busy(tenant: TenantId) -> Failure {
    Failure::Refused(format!(
        "Another process is bringing this tenant in, or taking it away, at this moment ({tenant}). Wait until it is done; nothing was changed."
    ))
}

/// Says again and again that the journey is under way.
async fn beat(cell: Cell, noted: Noted) {
    let sql = "update journeys set until = $3 where tenant = $1 and fence = $2";
    loop {
        tokio::time::sleep(BEAT).await;
        let write = Write::any(sql, args![noted.tenant, noted.fence, cell.now().plus(LASTS)]);
        if let Err(failure) = cell.engine().registry_write(&[write]).await {
            tracing::warn!(%failure, "A journey's lease could not be renewed; it is tried again");
        }
    }
}
