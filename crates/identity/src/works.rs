//! The units of work of identity. None of their replies holds anything that signs somebody in: whoever asked gets that
//! from the handler, once, and it is kept nowhere.

use std::time::Duration;

use credentials::Fingerprint;
use kernel::{Personal, SubjectId, Timestamp};
use serde::Serialize;
use store::{Reply, Work};
use uuid::Uuid;

use crate::account::{
    Account, AddApp, AddPasskey, ConfirmApp, Disable, Enable, Enter, MakeRecoveryCodes, Open, PasskeyAdded,
    Person, RemoveApp, RemovePasskey, Rename, SetPassword, SetRoles, UseCode, UsePasskey, Want,
};
use crate::claim::{self, Address, GiveUp, Take};
use crate::letters::Letter;
use crate::role::{self, Define, Definition, Remove, Role};
use crate::service::{Deprecate, Made, Make, Restrict, Revoke, ServiceKey};
use crate::session::{Because, Began, Begin, End, Kind, Prove, Refresh, Session};
use crate::wording::Language;
use crate::{AccountId, PasskeyId, Refusal, ServiceKeyId, SessionId};

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
    let address = claim::id(new.audience, index);
    Work::over::<Account>([new.id]).and::<Address>([address]).about([subject]).decide(move |desk| {
        let NewAccount { id, audience, name, email, roles, letter } = new.clone();
        desk.ask::<Address, _>(address, &Take(id))?;
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

pub fn give_up(addresses: Vec<Uuid>) -> Work {
    Work::over::<Address>(addresses.iter().copied()).decide(move |desk| {
        for address in &addresses {
            desk.ask::<Address, _>(*address, &GiveUp)?;
        }
        Ok(Reply::default())
    })
}

pub fn want(id: AccountId, letter: Letter, language: Language) -> Work {
    account(id, move |desk| desk.ask::<Account, _>(id, &Want { letter, language }))
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

/// How somebody proves who they are, besides what the handler has checked already.
#[derive(Debug, Clone)]
pub enum Proof {
    /// The password of this round was right.
    Password {
        round: i64,
    },
    /// And this code was typed after it.
    Code {
        round: i64,
        typed: String,
    },
    Passkey {
        id: PasskeyId,
        record: String,
        challenge: String,
        until: Timestamp,
    },
}

impl Proof {
    /// By their names in RFC 8176.
    pub fn methods(&self) -> Vec<String> {
        let methods: &[&str] = match self {
            Self::Password { .. } => &["pwd"],
            Self::Code { .. } => &["pwd", "otp", "mfa"],
            Self::Passkey { .. } => &["hwk", "user", "mfa"],
        };
        methods.iter().map(|method| (*method).to_owned()).collect()
    }

    fn take(&self, desk: &mut store::Desk<'_>, id: AccountId) -> Result<(), kernel::Problem> {
        match self {
            Self::Password { round } => {
                desk.ask::<Account, _>(id, &Enter { round: *round })?;
                // The app was added after the password had been looked at.
                if desk.get::<Account>(id)?.has_app() {
                    return Err(Refusal::TicketUsed.into());
                }
                Ok(())
            }
            Self::Code { round, typed } => {
                desk.ask::<Account, _>(id, &Enter { round: *round })?;
                desk.ask::<Account, _>(id, &UseCode { typed })
            }
            Self::Passkey { id: passkey, record, challenge, until } => {
                let record = Personal::new(SubjectId(id.uuid()), record.clone());
                let (challenge, until) = (challenge.clone(), *until);
                desk.ask::<Account, _>(id, &UsePasskey { id: *passkey, record, challenge, until })
            }
        }
    }
}

/// A session that is to begin.
#[derive(Debug, Clone)]
pub struct NewSession {
    pub id: SessionId,
    pub account: AccountId,
    pub kind: Kind,
    pub device: String,
    pub lasts: Duration,
}

/// Takes the proof and begins a session, or does neither.
pub fn enter(new: NewSession, proof: Proof) -> Work {
    let subject = SubjectId(new.account.uuid());
    Work::over::<Account>([new.account]).and::<Session>([new.id]).about([subject]).decide(move |desk| {
        desk.get::<Account>(new.account)?;
        proof.take(desk, new.account)?;
        let at = desk.now();
        let began = Began {
            account: new.account,
            kind: new.kind,
            methods: proof.methods(),
            device: Personal::new(subject, new.device.clone()),
            provider: None,
            at,
            expires_at: at.plus(new.lasts),
        };
        desk.ask::<Session, _>(new.id, &Begin(began))?;
        Ok(Reply::default())
    })
}

/// The owner of a session proves once more who they are.
pub fn prove(session: SessionId, id: AccountId, proof: Proof) -> Work {
    let subject = SubjectId(id.uuid());
    Work::over::<Account>([id]).and::<Session>([session]).about([subject]).decide(move |desk| {
        proof.take(desk, id)?;
        desk.ask::<Session, _>(session, &Prove { methods: proof.methods() })?;
        Ok(Reply::nothing())
    })
}

/// Exchanges a refresh token. The version of the reply is the generation that comes next, or 0 when the token had been
/// exchanged before and the session ended for it.
pub fn refresh(session: SessionId, generation: i64) -> Work {
    Work::over::<Session>([session]).decide(move |desk| {
        if desk.find::<Session>(session).is_none() {
            return Err(Refusal::RefreshRefused.into());
        }
        desk.ask::<Session, _>(session, &Refresh { generation })?;
        let session = desk.get::<Session>(session)?;
        Ok(Reply::default().version(if session.ended { 0 } else { session.generation }))
    })
}

pub fn end(sessions: Vec<SessionId>, because: Because) -> Work {
    Work::over::<Session>(sessions.iter().copied()).decide(move |desk| {
        for session in &sessions {
            desk.ask::<Session, _>(*session, &End(because))?;
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

/// A passkey that was made, and the challenge that was answered by making it.
#[derive(Debug, Clone)]
pub struct NewPasskey {
    pub id: PasskeyId,
    pub name: String,
    pub record: String,
    pub credential: Vec<u8>,
    pub challenge: String,
    pub until: Timestamp,
}

pub fn add_passkey(id: AccountId, new: NewPasskey) -> Work {
    let subject = SubjectId(id.uuid());
    account(id, move |desk| {
        let NewPasskey { id: passkey, name, record, credential, challenge, until } = new.clone();
        let added = PasskeyAdded {
            id: passkey,
            record: Personal::new(subject, record),
            credential: Personal::new(subject, credential),
            name: Personal::new(subject, name),
            challenge,
            until,
            at: desk.now(),
        };
        desk.ask::<Account, _>(id, &AddPasskey(added))
    })
}

pub fn remove_passkey(id: AccountId, passkey: PasskeyId) -> Work {
    account(id, move |desk| desk.ask::<Account, _>(id, &RemovePasskey(passkey)))
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

pub fn define_role(definition: Definition, seen: Option<i64>) -> Work {
    let id = role::id(&definition.name);
    Work::over::<Role>([id]).decide(move |desk| {
        desk.expect_version::<Role>(id, seen)?;
        desk.ask::<Role, _>(id, &Define(definition.clone()))?;
        Ok(Reply::json(200, &definition).version(desk.version::<Role>(id)))
    })
}

pub fn remove_role(name: &str) -> Work {
    let id = role::id(name);
    Work::over::<Role>([id]).decide(move |desk| {
        desk.ask::<Role, _>(id, &Remove)?;
        Ok(Reply::nothing())
    })
}

/// Makes a service's key; the one in whose place it comes works on until a moment.
pub fn make_service(id: ServiceKeyId, made: Made, instead_of: Option<(ServiceKeyId, Timestamp)>) -> Work {
    let old = instead_of.map(|(old, _)| old);
    Work::over::<ServiceKey>(std::iter::once(id).chain(old)).decide(move |desk| {
        desk.ask::<ServiceKey, _>(id, &Make(made.clone()))?;
        if let Some((old, until)) = instead_of {
            desk.ask::<ServiceKey, _>(old, &Deprecate { until })?;
        }
        Ok(Reply::nothing())
    })
}

pub fn revoke_service(id: ServiceKeyId) -> Work {
    Work::over::<ServiceKey>([id]).decide(move |desk| {
        desk.ask::<ServiceKey, _>(id, &Revoke)?;
        Ok(Reply::nothing())
    })
}

/// Lets a service's key ask so often in a minute; as often as all services when that is left out.
pub fn limit_service(id: ServiceKeyId, limit: Option<u32>) -> Work {
    Work::over::<ServiceKey>([id]).decide(move |desk| {
        desk.ask::<ServiceKey, _>(id, &Restrict { limit })?;
        Ok(Reply::nothing())
    })
}

/// A work on one account that is there, and says no more than that it was done.
fn account(
    id: AccountId,
    work: impl Fn(&mut store::Desk<'_>) -> Result<(), kernel::Problem> + Send + Sync + 'static,
) -> Work {
    Work::over::<Account>([id]).about([SubjectId(id.uuid())]).decide(move |desk| {
        desk.get::<Account>(id)?;
        work(desk)?;
        Ok(Reply::nothing().version(desk.version::<Account>(id)))
    })
}
