//! What a checked token says of somebody, and whether the provider takes them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Map, Value};

use crate::{FederationError, Provider};

/// A person or a machine as an issuer names it. Who it is, is `issuer` and `subject` together; everything else can
/// change, and can be somebody else's tomorrow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outsider {
    pub issuer: String,
    pub subject: String,
    pub email: Option<String>,
    pub email_verified: bool,
    pub name: Option<String>,
    pub locale: Option<String>,
    pub groups: Groups,
    /// Those that the provider gives for the groups.
    pub roles: Vec<String>,
    /// When they signed in at the issuer.
    pub auth_time: Option<SystemTime>,
    /// How they did it: `pwd`, `otp`, `mfa` …
    pub amr: Vec<String>,
    /// Their session at the issuer.
    pub sid: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Groups {
    Told(Vec<String>),
    /// There are too many for a token, so Entra names none of them (above 200). They have no roles by their groups:
    /// let the tenant's administrator send only the groups that are assigned to the application, or app roles.
    LeftOut,
}

/// Claims of a token whose signature, issuer, audience and times hold.
pub(crate) struct Facts<'a> {
    pub issuer: String,
    pub subject: String,
    pub email: Option<String>,
    pub email_verified: bool,
    pub name: Option<String>,
    pub locale: Option<String>,
    pub auth_time: Option<SystemTime>,
    pub amr: Vec<String>,
    /// Those that have no place above.
    pub others: &'a Map<String, Value>,
}

impl Facts<'_> {
    pub fn admit(self, provider: &Provider) -> Result<Outsider, FederationError> {
        if provider.entra_tenant.is_some() && provider.entra_tenant.as_deref() != text(self.others, "tid") {
            return Err(FederationError::Tenant);
        }
        self.check_domain(provider)?;
        let groups = groups(self.others, &provider.groups_claim);
        let roles = match &groups {
            Groups::Told(groups) => provider.roles(groups),
            Groups::LeftOut => {
                tracing::warn!(
                    federation.issuer = self.issuer,
                    "{} left the groups of somebody out, because there are too many of them",
                    self.issuer
                );
                Vec::new()
            }
        };
        Ok(Outsider {
            groups,
            roles,
            sid: text(self.others, "sid").map(str::to_owned),
            issuer: self.issuer,
            subject: self.subject,
            email: self.email,
            email_verified: self.email_verified,
            name: self.name,
            locale: self.locale,
            auth_time: self.auth_time,
            amr: self.amr,
        })
    }

    fn check_domain(&self, provider: &Provider) -> Result<(), FederationError> {
        if provider.allowed_domains.is_empty() {
            return Ok(());
        }
        let domain = match &provider.domain_claim {
            Some(claim) => text(self.others, claim),
            None => self.email.as_deref().and_then(|email| Some(email.rsplit_once('@')?.1)),
        };
        let domain = domain.unwrap_or_default().to_ascii_lowercase();
        if !provider.allowed_domains.contains(&domain) {
            return Err(FederationError::Domain);
        }
        if !self.email_verified {
            return Err(FederationError::EmailUnverified);
        }
        Ok(())
    }
}

pub(crate) fn text<'a>(claims: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    claims.get(name)?.as_str()
}

pub(crate) fn texts(claims: &Map<String, Value>, name: &str) -> Vec<String> {
    match claims.get(name) {
        Some(Value::String(one)) => vec![one.clone()],
        Some(Value::Array(many)) => many.iter().filter_map(|one| one.as_str().map(str::to_owned)).collect(),
        _ => Vec::new(),
    }
}

/// Nothing for a moment before 1970 or beyond what a clock can hold.
pub(crate) fn moment(seconds: i64) -> Option<SystemTime> {
    UNIX_EPOCH.checked_add(Duration::from_secs(u64::try_from(seconds).ok()?))
}

fn groups(claims: &Map<String, Value>, claim: &str) -> Groups {
    let elsewhere = claims.get("_claim_names").is_some_and(|names| names.get(claim).is_some());
    let has = claims.get("hasgroups").is_some_and(|has| has == true || has == "true");
    if !claims.contains_key(claim) && (elsewhere || has && claim == "groups") {
        return Groups::LeftOut;
    }
    Groups::Told(texts(claims, claim))
}
