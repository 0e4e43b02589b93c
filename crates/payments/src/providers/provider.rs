//! A payment provider that a shop has taken on: which one, where it is, and the secrets that it knows us by.

use std::time::Duration;

use kernel::{Aggregate, Decide, Timestamp};
use serde::{Deserialize, Serialize};
use store::{Reply, Work};
use utoipa::ToSchema;

use crate::{ProviderId, Refusal};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProviderKind {
    /// Nobody's money: for trying things out.
    Sandbox,
    Stripe,
    /// Any service with our small REST interface, behind OAuth 2 client credentials.
    Gateway,
    /// Staff record what came in: transfers and cash.
    Manual,
}

/// What was configured, without its secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = PaymentProviderDefinition)]
pub struct Definition {
    /// For people.
    pub name: String,
    #[schema(inline)]
    pub kind: ProviderKind,
    /// Where it answers; Stripe's own when left out.
    pub address: Option<String>,
    /// Where a gateway gives out tokens.
    pub token_address: Option<String>,
    pub client_id: Option<String>,
    /// Whether a gateway has a page of its own, on which payers pay without a token.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hosted: bool,
    /// How long it may take to answer.
    pub timeout_seconds: u32,
    pub enabled: bool,
}

impl Definition {
    pub fn timeout(&self) -> Duration {
        Duration::from_secs(u64::from(self.timeout_seconds))
    }

    /// When to ask what became of a request: after whoever made it has given up.
    pub fn patience(&self) -> Duration {
        self.timeout() + Duration::from_secs(1)
    }

    /// Whether it can be paid on a page of the provider's.
    pub fn has_page(&self) -> bool {
        match self.kind {
            ProviderKind::Stripe | ProviderKind::Sandbox => true,
            ProviderKind::Gateway => self.hosted,
            ProviderKind::Manual => false,
        }
    }

    fn place(&self) -> (ProviderKind, Option<&str>, Option<&str>, Option<&str>) {
        (self.kind, self.address.as_deref(), self.token_address.as_deref(), self.client_id.as_deref())
    }
}

/// Sealed under the tenant's own secret.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Secrets {
    /// With which we are known.
    pub key: Option<String>,
    /// With which the provider signs what it tells us.
    pub webhook: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakenOn {
    pub definition: Option<Definition>,
    secrets: Secrets,
    removed: bool,
}

kernel::events! {
    pub enum ProviderEvent {
        Configured(Configured) = ("payment_provider.configured", 1),
        Removed(Removed) = ("payment_provider.removed", 1),
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Configured {
    pub definition: Definition,
    pub secrets: Secrets,
    pub at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removed {
    pub at: Timestamp,
}

impl Aggregate for TakenOn {
    const KIND: &'static str = "payment_provider";
    type Event = ProviderEvent;

    fn apply(&mut self, event: &ProviderEvent) {
        match event {
            ProviderEvent::Configured(configured) => {
                self.definition = Some(configured.definition.clone());
                self.secrets = configured.secrets.clone();
            }
            ProviderEvent::Removed(_) => (self.removed, self.secrets) = (true, Secrets::default()),
        }
    }
}

/// A secret that is left out stays what it was.
pub struct Configure {
    pub definition: Definition,
    pub secrets: Secrets,
}

pub struct Remove;

impl Decide<Configure> for TakenOn {
    type Refusal = Refusal;

    /// A secret goes to the address that it was entered for, and to nobody who is put in its place.
    fn decide(&self, command: &Configure, at: Timestamp) -> Result<Vec<ProviderEvent>, Refusal> {
        if self.removed {
            return Err(Refusal::ProviderUnknown);
        }
        let moved = self.definition.as_ref().is_some_and(|known| known.place() != command.definition.place());
        if moved && self.secrets.key.is_some() && command.secrets.key.is_none() {
            return Err(Refusal::SecretNeeded);
        }
        let secrets = Secrets {
            key: command.secrets.key.clone().or_else(|| self.secrets.key.clone()),
            webhook: command.secrets.webhook.clone().or_else(|| self.secrets.webhook.clone()),
        };
        let definition = command.definition.clone();
        if self.definition.as_ref() == Some(&definition) && self.secrets == secrets {
            return Ok(Vec::new());
        }
        Ok(vec![Configured { definition, secrets, at }.into()])
    }
}

impl Decide<Remove> for TakenOn {
    type Refusal = Refusal;

    fn decide(&self, _: &Remove, at: Timestamp) -> Result<Vec<ProviderEvent>, Refusal> {
        Ok(if self.removed { Vec::new() } else { vec![Removed { at }.into()] })
    }
}

/// Configures a provider; `new` when there was none of this id.
pub(crate) fn configure(
    id: ProviderId,
    new: bool,
    seen: Option<i64>,
    definition: Definition,
    secrets: Secrets,
) -> Work {
    Work::over::<TakenOn>([id]).decide(move |desk| {
        if !new {
            desk.get::<TakenOn>(id)?;
        }
        desk.expect_version::<TakenOn>(id, seen)?;
        let (definition, secrets) = (definition.clone(), secrets.clone());
        desk.ask::<TakenOn, _>(id, &Configure { definition, secrets })?;
        let version = desk.version::<TakenOn>(id);
        Ok(if new {
            let location = format!("/api/v1/payment-providers/{id}");
            Reply::json(201, &serde_json::json!({ "id": id })).version(version).location(location)
        } else {
            Reply::nothing().version(version)
        })
    })
}

/// A sandbox, for a shop that begins to look around.
pub fn sandbox() -> Work {
    let definition = Definition {
        name: "Sandbox".into(),
        kind: ProviderKind::Sandbox,
        address: None,
        token_address: None,
        client_id: None,
        hosted: false,
        timeout_seconds: 8,
        enabled: true,
    };
    configure(ProviderId::new(), true, None, definition, Secrets::default())
}

pub(crate) fn remove(id: ProviderId) -> Work {
    Work::over::<TakenOn>([id]).decide(move |desk| {
        desk.get::<TakenOn>(id)?;
        desk.ask::<TakenOn, _>(id, &Remove)?;
        Ok(Reply::nothing())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::aggregate::given;

    const NOW: Timestamp = Timestamp::from_micros(0);

    fn at(address: &str) -> Definition {
        Definition {
            name: "Cards".into(),
            kind: ProviderKind::Stripe,
            address: Some(address.into()),
            token_address: None,
            client_id: None,
            hosted: false,
            timeout_seconds: 10,
            enabled: true,
        }
    }

    #[test]
    fn a_secret_stays_with_the_address_that_it_was_entered_for() {
        let secrets = Secrets { key: Some("sealed".into()), webhook: None };
        let known = given::<TakenOn>([Configured { definition: at("https://a"), secrets, at: NOW }.into()]);
        let ask = |definition| Configure { definition, secrets: Secrets::default() };
        assert_eq!(known.when(&ask(at("https://evil")), NOW).unwrap_err(), Refusal::SecretNeeded);
        let renamed = Definition { name: "Other".into(), ..at("https://a") };
        let events = known.when(&ask(renamed), NOW).unwrap();
        assert!(matches!(&events[..], [ProviderEvent::Configured(kept)] if kept.secrets.key.is_some()));
        assert_eq!(known.when(&ask(at("https://a")), NOW).unwrap(), []);
    }

    #[test]
    fn what_was_configured_before_there_were_pages_has_none() {
        let before =
            serde_json::to_value(Definition { kind: ProviderKind::Gateway, ..at("https://a") }).unwrap();
        assert_eq!(before.get("hosted"), None);
        let read: Definition = serde_json::from_value(before).unwrap();
        assert!(!read.has_page());
        assert!(Definition { hosted: true, ..read }.has_page());
    }

    #[test]
    fn what_was_removed_is_not_configured_again() {
        let gone = given::<TakenOn>([Removed { at: NOW }.into()]);
        let ask = Configure { definition: at("https://a"), secrets: Secrets::default() };
        assert_eq!(gone.when(&ask, NOW).unwrap_err(), Refusal::ProviderUnknown);
        assert_eq!(gone.when(&Remove, NOW).unwrap(), []);
    }
}
