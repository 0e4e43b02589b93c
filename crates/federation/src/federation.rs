//! The issuers that are known, shared by everything that asks them.

use boxed::boxed;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::SystemTime;

use openidconnect::{ClientId, CsrfToken, IssuerUrl, LogoutRequest, PostLogoutRedirectUrl};
use outbound::Outbound;
use parking_lot::Mutex;
use url::Url;

use crate::issuer::Issuer;
use crate::{FederationError, Provider};

/// Tenants name issuers: what is remembered of them has an end.
const REMEMBERED: usize = 1_024;

/// Cheap to clone; all clones know the same issuers.
#[derive(Clone)]
pub struct Federation(Arc<Inner>);

struct Inner {
    outbound: Outbound,
    issuers: Mutex<HashMap<String, Arc<Issuer>>>,
}

impl Federation {
    pub fn new(outbound: Outbound) -> Self {
        Self(Arc::new(Inner { outbound, issuers: Mutex::default() }))
    }

    /// Whether a provider can be used, and its issuer answers: for the moment in which a person enters it.
    #[boxed]
    pub async fn check(&self, provider: &Provider, now: SystemTime) -> Result<(), FederationError> {
        self.issuer(provider)?.known(now).await.map(|_| ())
    }

    /// Where a browser is sent to end the session at the issuer, too; nothing when the issuer has no such place.
    /// Without the ID token, which is not kept, the issuer may ask the person first.
    #[boxed]
    pub async fn logout_url(
        &self,
        provider: &Provider,
        back_to: Option<&Url>,
        state: Option<&str>,
        now: SystemTime,
    ) -> Result<Option<Url>, FederationError> {
        let known = self.issuer(provider)?.known(now).await?;
        let Some(end) = known.metadata.additional_metadata().end_session_endpoint.clone() else {
            return Ok(None);
        };
        let mut request = LogoutRequest::from(end).set_client_id(ClientId::new(provider.client_id.clone()));
        if let Some(url) = back_to {
            request = request.set_post_logout_redirect_uri(PostLogoutRedirectUrl::from_url(url.clone()));
        }
        if let Some(state) = state {
            request = request.set_state(CsrfToken::new(state.to_owned()));
        }
        Ok(Some(request.http_get_url()))
    }

    pub(crate) fn outbound(&self) -> &Outbound {
        &self.0.outbound
    }

    pub(crate) fn issuer(&self, provider: &Provider) -> Result<Arc<Issuer>, FederationError> {
        provider.check()?;
        let text = provider.issuer();
        let mut issuers = self.0.issuers.lock();
        if let Some(issuer) = issuers.get(&text) {
            return Ok(Arc::clone(issuer));
        }
        self.0
            .outbound
            .check(&text)
            .map_err(|why| FederationError::Unreachable { issuer: text.clone(), why })?;
        let url = IssuerUrl::new(text.clone()).expect("the provider's check read it as an address");
        if issuers.len() >= REMEMBERED {
            let oldest =
                issuers.iter().min_by_key(|(_, issuer)| issuer.asked()).map(|(text, _)| text.clone());
            oldest.and_then(|text| issuers.remove(&text));
        }
        let issuer = Arc::new(Issuer::new(url, self.0.outbound.clone()));
        issuers.insert(text, Arc::clone(&issuer));
        Ok(issuer)
    }
}
