//! Reads sessions.

use kernel::{Timestamp, args, boxed};
use serde::Serialize;
use store::{Failure, Tenant};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::sessions::session;
use crate::words::words;
use crate::{AccountId, ProviderId, SessionId};

/// A session.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SessionView {
    #[schema(value_type = Uuid)]
    pub id: SessionId,
    pub kind: session::Kind,
    /// What the browser or program calls itself.
    pub device: String,
    /// How its owner proved who they are: pwd, otp, hwk; outside, at a provider.
    pub methods: Vec<String>,
    /// The provider at which they signed in.
    #[schema(value_type = Option<Uuid>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<ProviderId>,
    #[schema(value_type = String, format = DateTime)]
    pub opened_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub proven_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub seen_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
    /// Whether it is the one that asks.
    pub current: bool,
}

/// The newest two hundred sessions of an account that go on.
#[boxed]
pub async fn sessions(
    tenant: &Tenant,
    account: AccountId,
    current: Option<Uuid>,
    now: Timestamp,
) -> Result<Vec<SessionView>, Failure> {
    let sql = "select id, kind, device, methods, opened_at, proven_at, seen_at, expires_at, provider_id from sessions where account_id = $1 and ended_at is null and expires_at > $2 order by id desc limit 200";
    tenant
        .rows(sql, args![account, now], |row| {
            let id: Uuid = row.get(0)?;
            Ok(SessionView {
                id: SessionId(id),
                kind: row.word(1)?,
                device: row.get(2)?,
                methods: words(&row.get::<String>(3)?),
                opened_at: row.get(4)?,
                proven_at: row.get(5)?,
                seen_at: row.get(6)?,
                expires_at: row.get(7)?,
                provider: row.get::<Option<Uuid>>(8)?.map(ProviderId),
                current: current == Some(id),
            })
        })
        .await
}

/// All of them by their ids, for whoever ends them: one that was left out would go on.
#[boxed]
pub async fn session_ids(
    tenant: &Tenant,
    account: AccountId,
    now: Timestamp,
) -> Result<Vec<SessionId>, Failure> {
    let sql = "select id from sessions where account_id = $1 and ended_at is null and expires_at > $2";
    tenant.rows(sql, args![account, now], |row| row.get(0).map(SessionId)).await
}

/// Who a session lets in, while it goes on and its account is open.
pub struct Holder {
    pub account: AccountId,
    pub audience: String,
    pub roles: Vec<String>,
    pub proven_at: Timestamp,
}

#[boxed]
pub async fn holder(tenant: &Tenant, session: SessionId, now: Timestamp) -> Result<Option<Holder>, Failure> {
    let sql = "select a.id, a.audience, a.roles, s.proven_at from sessions s join accounts a on a.id = s.account_id where s.id = $1 and s.ended_at is null and s.expires_at > $2 and a.disabled_at is null";
    tenant
        .row(sql, args![session, now], |row| {
            Ok(Holder {
                account: AccountId(row.get(0)?),
                audience: row.get(1)?,
                roles: words(&row.get::<String>(2)?),
                proven_at: row.get(3)?,
            })
        })
        .await
}
