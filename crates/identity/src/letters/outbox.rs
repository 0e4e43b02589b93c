//! What is written to people about their accounts, and how it goes out.
//!
//! The log says only that a letter is wanted. Each is a job of its own, by the event's id: one that cannot be sent waits
//! and is given up alone. Its link is made when it goes out, so nothing that lets anybody in is kept, and neither the log
//! nor the job says to whom it goes.

use std::pin::Pin;
use std::sync::Arc;

use kernel::problem::NOT_FOUND;
use kernel::{Event as _, Problem, TenantId, Timestamp};
use mail::{MailError, TemplateError};
use serde_json::json;
use store::log::Recorded;
use store::relay::{Effect, Handled, JobKind, JobRun, NewJob, Room, Subscriber, Wants};
use store::{Tenant, TenantRecord};

use crate::accounts::event::{AccountEvent, LetterWanted};
use crate::accounts::letter::{Language, Letter};
use crate::letters::wording::written;
use crate::sessions::ticket::{Good, Ticket};
use crate::{AccountId, accounts};

pub use mail::Post;

const LETTER: &str = "identity.letter";

kernel::problems! {
    Conflict REFUSED "letter_refused" "Letter refused":
        "The post does not take this letter. The job says why; correct the address, and send another.",
    Conflict TOO_LATE "letter_too_late" "Too late":
        "Its link was not good any more before the post took it. When the post answers again, send another.",
    Unavailable UNSENT "letter_unsent" "Letter not sent yet":
        "It is sent again by itself. When it stays so, the operator looks after the post.",
}

/// Where a shop's pages are, as people reach them.
pub type Addresses = Arc<dyn Fn(&TenantRecord) -> String + Send + Sync>;

/// Whoever takes letters, and what their links begin with.
#[derive(Clone)]
pub struct Letters {
    pub post: Arc<dyn Post>,
    pub addresses: Addresses,
}

/// What one letter is, as the log says it.
struct Wanted {
    account: AccountId,
    letter: Letter,
    language: Language,
    /// Its link is good until then.
    until: Timestamp,
}

impl Wanted {
    fn read(recorded: &Recorded) -> Result<Self, Problem> {
        let event = &recorded.event;
        match AccountEvent::decode(&event.kind, event.schema, &event.data) {
            Ok(AccountEvent::LetterWanted(LetterWanted { letter, language, at })) => {
                let (account, until) = (AccountId(event.stream_id), at.plus(letter.lasts()));
                Ok(Self { account, letter, language, until })
            }
            _ => Err(Problem::bug()),
        }
    }
}

/// Makes a job of each letter that is wanted.
pub struct Outbox;

impl Subscriber for Outbox {
    fn name(&self) -> &'static str {
        "identity.letters"
    }

    fn wants(&self) -> Wants {
        Wants::Kinds(&["account.letter_wanted"])
    }

    fn handle<'a>(&'a self, tenant: &'a Tenant, recorded: &'a Recorded) -> Handled<'a> {
        Box::pin(async move {
            let now = tenant.cell().now();
            // A log that was restored is read again; whoever was written to long ago is left alone.
            let late = Wanted::read(recorded)?.until <= now;
            Ok(if late { Effect::Done } else { Effect::plan(job(recorded, now)) })
        })
    }
}

/// Its id is the event's and its argument where that is, so nobody can start one that no event wants.
fn job(recorded: &Recorded, now: Timestamp) -> NewJob {
    let args = json!({ "position": recorded.position });
    NewJob::due(recorded.event.id.0, LETTER, args, now)
}

/// The event for which a job was made.
async fn wanted(run: &JobRun) -> Result<Wanted, Problem> {
    let position = run.args["position"].as_i64().unwrap_or(0);
    let events = run.tenant.events(position - 1, 1).await?;
    let recorded = events.first().filter(|recorded| recorded.event.id.0 == run.id);
    Wanted::read(recorded.ok_or_else(|| Problem::not_found("letter"))?)
}

impl JobKind for Letters {
    fn name(&self) -> &'static str {
        LETTER
    }

    /// Hours of a silent post; what ends a letter is that its link is over.
    fn attempts(&self) -> i64 {
        300
    }

    /// A post that is slow over one letter holds up no other, nor another shop's.
    fn room(&self) -> Room {
        Room::Outside { at_once: 32, of_a_tenant: 8, of_a_destination: 8 }
    }

    fn is_final(&self, problem: &Problem) -> bool {
        [REFUSED.code, TOO_LATE.code, NOT_FOUND.code].contains(&problem.code.as_ref())
    }

    fn run<'a>(
        &'a self,
        run: &'a JobRun,
    ) -> Pin<Box<dyn Future<Output = Result<String, Problem>> + Send + 'a>> {
        Box::pin(async move { self.send(run, wanted(run).await?).await.map(str::to_owned) })
    }
}

impl Letters {
    async fn send(&self, run: &JobRun, wanted: Wanted) -> Result<&'static str, Problem> {
        let (tenant, now) = (&run.tenant, run.tenant.cell().now());
        let account = accounts::queries::account(tenant, wanted.account).await?;
        let Some(account) = account.filter(|account| !account.email.is_empty()) else {
            return Ok("There is nobody to write to any more.");
        };
        if wanted.until <= now {
            return Err(too_late(run.problem.as_deref()));
        }
        let record = match tenant.id() {
            TenantId::CELL => Some(Arc::new(TenantRecord::platform())),
            id => tenant.cell().registry().tenant(id),
        };
        let record = record.ok_or_else(|| Problem::not_found("shop"))?;
        let good = Good::Password { round: account.password_round };
        let ticket = Ticket { good, account: Some(account.id), until: wanted.until };
        let ticket = ticket.write(&*tenant.keys().await?);
        let address = (self.addresses)(&record);
        // The part after # is not sent to any server, so it does not end up in a log.
        let link = format!("{address}/password#{ticket}");
        let letter = written(wanted.letter, &wanted.language, &account, &record.name, &link);
        let letter = mail::Letter { id: Some(run.id.as_u128()), ..letter.map_err(|error| faulty(&error))? };
        self.post.send(&letter, now.since_1970()).await.map_err(|error| unsent(&error))?;
        Ok("The post took it over.")
    }
}

/// Its sentence names the trouble and no address.
fn unsent(error: &MailError) -> Problem {
    if error.try_again() {
        return UNSENT.says(format!("A letter could not be sent: {error}")).after(60);
    }
    REFUSED.says(format!("A letter was not sent: {error}"))
}

fn faulty(error: &TemplateError) -> Problem {
    tracing::error!("{error}");
    Problem::bug()
}

fn too_late(last: Option<&str>) -> Problem {
    let last = last.unwrap_or("Nobody was there to send it.");
    let detail = format!("A letter was given up when its link was not good any more. {last}");
    TOO_LATE.says(detail)
}

#[cfg(test)]
mod tests {
    use std::task::{Context, Poll, Waker};
    use std::time::Duration;

    use super::*;

    /// What is written down as somebody's address must not turn out to be none when a letter is to go there.
    #[test]
    fn every_address_that_is_taken_from_people_is_taken_by_a_post() {
        let parts = ["a", ".", "-", "@", "1", "xn--", "_"];
        let mut texts = vec![String::new()];
        for _ in 0..6 {
            let longer = texts.iter().flat_map(|text| parts.map(|part| format!("{text}{part}")));
            texts = longer.chain(texts.clone()).collect();
            texts.sort();
            texts.dedup();
        }
        let post = mail::InMemory::new("shop@example.com").unwrap();
        let taken: Vec<_> = texts.into_iter().filter(|text| kernel::is_email(text)).collect();
        assert!(taken.len() > 100, "{taken:?}");
        for to in taken {
            let (subject, text) = ("s".to_owned(), "t".to_owned());
            let letter = mail::Letter { to: to.clone(), subject, text, ..mail::Letter::default() };
            let sent =
                post.send(&letter, Duration::ZERO).as_mut().poll(&mut Context::from_waker(Waker::noop()));
            assert!(matches!(sent, Poll::Ready(Ok(_))), "{to}");
        }
    }
}
