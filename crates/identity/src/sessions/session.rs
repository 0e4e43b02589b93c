//! A session: from the moment its owner has proven who they are until it ends.

use std::time::Duration;

use kernel::{Aggregate, Decide, Personal, Timestamp};
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};
use utoipa::ToSchema;

use crate::{AccountId, ProviderId, Refusal};

/// Two requests of one program may exchange the same refresh token at once; for so long both get the same successor.
const TOGETHER: Duration = Duration::from_secs(10);

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    pub account: Option<AccountId>,
    pub generation: i64,
    refreshed_at: Option<Timestamp>,
    expires_at: Option<Timestamp>,
    pub ended: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SessionKind)]
#[derive(IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Kind {
    /// A cookie.
    Browser,
    /// An access token and a refresh token.
    Program,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SessionEndedBecause)]
#[derive(IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Because {
    SignedOut,
    /// From another session of the same account.
    Revoked,
    /// By somebody who looks after accounts.
    RevokedByStaff,
    PasswordSet,
    /// A refresh token came back that had been exchanged before: somebody else has a copy.
    TokenReused,
}

kernel::events! {
    pub enum SessionEvent {
        Began(Began) = ("session.began", 1),
        Proven(Proven) = ("session.proven", 1),
        Refreshed(Refreshed) = ("session.refreshed", 1),
        Ended(Ended) = ("session.ended", 1),
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Began {
    pub account: AccountId,
    pub kind: Kind,
    /// How they proved who they are (RFC 8176): `pwd`, `otp`, `hwk`; `outside` when a provider says so.
    pub methods: Vec<String>,
    /// What the browser or program calls itself.
    pub device: Personal<String>,
    /// Where they signed in, if it was not here.
    #[serde(default)]
    pub provider: Option<ProviderId>,
    pub at: Timestamp,
    pub expires_at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proven {
    pub methods: Vec<String>,
    pub at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refreshed {
    pub generation: i64,
    pub at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    pub because: Because,
    pub at: Timestamp,
}

impl Aggregate for Session {
    const KIND: &'static str = "session";
    type Event = SessionEvent;

    fn apply(&mut self, event: &SessionEvent) {
        match event {
            SessionEvent::Began(began) => {
                self.account = Some(began.account);
                self.expires_at = Some(began.expires_at);
            }
            SessionEvent::Proven(_) => {}
            SessionEvent::Refreshed(refreshed) => {
                self.generation = refreshed.generation;
                self.refreshed_at = Some(refreshed.at);
            }
            SessionEvent::Ended(_) => self.ended = true,
        }
    }
}

impl Session {
    fn goes_on(&self, now: Timestamp) -> Result<(), Refusal> {
        let lives = !self.ended && self.expires_at.is_some_and(|expires| now < expires);
        if lives { Ok(()) } else { Err(Refusal::SessionEnded) }
    }
}

pub struct Begin(pub Began);

impl Decide<Begin> for Session {
    type Refusal = Refusal;

    fn decide(&self, begin: &Begin, _: Timestamp) -> Result<Vec<SessionEvent>, Refusal> {
        match self.account {
            None => Ok(vec![begin.0.clone().into()]),
            Some(_) => Err(Refusal::SessionEnded),
        }
    }
}

/// Its owner has proven once more who they are.
pub struct Prove {
    pub methods: Vec<String>,
}

impl Decide<Prove> for Session {
    type Refusal = Refusal;

    fn decide(&self, prove: &Prove, now: Timestamp) -> Result<Vec<SessionEvent>, Refusal> {
        self.goes_on(now)?;
        Ok(vec![Proven { methods: prove.methods.clone(), at: now }.into()])
    }
}

/// Exchanges the refresh token of a generation. What comes of it is seen in the state afterwards: a session that has
/// ended was found out.
pub struct Refresh {
    pub generation: i64,
}

impl Decide<Refresh> for Session {
    type Refusal = Refusal;

    fn decide(&self, refresh: &Refresh, now: Timestamp) -> Result<Vec<SessionEvent>, Refusal> {
        self.goes_on(now)?;
        let again = refresh.generation + 1 == self.generation;
        match refresh.generation {
            generation if generation == self.generation => {
                Ok(vec![Refreshed { generation: generation + 1, at: now }.into()])
            }
            _ if again && self.refreshed_at.is_some_and(|at| now.since(at) <= TOGETHER) => Ok(Vec::new()),
            _ => Ok(vec![Ended { because: Because::TokenReused, at: now }.into()]),
        }
    }
}

pub struct End(pub Because);

impl Decide<End> for Session {
    type Refusal = Refusal;

    fn decide(&self, end: &End, now: Timestamp) -> Result<Vec<SessionEvent>, Refusal> {
        let over = self.ended || self.account.is_none();
        Ok(if over { Vec::new() } else { vec![Ended { because: end.0, at: now }.into()] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::SubjectId;
    use kernel::aggregate::given;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    fn began() -> SessionEvent {
        Began {
            account: AccountId::new(),
            kind: Kind::Program,
            methods: vec!["pwd".into()],
            device: Personal::new(SubjectId::new(), "curl".into()),
            provider: None,
            at: at(0),
            expires_at: at(1000),
        }
        .into()
    }

    fn refreshed(generation: i64, seconds: i64) -> SessionEvent {
        Refreshed { generation, at: at(seconds) }.into()
    }

    #[test]
    fn a_refresh_token_is_exchanged_for_the_next_generation() {
        let session = given::<Session>([began()]);
        assert_eq!(session.when(&Refresh { generation: 0 }, at(1)).unwrap(), [refreshed(1, 1)]);
    }

    #[test]
    fn two_requests_at_once_get_the_same_successor() {
        let session = given::<Session>([began(), refreshed(1, 5)]);
        assert_eq!(session.when(&Refresh { generation: 0 }, at(15)).unwrap(), []);
    }

    #[test]
    fn a_refresh_token_that_comes_back_later_ends_the_session() {
        let session = given::<Session>([began(), refreshed(1, 5)]);
        let ended = session.when(&Refresh { generation: 0 }, at(16)).unwrap();
        assert_eq!(ended, [Ended { because: Because::TokenReused, at: at(16) }.into()]);
        let older = given::<Session>([began(), refreshed(1, 5), refreshed(2, 6)]);
        assert_eq!(older.when(&Refresh { generation: 0 }, at(7)).unwrap().len(), 1);
    }

    #[test]
    fn what_has_ended_or_expired_is_not_refreshed() {
        let ended = given::<Session>([began(), Ended { because: Because::Revoked, at: at(3) }.into()]);
        assert_eq!(ended.when(&Refresh { generation: 0 }, at(4)).unwrap_err(), Refusal::SessionEnded);
        let old = given::<Session>([began()]);
        assert_eq!(old.when(&Refresh { generation: 0 }, at(1000)).unwrap_err(), Refusal::SessionEnded);
    }
}
