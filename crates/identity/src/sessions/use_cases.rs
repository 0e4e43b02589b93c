//! The units of work of sessions that exist. How one begins is in `sign_in`.

use std::time::Duration;

use store::{Reply, Work};

use crate::sessions::session::{Because, End, Kind, Refresh, Session};
use crate::{AccountId, Refusal, SessionId};

/// A session that is to begin.
#[derive(Debug, Clone)]
pub struct NewSession {
    pub id: SessionId,
    pub account: AccountId,
    pub kind: Kind,
    pub device: String,
    pub lasts: Duration,
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
