//! The key with which a service of our own signs its requests. It is the platform's, and lets the service act in the
//! shops that it names.

use kernel::{Aggregate, Decide, TenantId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::Refusal;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceKey {
    status: Option<Status>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Active,
    /// Another one has taken its place; it goes on for a while.
    Deprecated,
    Revoked,
}

impl Status {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Deprecated => "deprecated",
            Self::Revoked => "revoked",
        }
    }
}

kernel::events! {
    pub enum ServiceKeyEvent {
        Made(Made) = ("service_key.made", 1),
        Deprecated(Deprecated) = ("service_key.deprecated", 1),
        Revoked(Revoked) = ("service_key.revoked", 1),
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

impl ServiceKeyEvent {
    /// What the key is after it.
    pub fn status(&self) -> Status {
        match self {
            Self::Made(_) => Status::Active,
            Self::Deprecated(_) => Status::Deprecated,
            Self::Revoked(_) => Status::Revoked,
        }
    }
}

impl Aggregate for ServiceKey {
    const KIND: &'static str = "service_key";
    type Event = ServiceKeyEvent;

    fn apply(&mut self, event: &ServiceKeyEvent) {
        self.status = Some(event.status());
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

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::aggregate::given;

    const NOW: Timestamp = Timestamp::from_micros(0);

    fn made(legacy: bool, tenants: usize) -> Made {
        let tenants = (0..tenants).map(|_| TenantId::new()).collect();
        let (name, role) = ("till".to_owned(), "service".to_owned());
        Made { name, sealed: String::new(), tenants, role, networks: String::new(), legacy, at: NOW }
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
    }
}
