//! Reads providers, and the accounts at them that are linked to ours.

use kernel::{Timestamp, args, boxed};
use serde::Serialize;
use store::{Failure, Row, Tenant};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::providers::provider::Definition;
use crate::{AccountId, ProviderId};

/// A provider. Its secret is never shown.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = SignInProviderView)]
pub struct ProviderView {
    #[schema(value_type = Uuid)]
    pub id: ProviderId,
    #[serde(flatten)]
    #[schema(inline)]
    pub definition: Definition,
    pub has_secret: bool,
    pub version: i64,
}

pub struct ProviderRow {
    pub view: ProviderView,
    pub secret: Option<String>,
}

/// An account at a provider with which one signs in here.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OutsiderView {
    pub id: Uuid,
    #[schema(value_type = Uuid)]
    pub provider: ProviderId,
    #[schema(value_type = String, format = DateTime)]
    pub linked_at: Timestamp,
}

const PROVIDERS: &str = "select id, version, definition, secret from providers";

/// A shop has a handful.
#[boxed]
pub async fn providers(tenant: &Tenant) -> Result<Vec<ProviderRow>, Failure> {
    let sql = format!("{PROVIDERS} where removed_at is null order by id limit 50");
    tenant.rows(&sql, Vec::new(), as_provider).await
}

#[boxed]
pub async fn provider(tenant: &Tenant, id: ProviderId) -> Result<Option<ProviderRow>, Failure> {
    let sql = format!("{PROVIDERS} where id = $1 and removed_at is null");
    tenant.row(&sql, args![id], as_provider).await
}

fn as_provider(row: &Row<'_>) -> Result<ProviderRow, Failure> {
    let secret: Option<String> = row.get(3)?;
    let definition: String = row.get(2)?;
    let definition = serde_json::from_str(&definition)
        .map_err(|error| Failure::Bug(format!("a provider cannot be read: {error}")))?;
    let (id, version) = (ProviderId(row.get(0)?), row.get(1)?);
    Ok(ProviderRow { view: ProviderView { id, definition, has_secret: secret.is_some(), version }, secret })
}

#[boxed]
pub async fn account_of_outsider(tenant: &Tenant, outsider: Uuid) -> Result<Option<AccountId>, Failure> {
    let sql = "select account_id from outsiders where id = $1";
    tenant.row(sql, args![outsider], |row| Ok(AccountId(row.get(0)?))).await
}

#[boxed]
pub async fn outsiders(tenant: &Tenant, account: Uuid) -> Result<Vec<OutsiderView>, Failure> {
    let sql = "select id, provider_id, linked_at from outsiders where account_id = $1 order by id limit 50";
    tenant
        .rows(sql, args![account], |row| {
            Ok(OutsiderView { id: row.get(0)?, provider: ProviderId(row.get(1)?), linked_at: row.get(2)? })
        })
        .await
}
