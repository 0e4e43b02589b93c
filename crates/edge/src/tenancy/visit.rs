//! A shop as its own pages see it. Pages are no operations: nothing is declared for them, so whoever visits one may do
//! there what the contexts let anybody do, and sees what is theirs once they have said who they are.

use axum::http::HeaderMap;
use axum::http::header::{HOST, IF_NONE_MATCH};
use axum::http::request::Parts;
use kernel::{CorrelationId, Problem, TenantId, boxed};

use super::admit::check_open;
use super::shop::Shop;
use crate::access::{Audience, Caller};
use crate::platform::Platform;
use crate::request::cookies::{Jar, SESSION};
use crate::request::same_site::refuse_other_sites;

impl Platform {
    /// The shop at whose address a page is asked for, before anybody has said who they are; `None` where there is no
    /// shop. A form that another site's page sent is refused.
    pub fn shop_at(&self, parts: &Parts) -> Result<Option<Shop>, Problem> {
        let record = self.record_at(&parts.uri, &parts.headers);
        let Some(record) = record.filter(|record| record.id != TenantId::CELL) else { return Ok(None) };
        refuse_other_sites(parts)?;
        check_open(&record, &parts.method)?;
        Ok(Some(Shop {
            tenant: self.cell().tenant(record.id),
            record,
            caller: Caller::anonymous(),
            permitted: false,
            correlation: CorrelationId::new(),
            now: self.cell().now(),
            if_none_match: parts.headers.get(IF_NONE_MATCH).cloned(),
        }))
    }

    /// Where a request was sent, as a browser names it: `https://oak.example:8443`.
    pub fn origin_of(&self, parts: &Parts) -> String {
        let https = self.settings().proxies.source(&parts.headers, &parts.extensions).https;
        let host = parts.headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
        format!("{}://{host}", if https { "https" } else { "http" })
    }

    /// The same shop for the customer whose session a browser shows. Whoever works there buys like anybody else.
    #[boxed]
    pub async fn greet(&self, shop: Shop, headers: &HeaderMap, jar: Jar) -> Result<Shop, Problem> {
        let Some(secret) = jar.get(headers, SESSION) else { return Ok(shop) };
        let caller = self.authenticator().session(&shop.tenant, secret).await?;
        let customer = caller.filter(|caller| caller.audience == Audience::Customer);
        Ok(Shop { caller: customer.unwrap_or_else(|| shop.caller.clone()), ..shop })
    }
}
