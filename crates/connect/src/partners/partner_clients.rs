//! Makes the clients of partners: with their secrets opened, within limits, and with their health noted.

use std::sync::Arc;
use std::time::Duration;

use kernel::Problem;
use kernel::boxed;
use orders::tax_engine::Tax;
use outbound::{Outbound, OutboundError, Policy};
use store::Tenant;
use zeroize::Zeroizing;

use crate::clients::carrier::{Carrier, Rate};
use crate::clients::erp::{Erp, NAMESPACE};
use crate::clients::rest::{Rest, RestCarrier};
use crate::clients::soap::{Endpoint, Version};
use crate::clients::soap_security::Login;
use crate::clients::tax_engine::RestTaxes;
use crate::clients::xml;
use crate::partners::answer_cache::{AnswerCache, Bounds};
use crate::partners::health::{self, Health};
use crate::partners::queries::PartnerRow;
use crate::{Kind, PartnerError};

const SEALED_AS: &str = "partner";

/// After so many failures in a row a partner rests so long.
const FAILURES: u32 = 3;
const REST: Duration = Duration::from_secs(15);

/// A person waits for the price of a delivery and for its taxes, with everything that is tried in between.
const CARRIER_WITHIN: Duration = Duration::from_secs(2);
/// Nobody waits for an ERP.
const ERP_WITHIN: Duration = Duration::from_secs(10);

/// Each cart has a question for each of a shop's carriers.
const RATE_QUESTIONS_A_MINUTE: u32 = 3_000;

/// More carts than a shop's people change in a minute; tax engines are paid by the question.
const TAX_QUESTIONS_A_MINUTE: u32 = 600;

/// Cheap to clone; all clones share their connections and what they remember.
#[derive(Clone)]
pub struct Partners(Arc<Inner>);

struct Inner {
    carriers: Outbound,
    erps: Outbound,
    rates: AnswerCache<Rate>,
    taxes: AnswerCache<Tax>,
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
        let rates = AnswerCache::new(Bounds::asking(RATE_QUESTIONS_A_MINUTE));
        let taxes = AnswerCache::new(Bounds::asking(TAX_QUESTIONS_A_MINUTE));
        Ok(Self(Arc::new(Inner { carriers, erps, rates, taxes })))
    }

    /// What can be said of an address while it is typed.
    pub fn check_address(&self, address: &str) -> Result<(), OutboundError> {
        self.0.carriers.check(address).map(|_| ())
    }

    pub fn rate_answers(&self) -> &AnswerCache<Rate> {
        &self.0.rates
    }

    pub fn tax_answers(&self) -> &AnswerCache<Tax> {
        &self.0.taxes
    }

    pub async fn carrier(&self, tenant: &Tenant, row: &PartnerRow) -> Result<impl Carrier + use<>, Problem> {
        Ok(RestCarrier(self.rest(tenant, row).await?))
    }

    #[boxed]
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

    #[boxed]
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

    /// How the partner is, and whether it is asked at this moment.
    pub fn health(&self, tenant: &Tenant, row: &PartnerRow) -> Health {
        let outbound = match row.definition.kind {
            Kind::ErpSoap => &self.0.erps,
            Kind::ShippingRest | Kind::TaxRest => &self.0.carriers,
        };
        health::health(tenant, row.id, outbound.rest(&row.definition.address))
    }

    /// Asks the partner whether it works, and remembers how that went.
    #[boxed]
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
        health::note(tenant, row.id, &went);
        Ok(went)
    }
}

async fn secret(tenant: &Tenant, row: &PartnerRow) -> Result<Option<Zeroizing<String>>, Problem> {
    let Some(sealed) = &row.secret else { return Ok(None) };
    let opened = tenant.keys().await?.open_secret(SEALED_AS, sealed);
    let text = opened.and_then(|secret| String::from_utf8(secret.to_vec()).ok());
    text.map(|text| Some(Zeroizing::new(text))).ok_or_else(Problem::bug)
}

#[boxed]
pub async fn seal(tenant: &Tenant, secret: &str) -> Result<String, Problem> {
    Ok(tenant.keys().await?.seal_secret(SEALED_AS, secret.as_bytes()))
}
