//! Reads the providers of a shop.

use std::borrow::Cow;

use kernel::{Arg, args, boxed};
use serde::Serialize;
use store::{Failure, Reading, Row, Tenant};
use utoipa::ToSchema;

use crate::providers::provider::{Definition, Secrets};
use crate::{PaymentId, ProviderId};

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
#[boxed]
pub async fn providers(tenant: &Tenant) -> Result<Vec<ProviderRow>, Failure> {
    let mut reading = ProvidersReading::default();
    tenant.read_together(&mut [&mut reading]).await?;
    Ok(reading.rows)
}

/// Reads the providers of a shop, the oldest first.
#[derive(Default)]
pub struct ProvidersReading {
    pub rows: Vec<ProviderRow>,
}

impl Reading for ProvidersReading {
    fn statements(&self) -> Vec<(Cow<'static, str>, Vec<Arg>)> {
        vec![(format!("{PROVIDERS} where removed_at is null order by id limit 50").into(), Vec::new())]
    }

    fn take(&mut self, _: usize, row: &Row<'_>) -> Result<(), Failure> {
        self.rows.push(as_provider(row)?);
        Ok(())
    }
}

/// Reads the provider of a payment: also one that was removed, for what it was asked before is still asked after.
pub struct ProviderReading {
    payment: PaymentId,
    pub row: Option<ProviderRow>,
}

impl ProviderReading {
    pub fn of(payment: PaymentId) -> Self {
        Self { payment, row: None }
    }
}

impl Reading for ProviderReading {
    fn statements(&self) -> Vec<(Cow<'static, str>, Vec<Arg>)> {
        let sql = format!("{PROVIDERS} where id = (select provider_id from payments where id = $1)");
        vec![(sql.into(), args![self.payment])]
    }

    fn take(&mut self, _: usize, row: &Row<'_>) -> Result<(), Failure> {
        self.row = Some(as_provider(row)?);
        Ok(())
    }
}

/// Also one that was removed: what it was asked before is still asked after.
#[boxed]
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
