//! The units of work of accounts. No reply holds anything that signs somebody in: whoever asked gets that from the
//! handler, once, and it is stored nowhere.

use credentials::Fingerprint;
use kernel::reservation::{GiveUp, Take};
use kernel::{Personal, SubjectId};
use serde::Serialize;
use store::{Reply, Work};
use uuid::Uuid;

use crate::accounts::account::{
    Account, AddApp, ConfirmApp, Disable, Enable, MakeRecoveryCodes, Open, RemoveApp, Rename, SetPassword,
    SetRoles, Want,
};
use crate::accounts::address::{self, Address};
use crate::accounts::letter::{Language, Letter};
use crate::accounts::person::Person;
use crate::sessions::session::{Because, End, Session};
use crate::{AccountId, Refusal, SessionId};

/// A new account.
#[derive(Debug, Clone)]
pub struct NewAccount {
    pub id: AccountId,
    pub audience: &'static str,
    pub name: String,
    pub email: String,
    pub roles: Vec<String>,
    pub letter: Option<(Letter, Language)>,
}

/// Opens an account, takes its address, and has its owner written to.
pub fn open(new: NewAccount, index: Uuid) -> Work {
    let subject = SubjectId(new.id.uuid());
    let address = address::id(new.audience, index);
    Work::over::<Account>([new.id]).and::<Address>([address]).about([subject]).decide(move |desk| {
        let NewAccount { id, audience, name, email, roles, letter } = new.clone();
        desk.ask::<Address, _>(address, &Take { by: id, or: |_| Refusal::AddressTaken })?;
        let person = Personal::new(subject, Person { name, email, email_index: Some(index) });
        desk.ask::<Account, _>(id, &Open { audience, person, roles })?;
        if let Some((letter, language)) = letter {
            desk.ask::<Account, _>(id, &Want { letter, language })?;
        }
        made(id, desk.version::<Account>(id))
    })
}

fn made(id: AccountId, version: i64) -> Result<Reply, kernel::Problem> {
    #[derive(Serialize)]
    struct Made {
        id: AccountId,
    }
    let location = format!("/api/v1/accounts/{id}");
    Ok(Reply::json(201, &Made { id }).version(version).location(location))
}

pub fn give_up(id: AccountId, addresses: Vec<Uuid>) -> Work {
    Work::over::<Address>(addresses.iter().copied()).decide(move |desk| {
        for address in &addresses {
            desk.ask::<Address, _>(*address, &GiveUp(id))?;
        }
        Ok(Reply::default())
    })
}

pub fn want(id: AccountId, letter: Letter, language: Language) -> Work {
    let want = Want { letter, language };
    account(id, move |desk| desk.ask::<Account, _>(id, &want))
}

pub fn rename(id: AccountId, name: String) -> Work {
    let subject = SubjectId(id.uuid());
    account(id, move |desk| {
        let known = desk.get::<Account>(id)?.person.clone();
        let Some(person) = known.as_ref().and_then(Personal::reveal) else { return Ok(()) };
        let person = Person { name: name.clone(), ..person.clone() };
        desk.ask::<Account, _>(id, &Rename(Personal::new(subject, person)))
    })
}

/// Sets a password; the `others` of the account's sessions end, for whoever knew the old one may have begun it.
pub fn set_password(
    id: AccountId,
    hash: String,
    round: i64,
    by_letter: bool,
    others: Vec<SessionId>,
) -> Work {
    let subject = SubjectId(id.uuid());
    Work::over::<Account>([id]).and::<Session>(others.iter().copied()).about([subject]).decide(move |desk| {
        let hash = Personal::new(subject, hash.clone());
        desk.ask::<Account, _>(id, &SetPassword { hash, round, by_letter })?;
        for session in &others {
            desk.ask::<Session, _>(*session, &End(Because::PasswordSet))?;
        }
        Ok(Reply::nothing())
    })
}

pub fn add_app(id: AccountId, secret: Vec<u8>) -> Work {
    let subject = SubjectId(id.uuid());
    account(id, move |desk| desk.ask::<Account, _>(id, &AddApp(Personal::new(subject, secret.clone()))))
}

pub fn confirm_app(id: AccountId, code: String, recovery: Vec<Fingerprint>) -> Work {
    let subject = SubjectId(id.uuid());
    account(id, move |desk| {
        let recovery = Personal::new(subject, recovery.clone());
        desk.ask::<Account, _>(id, &ConfirmApp { code: &code, recovery })
    })
}

pub fn remove_app(id: AccountId) -> Work {
    account(id, move |desk| desk.ask::<Account, _>(id, &RemoveApp))
}

pub fn make_recovery_codes(id: AccountId, codes: Vec<Fingerprint>) -> Work {
    let subject = SubjectId(id.uuid());
    account(id, move |desk| {
        desk.ask::<Account, _>(id, &MakeRecoveryCodes(Personal::new(subject, codes.clone())))
    })
}

pub fn set_roles(id: AccountId, roles: Vec<String>, seen: Option<i64>) -> Work {
    account(id, move |desk| {
        desk.expect_version::<Account>(id, seen)?;
        desk.ask::<Account, _>(id, &SetRoles(roles.clone()))
    })
}

/// Closes an account, and ends its sessions.
pub fn disable(id: AccountId, sessions: Vec<SessionId>) -> Work {
    Work::over::<Account>([id]).and::<Session>(sessions.iter().copied()).decide(move |desk| {
        desk.ask::<Account, _>(id, &Disable)?;
        for session in &sessions {
            desk.ask::<Session, _>(*session, &End(Because::RevokedByStaff))?;
        }
        Ok(Reply::nothing().version(desk.version::<Account>(id)))
    })
}

pub fn enable(id: AccountId) -> Work {
    account(id, move |desk| desk.ask::<Account, _>(id, &Enable))
}

/// A work on one account that is there, and says no more than that it was done.
pub(crate) fn account(
    id: AccountId,
    work: impl Fn(&mut store::Desk<'_>) -> Result<(), kernel::Problem> + Send + Sync + 'static,
) -> Work {
    Work::over::<Account>([id]).about([SubjectId(id.uuid())]).decide(move |desk| {
        desk.get::<Account>(id)?;
        work(desk)?;
        Ok(Reply::nothing().version(desk.version::<Account>(id)))
    })
}
