//! Reads accounts.

use kernel::Timestamp;
use kernel::boxed;
use serde::Serialize;
use store::{Failure, Row, Select, Tenant};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::AccountId;
use crate::words::words;

/// An account, as those who look after accounts see it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AccountView {
    #[schema(value_type = Uuid)]
    pub id: AccountId,
    /// staff, customer or operator.
    pub audience: String,
    pub name: String,
    pub email: String,
    pub roles: Vec<String>,
    /// Whether its address was shown to be theirs.
    pub verified: bool,
    pub has_password: bool,
    /// Whether signing in takes a code of the moment, too.
    pub has_app: bool,
    pub recovery_codes_left: i64,
    #[schema(value_type = String, format = DateTime)]
    pub opened_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disabled_at: Option<Timestamp>,
    pub version: i64,
    #[serde(skip)]
    pub verified_at: Option<Timestamp>,
    #[serde(skip)]
    pub password: Option<String>,
    #[serde(skip)]
    pub password_round: i64,
}

const ACCOUNT: &str = "select id, audience, name, email, roles, verified_at, app_since, recovery_left, opened_at, disabled_at, version, password, password_round from accounts";

#[boxed]
pub async fn account(tenant: &Tenant, id: AccountId) -> Result<Option<AccountView>, Failure> {
    let (sql, args) = Select::new(ACCOUNT).and("id = ?", id).statement();
    tenant.row(&sql, args, as_account).await
}

/// The account of an e-mail address among those of an audience.
#[boxed]
pub async fn account_of(
    tenant: &Tenant,
    audience: &str,
    email: &str,
) -> Result<Option<AccountView>, Failure> {
    let index = tenant.keys().await?.blind("email", email);
    let select = Select::new(ACCOUNT).and("email_index = ?", index).and("audience = ?", audience.to_owned());
    let (sql, args) = select.statement();
    tenant.row(&sql, args, as_account).await
}

/// Accounts, newest first, from below an id.
#[boxed]
pub async fn accounts(
    tenant: &Tenant,
    audience: &str,
    email: Option<&str>,
    below: Uuid,
    rows: usize,
) -> Result<Vec<AccountView>, Failure> {
    let keys = tenant.keys().await?;
    let (sql, args) = Select::new(ACCOUNT)
        .and("audience = ?", audience.to_owned())
        .and("id < ?", below)
        .maybe("email_index = ?", email.map(|email| keys.blind("email", email)))
        .page("id desc", rows)
        .statement();
    tenant.rows(&sql, args, as_account).await
}

fn as_account(row: &Row<'_>) -> Result<AccountView, Failure> {
    let password: Option<String> = row.get(11)?;
    let verified_at: Option<Timestamp> = row.get(5)?;
    Ok(AccountView {
        id: AccountId(row.get(0)?),
        audience: row.get(1)?,
        name: row.get(2)?,
        email: row.get(3)?,
        roles: words(&row.get::<String>(4)?),
        verified: verified_at.is_some(),
        verified_at,
        has_password: password.is_some(),
        has_app: row.get::<Option<Timestamp>>(6)?.is_some(),
        recovery_codes_left: row.get(7)?,
        opened_at: row.get(8)?,
        disabled_at: row.get(9)?,
        version: row.get(10)?,
        password,
        password_round: row.get(12)?,
    })
}
