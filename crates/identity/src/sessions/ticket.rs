//! Texts that we hand out and recognise later: sessions, refresh tokens, and tickets for one step.
//!
//! Each carries its content and a MAC under the tenant's secret. Nothing of it is stored, so nothing that is stored
//! lets anybody in.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use kernel::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use store::TenantKeys;
use subtle::ConstantTimeEq;

use crate::{AccountId, SessionId};

const SESSION: &str = "gal_ses_";
const REFRESH: &str = "gal_ref_";
const TICKET: &str = "gal_tic_";

/// Bytes of the MAC: half an HMAC-SHA256 cannot be guessed, either.
const MARK: usize = 16;

/// What a ticket lets its holder do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Good {
    /// The second half of a sign-in: the password was right.
    Code { round: i64, kind: crate::sessions::session::Kind },
    /// Set a password. `round` is how many there had been: set once, the ticket is used up.
    Password { round: i64 },
    /// What a ceremony of a passkey goes on with.
    Passkey { state: String },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    pub good: Good,
    /// Nobody's for a ceremony that tells who it is only at its end.
    pub account: Option<AccountId>,
    pub until: Timestamp,
}

impl Ticket {
    pub fn write(&self, keys: &TenantKeys) -> String {
        write(TICKET, self, keys)
    }

    /// The ticket, if it is ours and not too old.
    pub fn read(text: &str, keys: &TenantKeys, now: Timestamp) -> Option<Self> {
        read::<Self>(TICKET, text, keys).filter(|ticket| now < ticket.until)
    }
}

/// What a browser's cookie holds.
pub fn write_session(session: SessionId, keys: &TenantKeys) -> String {
    write(SESSION, &session, keys)
}

pub fn read_session(text: &str, keys: &TenantKeys) -> Option<SessionId> {
    read(SESSION, text, keys)
}

/// The refresh token of one generation of a session.
pub fn write_refresh(session: SessionId, generation: i64, keys: &TenantKeys) -> String {
    write(REFRESH, &(session, generation), keys)
}

pub fn read_refresh(text: &str, keys: &TenantKeys) -> Option<(SessionId, i64)> {
    read(REFRESH, text, keys)
}

fn write(kind: &'static str, what: &impl Serialize, keys: &TenantKeys) -> String {
    let mut bytes = serde_json::to_vec(what).expect("tickets have string keys and no failing serializers");
    let mark = keys.mark(kind, &bytes);
    bytes.extend(&mark[..MARK]);
    format!("{kind}{}", BASE64.encode(bytes))
}

fn read<T: DeserializeOwned>(kind: &'static str, text: &str, keys: &TenantKeys) -> Option<T> {
    let bytes = BASE64.decode(text.strip_prefix(kind)?).ok()?;
    let (what, mark) = bytes.split_at_checked(bytes.len().checked_sub(MARK)?)?;
    let ours = keys.mark(kind, what);
    bool::from(ours[..MARK].ct_eq(mark)).then(|| serde_json::from_slice(what).ok())?
}
