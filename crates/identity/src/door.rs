//! Who a cookie or an access token lets in.

use std::collections::HashMap;
use std::sync::Arc;

use credentials::Passwords;
use edge::door::{Later, ToSign, Vouched};
use edge::{Audience, Caller, Door, Grants, Permissions, Session};
use federation::Federation;
use kernel::{Actor, ActorKind, Problem, TenantId, Timestamp};
use parking_lot::Mutex;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use store::{Cell, Tenant};
use uuid::Uuid;

use crate::outside::{self, Outside};
use crate::remembered::Remembered;
use crate::ring::{self, Rings};
use crate::signed::Services;
use crate::{AccountId, SessionId, queries, ticket};

/// Tokens that are held as verified, at the most.
const VERIFIED_AT_MOST: usize = 20_000;

/// The way in. Cheap to clone; all clones remember the same.
#[derive(Clone)]
pub struct Entrance(Arc<Inner>);

struct Inner {
    passwords: Passwords,
    permissions: Permissions,
    rings: Rings,
    sends_letters: bool,
    outside: Outside,
    sessions: Remembered<(TenantId, Uuid), Option<Caller>>,
    roles: Remembered<TenantId, OwnRoles>,
    tokens: Mutex<Tokens>,
    services: Services,
}

type OwnRoles = Arc<HashMap<String, Grants>>;

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

impl Entrance {
    /// `sends_letters`: whether there is a post.
    pub fn new(
        passwords: Passwords,
        permissions: Permissions,
        sends_letters: bool,
        federation: Federation,
    ) -> Self {
        Self(Arc::new(Inner {
            passwords,
            permissions,
            rings: Rings::default(),
            sends_letters,
            outside: Outside::new(federation),
            sessions: Remembered::default(),
            roles: Remembered::default(),
            tokens: Mutex::default(),
            services: Services::default(),
        }))
    }

    pub(crate) fn passwords(&self) -> &Passwords {
        &self.0.passwords
    }

    pub(crate) fn permissions(&self) -> &Permissions {
        &self.0.permissions
    }

    pub(crate) fn rings(&self) -> &Rings {
        &self.0.rings
    }

    pub(crate) fn outside(&self) -> &Outside {
        &self.0.outside
    }

    pub(crate) fn sends_letters(&self) -> bool {
        self.0.sends_letters
    }

    /// Something about somebody's right to be here has changed: it is felt on this node at once.
    pub(crate) fn forget(&self, tenant: TenantId) {
        self.0.sessions.forget(|(of, _)| *of == tenant);
        self.0.roles.forget(|of| *of == tenant);
        self.0.outside.forget(tenant);
    }

    pub(crate) fn forget_services(&self) {
        self.0.services.forget();
    }

    /// What a shop's own roles may do.
    pub(crate) async fn own_roles(&self, tenant: &Tenant, now: Timestamp) -> Result<OwnRoles, Problem> {
        if let Some(roles) = self.0.roles.get(&tenant.id(), now) {
            return Ok(roles);
        }
        let read = queries::roles(tenant).await?.into_iter().filter_map(|role| {
            let grants = self.permissions().grants(role.grants.iter().map(String::as_str)).ok()?;
            Some((role.name, grants))
        });
        let roles = Arc::new(read.collect::<HashMap<_, _>>());
        self.0.roles.keep(tenant.id(), roles.clone(), now);
        Ok(roles)
    }

    /// What the roles of somebody may do together.
    pub(crate) async fn grants(
        &self,
        tenant: &Tenant,
        audience: Audience,
        roles: &[String],
        now: Timestamp,
    ) -> Result<Grants, Problem> {
        let mut grants = Grants::none();
        for name in roles {
            if let Some(role) = self.permissions().role(audience, name) {
                grants = grants.and(&role.grants);
            } else if audience != Audience::Customer
                && let Some(own) = self.own_roles(tenant, now).await?.get(name)
            {
                grants = grants.and(own);
            }
        }
        Ok(grants)
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
        let Some(holder) = queries::holder(tenant, id, now).await? else { return Ok(None) };
        let Some(audience) = Audience::named(&holder.audience) else { return Ok(None) };
        let grants = self.grants(tenant, audience, &holder.roles, now).await?;
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

/// Whoever signed in, as events name them.
pub(crate) fn actor(audience: Audience, account: AccountId) -> Actor {
    let kind = match audience {
        Audience::Staff => ActorKind::Staff,
        Audience::Customer => ActorKind::Customer,
        Audience::Operator => ActorKind::Operator,
        Audience::Anyone => ActorKind::Anonymous,
    };
    Actor { kind, id: account.uuid() }
}

impl Door for Entrance {
    fn tenant_of(&self, token: &str) -> Option<TenantId> {
        let known = self.recalled(token).map(|known| known.tenant);
        known.or_else(|| ring::tenant_of(&said::<Issuer>(token)?.iss))
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
                return outside::bearer(self, tenant, token).await;
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
        Box::pin(self.0.services.vouched(cell, request, &self.0.permissions))
    }

    fn role<'a>(&'a self, tenant: &'a Tenant, name: &'a str) -> Later<'a, Option<Grants>> {
        Box::pin(async move {
            let roles = self.own_roles(tenant, tenant.cell().now()).await?;
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

/// What a token says of itself, which proves nothing yet.
fn said<T: DeserializeOwned>(token: &str) -> Option<T> {
    use base64::Engine as _;
    let payload = token.split('.').nth(1).filter(|_| token.len() <= 8 * 1024)?;
    serde_json::from_slice(&base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(payload).ok()?).ok()
}
