//! Reads passkeys.

use kernel::Timestamp;
use kernel::boxed;
use serde::Serialize;
use store::{Failure, Row, Select, Tenant};
use utoipa::ToSchema;

use crate::{AccountId, PasskeyId};

/// A passkey.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PasskeyView {
    #[schema(value_type = Uuid)]
    pub id: PasskeyId,
    pub name: String,
    #[schema(value_type = String, format = DateTime)]
    pub added_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub used_at: Option<Timestamp>,
    #[serde(skip)]
    pub record: String,
    #[serde(skip)]
    pub account: Option<AccountId>,
}

const PASSKEY: &str = "select id, name, added_at, used_at, record, account_id from passkeys";

#[boxed]
pub async fn passkeys(tenant: &Tenant, account: AccountId) -> Result<Vec<PasskeyView>, Failure> {
    let select = Select::new(PASSKEY).and("account_id = ?", account).page("id", 20);
    let (sql, args) = select.statement();
    tenant.rows(&sql, args, as_passkey).await
}

#[boxed]
pub async fn passkey_of(tenant: &Tenant, credential: &[u8]) -> Result<Option<PasskeyView>, Failure> {
    let (sql, args) = Select::new(PASSKEY).and("credential = ?", credential.to_vec()).statement();
    tenant.row(&sql, args, as_passkey).await
}

fn as_passkey(row: &Row<'_>) -> Result<PasskeyView, Failure> {
    Ok(PasskeyView {
        id: PasskeyId(row.get(0)?),
        name: row.get(1)?,
        added_at: row.get(2)?,
        used_at: row.get(3)?,
        record: row.get(4)?,
        account: Some(AccountId(row.get(5)?)),
    })
}
