//! What is written to people about their accounts, and the subscriber that sends it.
//!
//! The log says only that a letter is wanted. Its ticket is made when it goes out, so nothing that lets anybody in is kept.

use std::sync::Arc;
use std::time::Duration;

use kernel::Problem;
use mail::MailError;
use serde::{Deserialize, Serialize};
use store::log::Recorded;
use store::relay::{Effect, Handled, Subscriber};
use store::{Tenant, TenantRecord};

use crate::account::{AccountEvent, LetterWanted};
use crate::ticket::{Good, Ticket};
use crate::{AccountId, queries};

pub use mail::Post;

/// A new password must be set within an hour, an invitation answered within a week.
const RESET_LASTS: Duration = Duration::from_secs(3600);
const INVITATION_LASTS: Duration = Duration::from_secs(7 * 24 * 3600);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Letter {
    /// Somebody made an account for them: choose a password.
    Invitation,
    /// They made one themselves: choose a password, and so show that the address is theirs.
    Welcome,
    /// Choose a new password.
    Reset,
    /// Somebody wanted to make an account with their address, and there is one.
    AlreadyThere,
}

/// Where a shop's pages are, as people reach them.
pub type Addresses = Arc<dyn Fn(&TenantRecord) -> String + Send + Sync>;

pub struct Letters {
    pub post: Arc<dyn Post>,
    pub addresses: Addresses,
}

impl Subscriber for Letters {
    fn name(&self) -> &'static str {
        "identity.letters"
    }

    fn wants(&self, kind: &str) -> bool {
        kind == "account.letter_wanted"
    }

    fn handle<'a>(&'a self, tenant: &'a Tenant, recorded: &'a Recorded) -> Handled<'a> {
        Box::pin(async move {
            let event = &recorded.event;
            let Ok(AccountEvent::LetterWanted(wanted)) =
                <AccountEvent as kernel::Event>::decode(&event.kind, event.schema, &event.data)
            else {
                return Err(Problem::bug());
            };
            self.send(tenant, AccountId(event.stream_id), &wanted).await?;
            Ok(Effect::Done)
        })
    }
}

impl Letters {
    async fn send(&self, tenant: &Tenant, id: AccountId, wanted: &LetterWanted) -> Result<(), Problem> {
        // Erased or closed since: there is nobody to write to.
        let Some(account) = queries::account(tenant, id).await?.filter(|account| !account.email.is_empty())
        else {
            return Ok(());
        };
        let record = match tenant.id() {
            kernel::TenantId::CELL => Some(Arc::new(TenantRecord::house())),
            id => tenant.cell().registry().tenant(id),
        };
        let record = record.ok_or_else(|| Problem::not_found("shop"))?;
        let lasts = match wanted.letter {
            Letter::Invitation | Letter::Welcome => INVITATION_LASTS,
            Letter::Reset | Letter::AlreadyThere => RESET_LASTS,
        };
        let ticket = Ticket {
            good: Good::Password { round: account.password_round },
            account: Some(id),
            until: wanted.at.plus(lasts),
        };
        let now = tenant.cell().now();
        if ticket.until < now {
            return Ok(());
        }
        let ticket = ticket.write(&*tenant.keys().await?);
        let address = (self.addresses)(&record);
        // The part after # is not sent to any server, so it does not end up in a log.
        let letter = written(wanted.letter, &account, &record.name, &format!("{address}/password#{ticket}"));
        self.post.send(&letter, now.since_1970()).await.map(|_| ()).map_err(|error| unsent(&error))
    }
}

/// Its sentence names the trouble and no address. It is tried again like anything that a subscriber could not do.
fn unsent(error: &MailError) -> Problem {
    Problem::unavailable("letter_unsent", format!("A letter could not be sent: {error}"), 60)
}

fn written(letter: Letter, account: &queries::AccountView, shop: &str, link: &str) -> mail::Letter {
    let (subject, text) = match letter {
        Letter::Invitation => (
            format!("Your account at {shop}"),
            format!(
                "An account was made for you at {shop}. Choose a password within seven days, and you are in:\n\n{link}"
            ),
        ),
        Letter::Welcome => (
            format!("Welcome to {shop}"),
            format!(
                "Choose a password within seven days, and your account at {shop} is ready:\n\n{link}\n\nIf you did not ask for an account, do nothing."
            ),
        ),
        Letter::Reset => (
            format!("A new password for {shop}"),
            format!(
                "Choose a new password within an hour:\n\n{link}\n\nIf you did not ask for this, do nothing: your password stays as it is."
            ),
        ),
        Letter::AlreadyThere => (
            format!("Your account at {shop}"),
            format!(
                "Somebody, perhaps you, wanted to make an account at {shop} with this address. You have one. If you do not remember the password, choose a new one within an hour:\n\n{link}\n\nIf it was not you, do nothing."
            ),
        ),
    };
    let greeting =
        if account.name.is_empty() { "Hello,".to_owned() } else { format!("Hello {},", account.name) };
    mail::Letter {
        to: account.email.clone(),
        subject: subject.replace(char::is_control, " "),
        text: format!("{greeting}\n\n{text}\n"),
        ..mail::Letter::default()
    }
}
