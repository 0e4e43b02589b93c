//! The key with which a service of our own signs its requests. It is the platform's, and lets the service act in the
//! shops that it names.

use kernel::{Aggregate, Decide, TenantId, Timestamp};
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};
use utoipa::ToSchema;

use crate::Refusal;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceKey {
    status: Option<Status>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    limit: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ServiceKeyStatus)]
#[derive(IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Status {
    Active,
    /// Another one has taken its place; it goes on for a while.
    Deprecated,
    Revoked,
}

kernel::events! {
    pub enum ServiceKeyEvent {
        Made(Made) = ("service_key.made", 1),
        Deprecated(Deprecated) = ("service_key.deprecated", 1),
        Revoked(Revoked) = ("service_key.revoked", 1),
        Limited(Limited) = ("service_key.limited", 1),
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    pub name: String,
    /// The secret, under the platform's own.
    pub sealed: String,
    /// Where it may act; everywhere when there are none.
    pub tenants: Vec<TenantId>,
    pub role: String,
    /// From where it may be used, as networks; from everywhere when empty.
    pub networks: String,
    /// Whether the old form of the signature is taken, which protects the body and the time alone.
    pub legacy: bool,
    /// How often it may ask in a minute, when that is not what all services may.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    pub at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deprecated {
    pub until: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revoked {
    pub at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limited {
    pub limit: Option<u32>,
    pub at: Timestamp,
}

impl Aggregate for ServiceKey {
    const KIND: &'static str = "service_key";
    type Event = ServiceKeyEvent;

    fn apply(&mut self, event: &ServiceKeyEvent) {
        match event {
            ServiceKeyEvent::Made(made) => {
                (self.status, self.limit) = (Some(Status::Active), made.limit);
            }
            ServiceKeyEvent::Deprecated(_) => self.status = Some(Status::Deprecated),
            ServiceKeyEvent::Revoked(_) => self.status = Some(Status::Revoked),
            ServiceKeyEvent::Limited(limited) => self.limit = limited.limit,
        }
    }
}

pub struct Make(pub Made);

impl Decide<Make> for ServiceKey {
    type Refusal = Refusal;

    fn decide(&self, make: &Make, _: Timestamp) -> Result<Vec<ServiceKeyEvent>, Refusal> {
        if self.status.is_some() {
            return Err(Refusal::ServiceKeyThere);
        }
        // What the old form signs does not say for whom, so such a key is good for one shop.
        if make.0.legacy && make.0.tenants.len() != 1 {
            return Err(Refusal::LegacyForOne);
        }
        Ok(vec![make.0.clone().into()])
    }
}

pub struct Deprecate {
    pub until: Timestamp,
}

impl Decide<Deprecate> for ServiceKey {
    type Refusal = Refusal;

    fn decide(&self, deprecate: &Deprecate, _: Timestamp) -> Result<Vec<ServiceKeyEvent>, Refusal> {
        match self.status {
            Some(Status::Active | Status::Deprecated) => {
                Ok(vec![Deprecated { until: deprecate.until }.into()])
            }
            Some(Status::Revoked) => Err(Refusal::ServiceKeyRevoked),
            None => Err(Refusal::ServiceKeyUnknown),
        }
    }
}

pub struct Revoke;

impl Decide<Revoke> for ServiceKey {
    type Refusal = Refusal;

    fn decide(&self, _: &Revoke, now: Timestamp) -> Result<Vec<ServiceKeyEvent>, Refusal> {
        match self.status {
            Some(Status::Revoked) => Ok(Vec::new()),
            Some(_) => Ok(vec![Revoked { at: now }.into()]),
            None => Err(Refusal::ServiceKeyUnknown),
        }
    }
}

/// From now on the key may ask so often in a minute; as often as all services when that is left out.
pub struct Restrict {
    pub limit: Option<u32>,
}

impl Decide<Restrict> for ServiceKey {
    type Refusal = Refusal;

    fn decide(&self, restrict: &Restrict, now: Timestamp) -> Result<Vec<ServiceKeyEvent>, Refusal> {
        match self.status {
            None => Err(Refusal::ServiceKeyUnknown),
            Some(Status::Revoked) => Err(Refusal::ServiceKeyRevoked),
            Some(_) if self.limit == restrict.limit => Ok(Vec::new()),
            Some(_) => Ok(vec![Limited { limit: restrict.limit, at: now }.into()]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::aggregate::given;

    const NOW: Timestamp = Timestamp::from_micros(0);

    fn made(legacy: bool, tenants: usize) -> Made {
        let tenants = (0..tenants).map(|_| TenantId::new()).collect();
        let (name, role) = ("till".to_owned(), "service".to_owned());
        Made {
            name,
            sealed: String::new(),
            tenants,
            role,
            networks: String::new(),
            legacy,
            limit: None,
            at: NOW,
        }
    }

    #[test]
    fn a_key_for_the_old_form_is_good_for_one_shop() {
        for (tenants, may) in [(0, false), (1, true), (2, false)] {
            let made = given::<ServiceKey>([]).when(&Make(made(true, tenants)), NOW);
            assert_eq!(made.is_ok(), may, "{tenants}");
        }
    }

    #[test]
    fn a_revoked_key_does_not_come_back() {
        let revoked = given::<ServiceKey>([made(false, 0).into(), Revoked { at: NOW }.into()]);
        assert_eq!(revoked.when(&Deprecate { until: NOW }, NOW).unwrap_err(), Refusal::ServiceKeyRevoked);
        assert!(revoked.when(&Revoke, NOW).unwrap().is_empty());
        assert_eq!(revoked.when(&Restrict { limit: None }, NOW).unwrap_err(), Refusal::ServiceKeyRevoked);
    }

    #[test]
    fn the_same_limit_again_is_no_event() {
        let key = given::<ServiceKey>([made(false, 0).into()]);
        let limited = key.when(&Restrict { limit: Some(5) }, NOW).unwrap();
        assert_eq!(limited, [Limited { limit: Some(5), at: NOW }.into()]);
        let key = given::<ServiceKey>([made(false, 0).into(), limited[0].clone()]);
        assert!(key.when(&Restrict { limit: Some(5) }, NOW).unwrap().is_empty());
    }
}
