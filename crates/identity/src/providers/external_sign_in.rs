//! The providers of a tenant, and the account of whoever comes from one.

use std::time::{SystemTime, UNIX_EPOCH};

use edge::{Audience, Caller};
use federation::{Federation, FederationError, Outsider};
use kernel::{CorrelationId, Fault, Problem, TenantId, Timestamp, boxed};
use store::{Asked, Tenant};

use crate::accounts::actor::actor;
use crate::providers::linked_identity::{self, Arrival, Newcomer};
use crate::providers::queries::ProviderRow;
use crate::recent_reads::RecentReads;
use crate::refusal::said;
use crate::roles::grants::RoleGrants;
use crate::{AccountId, ProviderId, Refusal, accounts, providers};

const SEALED_AS: &str = "provider";

/// What a node knows of issuers, and of the tokens that they made.
pub struct ExternalSignIn {
    federation: Federation,
    /// The tokens that were checked, and whom each lets in.
    bearers: RecentReads<(TenantId, String), Option<Caller>>,
}

/// A provider, ready for use.
pub struct Ready {
    pub id: ProviderId,
    pub audience: Audience,
    pub row: ProviderRow,
    pub federated: federation::Provider,
}

impl ExternalSignIn {
    pub fn new(federation: Federation) -> Self {
        Self { federation, bearers: RecentReads::default() }
    }

    pub fn federation(&self) -> &Federation {
        &self.federation
    }

    pub fn forget(&self, tenant: TenantId) {
        self.bearers.forget(|(of, _)| *of == tenant);
    }
}

/// The enabled providers of a tenant.
#[boxed]
pub async fn ready(tenant: &Tenant) -> Result<Vec<Ready>, Problem> {
    let mut ready = Vec::new();
    for row in
        providers::queries::providers(tenant).await?.into_iter().filter(|row| row.view.definition.enabled)
    {
        ready.push(prepare(tenant, row).await?);
    }
    Ok(ready)
}

#[boxed]
pub async fn prepare(tenant: &Tenant, row: ProviderRow) -> Result<Ready, Problem> {
    let secret = match &row.secret {
        Some(sealed) => {
            let opened = tenant.keys().await?.open_secret(SEALED_AS, sealed);
            let text = opened.and_then(|secret| String::from_utf8(secret.to_vec()).ok());
            Some(text.ok_or_else(Problem::bug)?)
        }
        None => None,
    };
    let federated = row.view.definition.federated(secret.as_deref());
    let audience = Audience::named(&row.view.definition.audience).ok_or_else(Problem::bug)?;
    Ok(Ready { id: row.view.id, audience, row, federated })
}

#[boxed]
pub async fn seal(tenant: &Tenant, secret: &str) -> Result<String, Problem> {
    Ok(tenant.keys().await?.seal_secret(SEALED_AS, secret.as_bytes()))
}

/// The account of somebody whom a provider vouches for. Who is not known gets one where the provider says so.
#[boxed]
pub async fn arrival(
    tenant: &Tenant,
    provider: &Ready,
    who: &Outsider,
    correlation: CorrelationId,
    now: Timestamp,
) -> Result<Arrival, Problem> {
    let (audience, keys) = (provider.audience, tenant.keys().await?);
    let id = linked_identity::id(&keys, audience.as_str(), &who.issuer, &who.subject);
    let arrival = |account| Arrival {
        outsider: id,
        account,
        provider: provider.id,
        mapped: provider.row.view.definition.roles(),
        given: who.roles.clone(),
        methods: methods(who),
    };
    if let Some(account) = providers::queries::account_of_outsider(tenant, id).await? {
        return Ok(arrival(account));
    }
    if !provider.row.view.definition.open_accounts {
        return Err(Refusal::OutsiderUnknown.into());
    }
    let account = AccountId::new();
    // What no letter can be sent to is no address of theirs.
    let email = who.email.as_deref().map(str::trim).filter(|email| kernel::is_email(email));
    let email = email.unwrap_or_default();
    let confirmed = who.email_verified && !email.is_empty();
    let new = Newcomer {
        outsider: id,
        account,
        provider: provider.id,
        audience: audience.as_str(),
        name: name(who),
        email: email.to_owned(),
        confirmed: confirmed.then(|| keys.blind("email", email)),
        roles: match audience {
            Audience::Customer => vec!["customer".into()],
            _ => who.roles.clone(),
        },
    };
    let asked = Asked::by(actor(audience, account), correlation, now);
    match tenant.run(asked, linked_identity::open(new)).await {
        Ok(_) => Ok(arrival(account)),
        // Two requests of theirs came at once, and the other was first.
        Err(problem) if problem.is(Refusal::OutsiderTaken) => {
            let account = providers::queries::account_of_outsider(tenant, id).await?;
            account.map(arrival).ok_or(problem)
        }
        Err(problem) => Err(problem),
    }
}

fn name(who: &Outsider) -> String {
    let told = who.name.as_deref().or(who.email.as_deref()).unwrap_or(&who.subject);
    told.chars().filter(|letter| !letter.is_control()).take(200).collect()
}

/// As RFC 8176 names them, after the one that says that somebody else saw it.
fn methods(who: &Outsider) -> Vec<String> {
    let word = |method: &&String| {
        (1..=20).contains(&method.len()) && method.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    let told = who.amr.iter().filter(word).take(10).cloned();
    std::iter::once("outside".to_owned()).chain(told).collect()
}

/// The caller whose token one of the tenant's own issuers made; `None` when none of them did, for this shop.
#[boxed]
pub async fn bearer(
    outside: &ExternalSignIn,
    roles: &RoleGrants,
    tenant: &Tenant,
    token: &str,
) -> Result<Option<Caller>, Problem> {
    let (now, key) = (tenant.cell().now(), (tenant.id(), token.to_owned()));
    if let Some(caller) = outside.bearers.get(&key, now) {
        return Ok(caller);
    }
    let caller = read_bearer(outside, roles, tenant, token, now).await?;
    outside.bearers.keep(key, caller.clone(), now);
    Ok(caller)
}

async fn read_bearer(
    outside: &ExternalSignIn,
    role_grants: &RoleGrants,
    tenant: &Tenant,
    token: &str,
    now: Timestamp,
) -> Result<Option<Caller>, Problem> {
    let federation = outside.federation();
    let mut taken: Vec<(Ready, Outsider)> = Vec::new();
    for provider in ready(tenant).await? {
        if provider.federated.bearer_audiences.is_empty() {
            continue;
        }
        match federation.verify_bearer(std::slice::from_ref(&provider.federated), token, moment(now)).await {
            Ok(who) => taken.push((provider, who)),
            Err(error) => {
                tracing::debug!(code = error.code(), provider = %provider.id, "A bearer token was refused: {error}");
            }
        }
    }
    // A token that would be good for two audiences does not say for which it was made.
    let [(first, _), others @ ..] = taken.as_slice() else { return Ok(None) };
    if others.iter().any(|(other, _)| other.audience != first.audience) {
        return Ok(None);
    }
    let (provider, who) = taken.swap_remove(0);
    let Some(arrival) = known(tenant, &provider, &who, now).await? else { return Ok(None) };
    let account = accounts::queries::account(tenant, arrival.account).await?;
    if account.is_none_or(|account| account.disabled_at.is_some()) {
        return Ok(None);
    }
    let audience = provider.audience;
    let roles = match audience {
        Audience::Customer => vec!["customer".into()],
        _ => arrival.given,
    };
    Ok(Some(Caller {
        actor: actor(audience, arrival.account),
        audience,
        role: roles.join(", ").into(),
        grants: role_grants.grants(tenant, audience, &roles, now).await?,
        session: None,
        limit: None,
    }))
}

/// As [`arrival`]; who may not have an account is nobody.
async fn known(
    tenant: &Tenant,
    provider: &Ready,
    who: &Outsider,
    now: Timestamp,
) -> Result<Option<Arrival>, Problem> {
    match arrival(tenant, provider, who, CorrelationId::new(), now).await {
        Ok(arrival) => Ok(Some(arrival)),
        Err(problem) if [Fault::Forbidden, Fault::Conflict].contains(&problem.fault) => Ok(None),
        Err(problem) => Err(problem),
    }
}

pub fn moment(now: Timestamp) -> SystemTime {
    UNIX_EPOCH + now.since_1970()
}

/// What federation refuses, as an answer.
pub fn refused(error: FederationError) -> Problem {
    let problem = said(error.code(), error.to_string());
    if problem.fault == Fault::Unavailable { problem.after(30) } else { problem }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_wrong_with_a_sign_in_has_a_page() {
        use FederationError as No;
        let text = String::new;
        let errors = [
            No::Provider { name: text(), sentence: text() },
            No::Unusable { issuer: text(), why: text() },
            No::ClientRefused { issuer: text() },
            No::Callback { why: "" },
            No::State,
            No::Expired,
            No::MixedUp,
            No::Denied { error: text() },
            No::CodeRefused,
            No::IdToken(federation::Flaw::Expired),
            No::Tenant,
            No::Domain,
            No::EmailUnverified,
        ];
        for error in errors {
            let code = error.code();
            assert_eq!(refused(error).code, code);
        }
    }
}
