//! A request for an account or for a new password, by somebody who is not signed in.
//!
//! Not even the time that an answer takes may tell whether an address has an account. So each request is stored as a job, the
//! same way for every address, and answered; only the job looks the address up. The address is sealed until then, and
//! removed when the job is done.

use std::pin::Pin;
use std::time::Duration;

use edge::{Audience, Shop};
use kernel::{Actor, CorrelationId, Problem, boxed};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::relay::{JobKind, JobRun, NewJob, Room, SEALED};
use store::{Asked, Tenant};

use crate::accounts::letter::{Language, Letter};
use crate::accounts::use_cases::NewAccount;
use crate::{AccountId, Refusal, accounts};

const ASKED: &str = "identity.asked";

/// The job waits a random time up to this, so that how busy we are after an answer tells nothing either.
const SOON: Duration = Duration::from_millis(300);

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Requested {
    Account { name: String },
    Password,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Request {
    pub what: Requested,
    pub audience: String,
    pub email: String,
    pub language: Language,
    pub correlation: CorrelationId,
}

impl Request {
    /// Stores the job. Nothing here may depend on whose the address is.
    #[boxed]
    pub async fn keep(&self, shop: &Shop) -> Result<(), Problem> {
        let text = serde_json::to_vec(self).map_err(|_| Problem::bug())?;
        let sealed = shop.tenant.keys().await?.seal_secret(ASKED, &text);
        let wait = rand::random_range(Duration::ZERO..=SOON);
        let job = NewJob::now(ASKED, json!({ SEALED: sealed }), shop.now.plus(wait));
        shop.tenant.schedule(job).await.map(|_| ())
    }

    async fn read(run: &JobRun) -> Result<Self, Problem> {
        let keys = run.tenant.keys().await?;
        let opened = run.args[SEALED].as_str().and_then(|sealed| keys.open_secret(ASKED, sealed));
        opened.and_then(|opened| serde_json::from_slice(&opened).ok()).ok_or_else(Problem::bug)
    }
}

/// The job that does what was asked for.
pub struct RunRequests;

impl JobKind for RunRequests {
    fn name(&self) -> &'static str {
        ASKED
    }

    fn attempts(&self) -> i64 {
        40
    }

    /// However many strangers ask, nothing else waits for them.
    fn room(&self) -> Room {
        Room::Own { at_once: 8, of_a_tenant: 4 }
    }

    fn kept(&self) -> Duration {
        Duration::from_secs(3600)
    }

    fn run<'a>(
        &'a self,
        run: &'a JobRun,
    ) -> Pin<Box<dyn Future<Output = Result<String, Problem>> + Send + 'a>> {
        Box::pin(async move {
            let asking = Request::read(run).await?;
            match asking.what.clone() {
                Requested::Account { name } => sign_up(run, &asking, name).await?,
                Requested::Password => reset(run, &asking).await?,
            }
            Ok(String::new())
        })
    }
}

/// Opens the account, and has its owner written to; or whoever has one already.
async fn sign_up(run: &JobRun, asking: &Request, name: String) -> Result<(), Problem> {
    let (tenant, id) = (&run.tenant, AccountId(run.id));
    let audience = Audience::named(&asking.audience).ok_or_else(Problem::bug)?;
    let work = match accounts::queries::account_of(tenant, audience.as_str(), &asking.email).await? {
        // It was done, and the job broken off before it could say so.
        Some(account) if account.id == id => return Ok(()),
        Some(account) => accounts::use_cases::want(account.id, Letter::AlreadyThere, asking.language.clone()),
        None => {
            let new = NewAccount {
                id,
                audience: audience.as_str(),
                name,
                email: asking.email.clone(),
                roles: vec!["customer".into()],
                letter: Some((Letter::Welcome, asking.language.clone())),
            };
            accounts::use_cases::open(new, tenant.keys().await?.blind("email", &asking.email))
        }
    };
    match tenant.run(asked(run, asking), work).await {
        Ok(_) => Ok(()),
        // Somebody else was quicker with the same address; the letter is theirs.
        Err(problem) if problem.is(Refusal::AddressTaken) => Ok(()),
        Err(problem) => Err(problem),
    }
}

async fn reset(run: &JobRun, asking: &Request) -> Result<(), Problem> {
    let tenant: &Tenant = &run.tenant;
    let account = accounts::queries::account_of(tenant, &asking.audience, &asking.email).await?;
    if let Some(account) = account.filter(|account| account.disabled_at.is_none()) {
        let work = accounts::use_cases::want(account.id, Letter::Reset, asking.language.clone());
        tenant.run(asked(run, asking), work).await?;
    }
    Ok(())
}

fn asked(run: &JobRun, asking: &Request) -> Asked {
    let mut asked = Asked::by(Actor::anonymous(), asking.correlation, run.tenant.cell().now());
    asked.guard = Some(run.guard());
    asked
}
