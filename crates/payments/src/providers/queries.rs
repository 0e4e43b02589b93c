//! Reads the providers of a shop.

use kernel::args;
use serde::Serialize;
use store::{Failure, Row, Tenant};
use utoipa::ToSchema;

use crate::ProviderId;
use crate::providers::provider::{Definition, Secrets};

/// A provider that the shop has taken on. Its secrets are never shown.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = PaymentProviderView)]
pub struct ProviderView {
    #[schema(value_type = Uuid)]
    pub id: ProviderId,
    #[serde(flatten)]
    #[schema(inline)]
    pub definition: Definition,
    pub has_secret: bool,
    pub has_webhook_secret: bool,
    pub version: i64,
}

#[derive(Debug, Clone)]
pub struct ProviderRow {
    pub view: ProviderView,
    pub secrets: Secrets,
    pub removed: bool,
}

const PROVIDERS: &str =
    "select id, version, definition, secret, webhook_secret, removed_at from payment_providers";

/// A shop has a handful; the oldest comes first.
pub async fn providers(tenant: &Tenant) -> Result<Vec<ProviderRow>, Failure> {
    let sql = format!("{PROVIDERS} where removed_at is null order by id limit 50");
    tenant.rows(&sql, Vec::new(), as_provider).await
}

/// Also one that was removed: what it was asked before is still asked after.
pub async fn provider(tenant: &Tenant, id: ProviderId) -> Result<Option<ProviderRow>, Failure> {
    tenant.row(&format!("{PROVIDERS} where id = $1"), args![id], as_provider).await
}

fn as_provider(row: &Row<'_>) -> Result<ProviderRow, Failure> {
    let definition: String = row.get(2)?;
    let definition = serde_json::from_str(&definition)
        .map_err(|error| Failure::Bug(format!("a payment provider cannot be read: {error}")))?;
    let secrets = Secrets { key: row.get(3)?, webhook: row.get(4)? };
    let view = ProviderView {
        id: ProviderId(row.get(0)?),
        definition,
        has_secret: secrets.key.is_some(),
        has_webhook_secret: secrets.webhook.is_some(),
        version: row.get(1)?,
    };
    Ok(ProviderRow { view, secrets, removed: row.get::<Option<i64>>(5)?.is_some() })
}
