//! The units of work of a sign-in: the proof is used up and the session begins, or neither.

use kernel::{Personal, SubjectId, Timestamp};
use store::{Reply, Work};

use crate::accounts::account::{Account, Enter, UseCode, UsePasskey};
use crate::sessions::session::{Began, Begin, Prove, Session};
use crate::sessions::use_cases::NewSession;
use crate::{AccountId, PasskeyId, Refusal, SessionId};

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
