//! How partners are asked: with their secrets opened, within limits, and with what was seen of them written down.

use std::sync::Arc;
use std::time::Duration;

use kernel::Problem;
use outbound::{Outbound, OutboundError, Policy};
use store::Tenant;
use zeroize::Zeroizing;

use crate::carrier::Carrier;
use crate::engine::RestTaxes;
use crate::erp::{Erp, NAMESPACE};
use crate::health::{FAILURES, REST};
use crate::queries::PartnerRow;
use crate::rest::{Rest, RestCarrier};
use crate::security::Login;
use crate::soap::{Endpoint, Version};
use crate::{Kind, PartnerError, health, rates, taxes, xml};

const SEALED_AS: &str = "partner";

/// A person waits for the price of a delivery and for its taxes, with everything that is tried in between.
const CARRIER_WITHIN: Duration = Duration::from_secs(2);
/// Nobody waits for an ERP.
const ERP_WITHIN: Duration = Duration::from_secs(10);

/// Cheap to clone; all clones share their connections and what they remember.
#[derive(Clone)]
pub struct Partners(Arc<Inner>);

struct Inner {
    carriers: Outbound,
    erps: Outbound,
    rates: rates::Answers,
    taxes: taxes::Answers,
}

impl Partners {
    /// `policy` says which private addresses may be asked.
    pub fn new(policy: Policy) -> Result<Self, OutboundError> {
        let policy = Policy { failures: FAILURES, rest: REST, ..policy };
        let carriers = Outbound::new(Policy {
            connect_timeout: Duration::from_secs(1),
            total_timeout: CARRIER_WITHIN,
            max_response_bytes: 256 * 1024,
            tries: 2,
            ..policy.clone()
        })?;
        let erps = Outbound::new(Policy {
            total_timeout: ERP_WITHIN,
            max_response_bytes: xml::MOST_BYTES,
            // A call is a POST; that it may arrive twice is known where it is made.
            tries: 1,
            // One call is tried several times.
            failures: FAILURES * 2,
            ..policy
        })?;
        Ok(Self(Arc::new(Inner { carriers, erps, rates: rates::answers(), taxes: taxes::answers() })))
    }

    /// What can be said of an address while it is typed.
    pub fn check_address(&self, address: &str) -> Result<(), OutboundError> {
        self.0.carriers.check(address).map(|_| ())
    }

    pub fn rate_answers(&self) -> &rates::Answers {
        &self.0.rates
    }

    pub fn tax_answers(&self) -> &taxes::Answers {
        &self.0.taxes
    }

    pub async fn carrier(&self, tenant: &Tenant, row: &PartnerRow) -> Result<impl Carrier + use<>, Problem> {
        Ok(RestCarrier(self.rest(tenant, row).await?))
    }

    pub async fn tax_engine(&self, tenant: &Tenant, row: &PartnerRow) -> Result<RestTaxes, Problem> {
        Ok(RestTaxes(self.rest(tenant, row).await?))
    }

    async fn rest(&self, tenant: &Tenant, row: &PartnerRow) -> Result<Rest, Problem> {
        let key = secret(tenant, row).await?;
        Ok(Rest {
            outbound: self.0.carriers.clone(),
            address: row.definition.address.clone(),
            key: key.map(|key| key.to_string()).unwrap_or_default(),
        })
    }

    pub async fn erp(&self, tenant: &Tenant, row: &PartnerRow) -> Result<Erp, Problem> {
        let options = &row.definition.options;
        let password = secret(tenant, row).await?.unwrap_or_default();
        let login = options.username.clone().map(|username| Login { username, password });
        let version =
            if options.soap_version.as_deref() == Some("1.2") { Version::V12 } else { Version::V11 };
        let endpoint = Endpoint {
            outbound: self.0.erps.clone(),
            address: row.definition.address.clone(),
            version,
            namespace: NAMESPACE,
            login,
        };
        Ok(Erp { endpoint, tickets: options.tickets, cell: tenant.cell().clone() })
    }

    /// Asks the partner whether it works, and remembers how that went.
    pub async fn check(
        &self,
        tenant: &Tenant,
        row: &PartnerRow,
    ) -> Result<Result<(), PartnerError>, Problem> {
        let went = match row.definition.kind {
            Kind::ShippingRest => self.carrier(tenant, row).await?.check().await,
            Kind::TaxRest => self.rest(tenant, row).await?.check().await,
            Kind::ErpSoap => self.erp(tenant, row).await?.check().await,
        };
        health::note(tenant.id(), row.id, &went, tenant.cell().now());
        Ok(went)
    }
}

async fn secret(tenant: &Tenant, row: &PartnerRow) -> Result<Option<Zeroizing<String>>, Problem> {
    let Some(sealed) = &row.secret else { return Ok(None) };
    let opened = tenant.keys().await?.open_secret(SEALED_AS, sealed);
    let text = opened.and_then(|secret| String::from_utf8(secret.to_vec()).ok());
    text.map(|text| Some(Zeroizing::new(text))).ok_or_else(Problem::bug)
}

pub async fn seal(tenant: &Tenant, secret: &str) -> Result<String, Problem> {
    Ok(tenant.keys().await?.seal_secret(SEALED_AS, secret.as_bytes()))
}
