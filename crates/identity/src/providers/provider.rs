//! A provider: an issuer of OpenID Connect at which an audience signs in, and whom of its people the shop takes.

use federation::Secret;
use kernel::{Aggregate, Decide, Timestamp};
use serde::{Deserialize, Serialize};
use store::{Reply, Work};
use utoipa::ToSchema;

use crate::{ProviderId, Refusal};

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provider {
    pub definition: Option<Definition>,
    secret: Option<String>,
    removed: bool,
}

/// What was configured. What is left out is as the preset has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = SignInProviderDefinition)]
pub struct Definition {
    /// staff or customer; on the platform's own address, operator.
    pub audience: String,
    /// For people: “Sign in with …”.
    pub name: String,
    #[schema(inline)]
    pub preset: Preset,
    /// To the letter as it writes itself.
    pub issuer: Option<String>,
    pub client_id: String,
    /// Beside `openid`.
    pub scopes: Option<Vec<String>>,
    /// The claim that holds groups; `roles` for the app roles of Entra.
    pub groups_claim: Option<String>,
    #[schema(inline)]
    pub group_roles: Vec<GroupRole>,
    /// Only people whose confirmed e-mail address is in one of these.
    pub allowed_domains: Vec<String>,
    /// The claim in which the issuer itself says to which domain an account belongs.
    pub domain_claim: Option<String>,
    /// The audiences of access tokens that are meant for this shop.
    pub bearer_audiences: Vec<String>,
    /// The id of the one organisation of Entra whose accounts are let in.
    pub entra_tenant: Option<String>,
    /// Whether people who are not known yet get an account.
    pub open_accounts: bool,
    pub enabled: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Preset {
    Google,
    Entra,
    EntraExternal,
    Oidc,
}

/// A group at the issuer, and the role that its members have here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupRole {
    pub group: String,
    pub role: String,
}

impl Definition {
    /// As federation knows it.
    pub fn federated(&self, secret: Option<&str>) -> federation::Provider {
        let (tenant, id) = (self.entra_tenant.as_deref().unwrap_or_default(), self.client_id.as_str());
        let none = || Secret::new("");
        let preset = match self.preset {
            Preset::Google => federation::Provider::google(id, none(), &[]),
            Preset::Entra => federation::Provider::entra(tenant, id, none()),
            Preset::EntraExternal => federation::Provider::entra_external(tenant, id, none()),
            Preset::Oidc => federation::Provider::new(&self.name, "", id, None),
        };
        federation::Provider {
            name: self.name.clone(),
            issuer: self.issuer.clone().unwrap_or(preset.issuer),
            client_secret: secret.map(Secret::new),
            scopes: self.scopes.clone().unwrap_or(preset.scopes),
            groups_claim: self.groups_claim.clone().unwrap_or(preset.groups_claim),
            domain_claim: self.domain_claim.clone().or(preset.domain_claim),
            allowed_domains: self.allowed_domains.clone(),
            bearer_audiences: self.bearer_audiences.clone(),
            entra_tenant: self.entra_tenant.clone(),
            group_roles: self
                .group_roles
                .iter()
                .map(|pair| (pair.group.clone(), pair.role.clone()))
                .collect(),
            client_id: self.client_id.clone(),
        }
    }

    /// Every role that its groups can give.
    pub fn roles(&self) -> Vec<String> {
        let mut roles: Vec<String> = self.group_roles.iter().map(|pair| pair.role.clone()).collect();
        roles.sort();
        roles.dedup();
        roles
    }
}

kernel::events! {
    pub enum ProviderEvent {
        Configured(Configured) = ("provider.configured", 1),
        Removed(Removed) = ("provider.removed", 1),
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Configured {
    pub definition: Definition,
    /// The client's secret under the tenant's own.
    pub secret: Option<String>,
    pub at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removed {
    pub at: Timestamp,
}

impl Aggregate for Provider {
    const KIND: &'static str = "provider";
    type Event = ProviderEvent;

    fn apply(&mut self, event: &ProviderEvent) {
        match event {
            ProviderEvent::Configured(configured) => {
                self.definition = Some(configured.definition.clone());
                self.secret.clone_from(&configured.secret);
            }
            ProviderEvent::Removed(_) => (self.removed, self.secret) = (true, None),
        }
    }
}

struct Configure {
    definition: Definition,
    secret: NewSecret,
}

/// What becomes of the client's secret.
#[derive(Debug, Clone)]
pub enum NewSecret {
    /// This one, sealed; or none.
    Is(Option<String>),
    Stays,
}

impl Decide<Configure> for Provider {
    type Refusal = Refusal;

    fn decide(&self, asked: &Configure, now: Timestamp) -> Result<Vec<ProviderEvent>, Refusal> {
        if self.removed {
            return Err(Refusal::ProviderUnknown);
        }
        let Configure { definition, secret } = asked;
        let secret = match secret {
            NewSecret::Is(sealed) => sealed.clone(),
            NewSecret::Stays => self.kept(definition)?,
        };
        if self.definition.as_ref() == Some(definition) && self.secret == secret {
            return Ok(Vec::new());
        }
        Ok(vec![Configured { definition: definition.clone(), secret, at: now }.into()])
    }
}

impl Provider {
    /// A secret goes to the issuer that it was entered for, and to nobody who is put in its place.
    fn kept(&self, next: &Definition) -> Result<Option<String>, Refusal> {
        let to = |one: &Definition| (one.federated(None).issuer, one.client_id.clone());
        match &self.definition {
            Some(known) if self.secret.is_some() && to(known) != to(next) => Err(Refusal::SecretNeeded),
            _ => Ok(self.secret.clone()),
        }
    }
}

struct Remove;

impl Decide<Remove> for Provider {
    type Refusal = Refusal;

    fn decide(&self, _: &Remove, now: Timestamp) -> Result<Vec<ProviderEvent>, Refusal> {
        Ok(if self.removed { Vec::new() } else { vec![Removed { at: now }.into()] })
    }
}

/// Configures a provider; `new` when there was none of this id.
pub fn configure(
    id: ProviderId,
    definition: Definition,
    secret: NewSecret,
    new: bool,
    seen: Option<i64>,
) -> Work {
    Work::over::<Provider>([id]).decide(move |desk| {
        if !new {
            desk.get::<Provider>(id)?;
        }
        desk.expect_version::<Provider>(id, seen)?;
        let (definition, secret) = (definition.clone(), secret.clone());
        desk.ask::<Provider, _>(id, &Configure { definition, secret })?;
        let version = desk.version::<Provider>(id);
        Ok(if new {
            let location = format!("/api/v1/providers/{id}");
            Reply::json(201, &serde_json::json!({ "id": id })).version(version).location(location)
        } else {
            Reply::nothing().version(version)
        })
    })
}

pub fn remove(id: ProviderId) -> Work {
    Work::over::<Provider>([id]).decide(move |desk| {
        desk.get::<Provider>(id)?;
        desk.ask::<Provider, _>(id, &Remove)?;
        Ok(Reply::nothing())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::aggregate::given;

    const NOW: Timestamp = Timestamp::from_micros(0);

    fn definition(issuer: &str) -> Definition {
        Definition {
            audience: "staff".into(),
            name: "Work".into(),
            preset: Preset::Oidc,
            issuer: Some(issuer.into()),
            client_id: "galleria".into(),
            scopes: None,
            groups_claim: None,
            group_roles: Vec::new(),
            allowed_domains: Vec::new(),
            domain_claim: None,
            bearer_audiences: Vec::new(),
            entra_tenant: None,
            open_accounts: false,
            enabled: true,
        }
    }

    fn configured() -> ProviderEvent {
        Configured { definition: definition("https://a"), secret: Some("sealed".into()), at: NOW }.into()
    }

    #[test]
    fn a_secret_stays_with_the_issuer_that_it_was_entered_for() {
        let known = given::<Provider>([configured()]);
        let ask = |definition| Configure { definition, secret: NewSecret::Stays };
        let renamed = Definition { name: "Other".into(), ..definition("https://a") };
        let ProviderEvent::Configured(kept) = known.when(&ask(renamed), NOW).unwrap().remove(0) else {
            panic!("it was configured")
        };
        assert_eq!(kept.secret.as_deref(), Some("sealed"));
        let elsewhere = known.when(&ask(definition("https://evil")), NOW);
        assert_eq!(elsewhere.unwrap_err(), Refusal::SecretNeeded);
        assert!(known.when(&ask(definition("https://a")), NOW).unwrap().is_empty());
    }

    #[test]
    fn what_was_removed_is_not_configured_again() {
        let gone = given::<Provider>([configured(), Removed { at: NOW }.into()]);
        let ask = Configure { definition: definition("https://a"), secret: NewSecret::Is(None) };
        assert_eq!(gone.when(&ask, NOW).unwrap_err(), Refusal::ProviderUnknown);
    }
}
