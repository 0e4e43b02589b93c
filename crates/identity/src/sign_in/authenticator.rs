//! Who a cookie or an access token lets in.

use std::collections::HashMap;
use std::sync::Arc;

use credentials::Passwords;
use edge::authenticate::{Later, ToSign, Vouched};
use edge::{Audience, Authenticator, Caller, Grants, Permissions, Session};
use federation::Federation;
use kernel::{Problem, TenantId, Timestamp};
use parking_lot::Mutex;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use store::{Cell, Tenant};
use uuid::Uuid;

use crate::SessionId;
use crate::accounts::actor::actor;
use crate::providers::external_sign_in::{self, ExternalSignIn};
use crate::recent_reads::RecentReads;
use crate::roles::grants::RoleGrants;
use crate::services::signed_requests::Services;
use crate::sessions::{self, ticket};
use crate::sign_in::signing_keys::{self, Rings};

/// How many verified tokens are cached at most.
const VERIFIED_AT_MOST: usize = 20_000;

/// Tells who a request comes from. Cheap to clone; all clones share their caches.
#[derive(Clone)]
pub struct AccountAuthenticator(Arc<Inner>);

struct Inner {
    passwords: Passwords,
    rings: Rings,
    sends_letters: bool,
    outside: ExternalSignIn,
    sessions: RecentReads<(TenantId, Uuid), Option<Caller>>,
    roles: RoleGrants,
    tokens: Mutex<Tokens>,
    services: Services,
}

/// Access tokens whose signature holds: verifying one takes longer than a request, and so, nearly, does hashing one whole.
/// They are found by the end of their signature and compared whole.
#[derive(Default)]
struct Tokens(HashMap<[u8; 16], (Box<str>, Verified)>);

/// What a token proves by itself: whose it is, and which session it belongs to. Whether that goes on is another question.
#[derive(Clone, Copy)]
struct Verified {
    tenant: TenantId,
    session: SessionId,
    audience: Audience,
    until: i64,
}

impl Tokens {
    fn get(&self, token: &str) -> Option<Verified> {
        let (known, verified) = self.0.get(token.as_bytes().last_chunk()?)?;
        (**known == *token).then_some(*verified)
    }

    fn keep(&mut self, token: &str, verified: Verified, now: Timestamp) {
        if self.0.len() >= VERIFIED_AT_MOST {
            self.0.retain(|_, (_, known)| now.seconds() < known.until);
        }
        if let Some(end) = token.as_bytes().last_chunk().filter(|_| self.0.len() < VERIFIED_AT_MOST) {
            self.0.insert(*end, (token.into(), verified));
        }
    }
}

impl AccountAuthenticator {
    /// `sends_letters`: whether there is a post.
    pub fn new(
        passwords: Passwords,
        permissions: Permissions,
        sends_letters: bool,
        federation: Federation,
    ) -> Self {
        Self(Arc::new(Inner {
            passwords,
            rings: Rings::default(),
            sends_letters,
            outside: ExternalSignIn::new(federation),
            sessions: RecentReads::default(),
            roles: RoleGrants::new(permissions),
            tokens: Mutex::default(),
            services: Services::default(),
        }))
    }

    pub(crate) fn passwords(&self) -> &Passwords {
        &self.0.passwords
    }

    pub(crate) fn permissions(&self) -> &Permissions {
        self.0.roles.permissions()
    }

    pub(crate) fn roles(&self) -> &RoleGrants {
        &self.0.roles
    }

    pub(crate) fn rings(&self) -> &Rings {
        &self.0.rings
    }

    pub(crate) fn outside(&self) -> &ExternalSignIn {
        &self.0.outside
    }

    pub(crate) fn sends_letters(&self) -> bool {
        self.0.sends_letters
    }

    /// Forgets what is cached of a tenant, so that a change of roles or sessions counts on this node at once.
    pub(crate) fn forget(&self, tenant: TenantId) {
        self.0.sessions.forget(|(of, _)| *of == tenant);
        self.0.roles.forget(tenant);
        self.0.outside.forget(tenant);
    }

    pub(crate) fn forget_services(&self) {
        self.0.services.forget();
    }

    async fn caller(&self, tenant: &Tenant, id: SessionId) -> Result<Option<Caller>, Problem> {
        let (now, key) = (tenant.cell().now(), (tenant.id(), id.uuid()));
        if let Some(caller) = self.0.sessions.get(&key, now) {
            return Ok(caller);
        }
        let caller = self.read(tenant, id, now).await?;
        self.0.sessions.keep(key, caller.clone(), now);
        Ok(caller)
    }

    async fn read(&self, tenant: &Tenant, id: SessionId, now: Timestamp) -> Result<Option<Caller>, Problem> {
        let Some(holder) = sessions::queries::holder(tenant, id, now).await? else { return Ok(None) };
        let Some(audience) = Audience::named(&holder.audience) else { return Ok(None) };
        let grants = self.0.roles.grants(tenant, audience, &holder.roles, now).await?;
        Ok(Some(Caller {
            actor: actor(audience, holder.account),
            audience,
            role: holder.roles.join(", ").into(),
            grants,
            session: Some(Session { id: id.uuid(), proven_at: holder.proven_at }),
            limit: None,
        }))
    }

    fn recalled(&self, token: &str) -> Option<Verified> {
        self.0.tokens.lock().get(token)
    }

    async fn verified(&self, tenant: &Tenant, token: &str) -> Result<Option<Verified>, Problem> {
        let now = tenant.cell().now();
        let verified = match self.recalled(token) {
            Some(known) => Some(known),
            None => {
                let verified = self.verify(tenant, token, now).await?;
                if let Some(verified) = verified {
                    self.0.tokens.lock().keep(token, verified, now);
                }
                verified
            }
        };
        Ok(verified.filter(|known| known.tenant == tenant.id() && now.seconds() < known.until))
    }

    async fn verify(
        &self,
        tenant: &Tenant,
        token: &str,
        now: Timestamp,
    ) -> Result<Option<Verified>, Problem> {
        let Some(Meant { aud }) = said(token) else { return Ok(None) };
        let keys = self.0.rings.of(tenant, now).await?;
        let Some(audience) = Audience::named(&aud) else { return Ok(None) };
        let Some(verifier) = keys.verifier(audience) else { return Ok(None) };
        let claims = match verifier.verify(token, now.seconds()) {
            Ok(claims) => claims,
            Err(refusal) => {
                tracing::debug!(code = refusal.code(), ?refusal, "An access token was refused");
                return Ok(None);
            }
        };
        let ours = claims.ours.tid.as_deref() == Some(&tenant.id().uuid().to_string());
        let session = claims.ours.sid.filter(|_| ours).and_then(|sid| sid.parse().ok()).map(SessionId);
        Ok(session.map(|session| Verified { tenant: tenant.id(), session, audience, until: claims.exp }))
    }
}

impl Authenticator for AccountAuthenticator {
    fn tenant_of(&self, token: &str) -> Option<TenantId> {
        let known = self.recalled(token).map(|known| known.tenant);
        known.or_else(|| signing_keys::tenant_of(&said::<Issuer>(token)?.iss))
    }

    fn session<'a>(&'a self, tenant: &'a Tenant, secret: &'a str) -> Later<'a, Option<Caller>> {
        Box::pin(async move {
            match ticket::read_session(secret, &*tenant.keys().await?) {
                Some(id) => self.caller(tenant, id).await,
                None => Ok(None),
            }
        })
    }

    fn token<'a>(&'a self, tenant: &'a Tenant, token: &'a str) -> Later<'a, Option<Caller>> {
        Box::pin(async move {
            // No name of ours: an issuer of the shop's own may have made it.
            if self.tenant_of(token).is_none() {
                return external_sign_in::bearer(&self.0.outside, &self.0.roles, tenant, token).await;
            }
            match self.verified(tenant, token).await? {
                Some(Verified { session, audience, .. }) => {
                    let caller = self.caller(tenant, session).await?;
                    Ok(caller.filter(|caller| caller.audience == audience))
                }
                None => Ok(None),
            }
        })
    }

    fn signed<'a>(&'a self, cell: &'a Cell, request: ToSign<'a>) -> Later<'a, Vouched> {
        Box::pin(self.0.services.vouched(cell, request, self.permissions()))
    }

    fn role<'a>(&'a self, tenant: &'a Tenant, name: &'a str) -> Later<'a, Option<Grants>> {
        Box::pin(async move {
            let roles = self.0.roles.own_roles(tenant, tenant.cell().now()).await?;
            Ok(roles.get(name).cloned())
        })
    }
}

#[derive(Deserialize)]
struct Issuer {
    iss: String,
}

#[derive(Deserialize)]
struct Meant {
    aud: String,
}

/// What a token says of itself; nothing of it is verified yet.
fn said<T: DeserializeOwned>(token: &str) -> Option<T> {
    use base64::Engine as _;
    let payload = token.split('.').nth(1).filter(|_| token.len() <= 8 * 1024)?;
    serde_json::from_slice(&base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(payload).ok()?).ok()
}
