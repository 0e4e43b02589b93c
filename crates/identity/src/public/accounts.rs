//! What accounts and sessions tell everybody else.

use edge::published::{About, Example, Theirs};
use kernel::{Personal, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::{Uuid, uuid};

use crate::ProviderId;
use crate::accounts::event::AccountEvent;
use crate::accounts::person::Person;
use crate::public::examples::{ADA, THEN};
use crate::sessions::session::{Because, Kind, SessionEvent};

edge::published! {
    /// What becomes of an account.
    pub enum AccountTold of AccountEvent, on CustomerEvents {
        /// An account was opened.
        Opened(AccountOpened) = ("account.opened", 1),
        /// An account's name or address was changed.
        Renamed(AccountRenamed) = ("account.renamed", 1),
        /// The owner of an account proved that its address is theirs.
        Verified(AccountStepped) = ("account.verified", 1),
        /// An account's roles were set.
        RolesSet(AccountRolesSet) = ("account.roles_set", 1),
        /// An account was disabled.
        Disabled(AccountStepped) = ("account.disabled", 1),
        /// An account was enabled again.
        Enabled(AccountStepped) = ("account.enabled", 1),
    } = of_account;
}

edge::published! {
    /// When somebody is signed in.
    pub enum SessionTold of SessionEvent, on CustomerEvents {
        /// Somebody signed in.
        Began(SessionBegan) = ("session.began", 1),
        /// Somebody's session ended.
        Ended(SessionEnded) = ("session.ended", 1),
    } = of_session;
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AccountOpened {
    pub account_id: Uuid,
    /// staff, customer or operator.
    pub audience: String,
    pub person: Theirs<AccountPerson>,
    pub roles: Vec<String>,
    #[schema(value_type = String, format = DateTime)]
    pub opened_at: Timestamp,
}

/// Whose account it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AccountPerson {
    pub name: String,
    /// Empty when none is known.
    pub email: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AccountRenamed {
    pub account_id: Uuid,
    pub person: Theirs<AccountPerson>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AccountStepped {
    pub account_id: Uuid,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AccountRolesSet {
    pub account_id: Uuid,
    /// All of them.
    pub roles: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SessionBegan {
    pub session_id: Uuid,
    pub account_id: Uuid,
    pub kind: Kind,
    /// How its owner proved who they are: pwd, otp, hwk; outside, at a provider.
    pub methods: Vec<String>,
    /// What the browser or program calls itself.
    pub device: Theirs<String>,
    /// The provider at which they signed in, if it was not here.
    pub provider_id: Option<Uuid>,
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SessionEnded {
    pub session_id: Uuid,
    pub because: Because,
}

fn of_account(event: &AccountEvent, about: &About) -> Option<AccountTold> {
    let account_id = about.id;
    let stepped = AccountStepped { account_id };
    match event {
        AccountEvent::Opened(opened) => Some(AccountTold::Opened(AccountOpened {
            account_id,
            audience: opened.audience.clone(),
            person: AccountPerson::of(&opened.person),
            roles: opened.roles.clone(),
            opened_at: opened.at,
        })),
        AccountEvent::Renamed(renamed) => {
            let person = AccountPerson::of(&renamed.person);
            Some(AccountTold::Renamed(AccountRenamed { account_id, person }))
        }
        AccountEvent::Verified(_) => Some(AccountTold::Verified(stepped)),
        AccountEvent::RolesSet(set) => {
            Some(AccountTold::RolesSet(AccountRolesSet { account_id, roles: set.roles.clone() }))
        }
        AccountEvent::Disabled(_) => Some(AccountTold::Disabled(stepped)),
        AccountEvent::Enabled(_) => Some(AccountTold::Enabled(stepped)),
        _ => None,
    }
}

fn of_session(event: &SessionEvent, about: &About) -> Option<SessionTold> {
    let session_id = about.id;
    match event {
        SessionEvent::Began(began) => Some(SessionTold::Began(SessionBegan {
            session_id,
            account_id: began.account.uuid(),
            kind: began.kind,
            methods: began.methods.clone(),
            device: Theirs::from(&began.device),
            provider_id: began.provider.map(ProviderId::uuid),
            expires_at: began.expires_at,
        })),
        SessionEvent::Ended(ended) => {
            Some(SessionTold::Ended(SessionEnded { session_id, because: ended.because }))
        }
        SessionEvent::Proven(_) | SessionEvent::Refreshed(_) => None,
    }
}

impl AccountPerson {
    /// Without what their address is found by.
    fn of(person: &Personal<Person>) -> Theirs<Self> {
        let known = person.reveal().map(|person| (person.name.clone(), person.email.clone()));
        Theirs(known.map(|(name, email)| Self { name, email }))
    }
}

const SESSION: Uuid = uuid!("01934b10-3e4f-7051-a6b7-c8d9e0f1a220");

fn ada() -> Theirs<AccountPerson> {
    Theirs(Some(AccountPerson { name: "Ada Lovelace".into(), email: "ada@example.com".into() }))
}

impl Example for AccountOpened {
    fn example() -> Self {
        let (audience, roles) = ("customer".into(), Vec::new());
        Self { account_id: ADA, audience, person: ada(), roles, opened_at: THEN }
    }
}

impl Example for AccountRenamed {
    fn example() -> Self {
        Self { account_id: ADA, person: ada() }
    }
}

impl Example for AccountStepped {
    fn example() -> Self {
        Self { account_id: ADA }
    }
}

impl Example for AccountRolesSet {
    fn example() -> Self {
        Self { account_id: ADA, roles: vec!["order-manager".into()] }
    }
}

impl Example for SessionBegan {
    fn example() -> Self {
        Self {
            session_id: SESSION,
            account_id: ADA,
            kind: Kind::Browser,
            methods: vec!["pwd".into(), "otp".into()],
            device: Theirs(Some("Firefox".into())),
            provider_id: None,
            expires_at: THEN,
        }
    }
}

impl Example for SessionEnded {
    fn example() -> Self {
        Self { session_id: SESSION, because: Because::SignedOut }
    }
}
