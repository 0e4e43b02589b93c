//! The job that asks carriers where parcels are, and who sees to it that there is one while a parcel is under way.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::pin::Pin;
use std::time::Duration;

use edge::published::published;
use futures_util::StreamExt as _;
use futures_util::stream::iter;
use kernel::{Actor, CorrelationId, EventId, Fault, Problem, Timestamp, Word};
use orders::ParcelState;
use orders::fulfilment::use_cases;
use orders::parcels::{self, Awaited};
use orders::public::OrderTold;
use orders::tracking::SeeParcel;
use serde_json::json;
use store::log::Recorded;
use store::problems::TAKEN_OVER;
use store::relay::{Effect, Handled, Job, JobKind, JobRun, JobState, NewJob, Room, Subscriber, Wants};
use store::{Asked, Tenant, privacy};
use uuid::Uuid;

use crate::clients::carrier::{Carrier as _, Tracked};
use crate::error::shown;
use crate::partners::queries::PartnerRow;
use crate::partners::{self, health};
use crate::{Kind, PartnerError, PartnerId, Partners};

const NAME: &str = "connect.track";

/// How often a parcel of the last days is asked about.
const EVERY: Duration = Duration::from_secs(30 * 60);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// Whoever has said nothing for so long will not say it any more.
const GIVEN_UP_AFTER: Duration = Duration::from_secs(60 * 24 * 3600);

/// How many are read, and how many are asked about, at a time.
const PAGE: usize = 200;
const AT_ONCE: usize = 4;

pub struct Track(pub Partners);

impl JobKind for Track {
    fn name(&self) -> &'static str {
        NAME
    }

    fn room(&self) -> Room {
        Room::Outside { at_once: 16, of_a_tenant: 1, of_a_destination: 1 }
    }

    fn run<'a>(
        &'a self,
        run: &'a JobRun,
    ) -> Pin<Box<dyn Future<Output = Result<String, Problem>> + Send + 'a>> {
        Box::pin(async move {
            let (mut counted, mut last, mut carriers) = (Counted::default(), Uuid::nil(), HashMap::new());
            loop {
                let page = parcels::awaited(&run.tenant, last, PAGE).await?;
                let Some(end) = page.last() else { return Ok(counted.told()) };
                last = end.parcel;
                self.ask_about(run, page, &mut carriers, &mut counted).await?;
                // Fails once the job was cancelled, and then this ends.
                run.progress(counted.asked, 0, &format!("{} silent", counted.silent)).await?;
            }
        })
    }
}

#[derive(Default)]
struct Counted {
    asked: i64,
    silent: i64,
}

impl Counted {
    fn told(&self) -> String {
        format!("{} parcels were asked about; of {} nothing was heard.", self.asked, self.silent)
    }
}

impl Track {
    async fn ask_about(
        &self,
        run: &JobRun,
        page: Vec<Awaited>,
        carriers: &mut HashMap<Uuid, Option<PartnerRow>>,
        counted: &mut Counted,
    ) -> Result<(), Problem> {
        let tenant = &run.tenant;
        let now = tenant.cell().now();
        for parcel in &page {
            if now.since(parcel.sent_at) >= GIVEN_UP_AFTER {
                or_later(parcel, see(run, parcel, ParcelState::Unknown, Vec::new()).await)?;
            }
            if let Entry::Vacant(unknown) = carriers.entry(parcel.carrier) {
                unknown.insert(usable(tenant, parcel.carrier).await?);
            }
        }
        let due = page.into_iter().filter(|parcel| is_due(parcel.parcel, parcel.sent_at, now));
        let due = due.filter_map(|parcel| {
            let carrier = carriers.get(&parcel.carrier).cloned().flatten()?;
            Some((parcel, carrier))
        });
        let mut answers = iter(due)
            .map(|(parcel, carrier)| async move {
                let went = self.track(tenant, &carrier, &parcel.number).await;
                (parcel, went)
            })
            .buffer_unordered(AT_ONCE);
        while let Some((parcel, went)) = answers.next().await {
            counted.asked += 1;
            let seen = match went {
                Ok(Ok((state, milestones))) => see(run, &parcel, state, milestones).await,
                Ok(Err(_)) => {
                    counted.silent += 1;
                    continue;
                }
                Err(problem) => Err(problem),
            };
            counted.silent += i64::from(!or_later(&parcel, seen)?);
        }
        Ok(())
    }

    async fn track(
        &self,
        tenant: &Tenant,
        carrier: &PartnerRow,
        number: &str,
    ) -> Result<Result<Told, PartnerError>, Problem> {
        let went = self.0.carrier(tenant, carrier).await?.track(number).await.and_then(read);
        // That it does not know a number says nothing of how it is.
        if !matches!(went, Err(PartnerError::Status(404))) {
            health::note(tenant, carrier.id, &went);
        }
        if let Err(error) = &went {
            tracing::debug!(partner = %carrier.id, code = error.code(), "A carrier did not say where a parcel is");
        }
        Ok(went)
    }
}

/// The carrier, while it is one and enabled.
async fn usable(tenant: &Tenant, id: Uuid) -> Result<Option<PartnerRow>, Problem> {
    let row = partners::queries::partner(tenant, PartnerId(id)).await?;
    Ok(row.filter(|row| row.definition.enabled && row.definition.kind == Kind::ShippingRest))
}

/// Neither a partner whose key cannot be opened nor one order keeps the other parcels from being looked after.
fn or_later(parcel: &Awaited, went: Result<(), Problem>) -> Result<bool, Problem> {
    match went {
        Err(problem) if problem.code == TAKEN_OVER.code || problem.fault == Fault::Unavailable => {
            Err(problem)
        }
        Err(problem) => {
            let code = &problem.code;
            tracing::warn!(parcel = %parcel.parcel, code, "A parcel could not be looked after; it is tried again");
            Ok(false)
        }
        Ok(()) => Ok(true),
    }
}

/// Under the job's own guard: what is still done after it was cancelled or taken over does not count.
async fn see(
    run: &JobRun,
    parcel: &Awaited,
    state: ParcelState,
    milestones: Vec<(Timestamp, String)>,
) -> Result<(), Problem> {
    let seen = SeeParcel { parcel: parcel.parcel, customer: parcel.customer, state, milestones };
    let mut asked = Asked::by(Actor::system(), CorrelationId::new(), run.tenant.cell().now());
    asked.guard = Some(run.guard());
    run.tenant.run(asked, use_cases::see_parcel(parcel.order, seen)).await.map(|_| ())
}

/// What a carrier said of one parcel.
type Told = (ParcelState, Vec<(Timestamp, String)>);

fn read(tracked: Tracked) -> Result<Told, PartnerError> {
    let unlike = |what: &str| PartnerError::Unreadable(format!("it says no {what} that was agreed upon"));
    // That nobody knows where it is is what we say, and no carrier.
    let known = ParcelState::named(&tracked.state).filter(|state| *state != ParcelState::Unknown);
    let state = known.ok_or_else(|| unlike("state"))?;
    let milestones = tracked.milestones.into_iter().map(|milestone| {
        let at = milestone.at.parse().map_err(|_| unlike("time"))?;
        Ok((at, shown(&milestone.text)))
    });
    Ok((state, milestones.collect::<Result<_, PartnerError>>()?))
}

/// The older a parcel, the more seldom: each has its turn among so many, by its id, so that not all come at once.
fn is_due(parcel: Uuid, sent_at: Timestamp, now: Timestamp) -> bool {
    let turns = match now.since(sent_at) {
        age if age >= GIVEN_UP_AFTER => return false,
        age if age < 2 * DAY => 1,
        age if age < 7 * DAY => 4,
        age if age < 30 * DAY => 12,
        _ => 48,
    };
    let turn = u128::from(now.since_1970().as_secs() / EVERY.as_secs());
    (turn % turns + parcel.as_u128() % turns).is_multiple_of(turns)
}

/// Sees to it that a shop has the job while a parcel is under way, and none when there is nothing to ask.
pub struct Watch;

impl Subscriber for Watch {
    fn name(&self) -> &'static str {
        "connect.watch"
    }

    fn wants(&self) -> Wants {
        Wants::Kinds(&["order.parcel_sent", "order.parcel_seen", privacy::ERASED])
    }

    fn handle<'a>(&'a self, tenant: &'a Tenant, recorded: &'a Recorded) -> Handled<'a> {
        Box::pin(async move {
            let event = &recorded.event;
            if event.stream == "order" {
                let settled = match published(event)? {
                    Some(OrderTold::ParcelSent(parcel)) => parcel.carrier_id.is_none(),
                    Some(OrderTold::ParcelSeen(seen)) => !seen.state.is_some_and(ParcelState::is_final),
                    _ => true,
                };
                if settled {
                    return Ok(Effect::Done);
                }
            }
            settle(tenant, event.id).await?;
            Ok(Effect::Done)
        })
    }
}

async fn settle(tenant: &Tenant, after: EventId) -> Result<(), Problem> {
    let jobs = repeated(tenant).await?;
    match (parcels::any_awaited(tenant).await?, jobs.is_empty()) {
        (true, true) => {
            let due = tenant.cell().now().plus(EVERY);
            tenant.schedule(NewJob::once(NAME, after, json!({}), due).every(EVERY)).await.map(|_| ())
        }
        (false, false) => {
            for job in jobs {
                tenant.cancel_job(job.id).await?;
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

async fn repeated(tenant: &Tenant) -> Result<Vec<Job>, Problem> {
    let mut ours = Vec::new();
    for state in [JobState::Waiting, JobState::Running] {
        let jobs = tenant.jobs(Some(state.as_str()), Uuid::max(), 500).await?;
        ours.extend(jobs.into_iter().filter(|job| job.name == NAME && job.every_seconds.is_some()));
    }
    Ok(ours)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Milestone;

    fn tracked(state: &str, at: &str) -> Result<Told, PartnerError> {
        let milestones = vec![Milestone { at: at.into(), text: "Left\nthe depot".into() }];
        read(Tracked { number: "N".into(), state: state.into(), milestones })
    }

    #[test]
    fn what_a_carrier_says_is_read_or_is_none() {
        let (state, milestones) = tracked("under_way", "2026-05-03T16:00:00+02:00").unwrap();
        assert_eq!(state, ParcelState::UnderWay);
        assert_eq!(milestones, [("2026-05-03T14:00:00Z".parse().unwrap(), "Left the depot".into())]);
        assert!(tracked("eaten", "2026-05-03T14:00:00Z").is_err());
        assert!(tracked("delivered", "yesterday").is_err());
    }

    #[test]
    fn an_older_parcel_is_asked_about_more_seldom() {
        let start = Timestamp::from_micros(0);
        let asked = |days: u32, id: u128| {
            let turns = (0..48u32).filter(|turn| {
                let now = start.plus(days * DAY + *turn * EVERY);
                is_due(Uuid::from_u128(id), start, now)
            });
            turns.count()
        };
        assert_eq!([0, 3, 10, 40].map(|days| asked(days, 5)), [48, 12, 4, 1]);
        assert_eq!(asked(40, 6), 1, "each has its turn");
    }
}
