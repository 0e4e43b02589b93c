//! A partner: who they are, where they answer, and how they are asked.

use kernel::{Aggregate, Check, Decide, Timestamp, within};
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};
use utoipa::ToSchema;

use crate::Refusal;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Partner {
    pub definition: Option<Definition>,
    secret: Option<String>,
    removed: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PartnerKind)]
#[derive(IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Kind {
    /// A carrier that speaks the contract of this crate's README.
    ShippingRest,
    /// An engine of taxes that speaks the contract of `docs/tax-engines.md`.
    TaxRest,
    /// An ERP that speaks `erp.wsdl`.
    ErpSoap,
}

/// What was configured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = PartnerDefinition)]
pub struct Definition {
    #[schema(inline)]
    pub kind: Kind,
    /// As people of the shop call it.
    pub name: String,
    pub address: String,
    #[schema(inline)]
    pub options: Options,
    pub enabled: bool,
}

/// How a partner is asked; each kind has its own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = PartnerOptions)]
pub struct Options {
    /// Of a carrier and an engine of taxes: the country that parcels leave from, with its two letters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from_country: Option<String>,
    /// Of an engine of taxes: the state or province that parcels leave from.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 100)]
    pub from_region: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from_postal_code: Option<String>,
    /// Of an ERP: 1.1, when left out, or 1.2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub soap_version: Option<String>,
    /// With it, each call carries a UsernameToken of WS-Security; the secret is its password.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 100)]
    pub username: Option<String>,
    /// Items of a page; 200 when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 500)]
    pub page_size: Option<i64>,
    /// Whether pages are ordered with a ticket and fetched when they are ready.
    pub tickets: bool,
    /// Whether a product that the shop does not know becomes a draft.
    pub create_drafts: bool,
    /// A sync begins by itself so often, a minute to a week.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 60, maximum = 604_800, extensions(("x-write" = json!("60 (a minute) to 604800 (a week), or leave it out"))))]
    pub sync_every_seconds: Option<i64>,
}

impl Options {
    pub fn page_size(&self) -> i64 {
        self.page_size.unwrap_or(200)
    }

    /// Beside the limits of its schema.
    fn check(&self, kind: Kind, check: &mut Check) {
        let erp = kind == Kind::ErpSoap;
        let sends = !erp;
        let country = self.from_country.as_deref();
        let known = country.map(places::country);
        check.that(
            if sends { known.as_ref().is_some_and(Result::is_ok) } else { country.is_none() },
            "/options/from_country",
            "say which country parcels leave from, by its two letters of ISO 3166, such as IE; an ERP has none",
        );
        let region = kind == Kind::TaxRest || self.from_region.is_none();
        check.that(region, "/options/from_region", "only an engine of taxes needs it; leave it out");
        if let Some(code) = &self.from_postal_code {
            let how = match known {
                Some(Ok(country)) => places::postal_code(country, code).err(),
                Some(Err(_)) => None,
                None => Some("an ERP has none; leave it out".to_owned()),
            };
            check.that(how.is_none(), "/options/from_postal_code", how.unwrap_or_default());
        }
        let known = |text: &str| erp && ["1.1", "1.2"].contains(&text);
        let version = self.soap_version.as_deref().is_none_or(known);
        check.that(version, "/options/soap_version", "say 1.1 or 1.2, for an ERP only");
        check.that(erp || self.username.is_none(), "/options/username", "only an ERP knows it; leave it out");
        check.that(erp || self.page_size.is_none(), "/options/page_size", "only an ERP has pages");
        check.that(erp || !self.tickets, "/options/tickets", "only an ERP gives tickets");
        check.that(erp || !self.create_drafts, "/options/create_drafts", "only an ERP has products");
        let syncs = erp || self.sync_every_seconds.is_none();
        check.that(syncs, "/options/sync_every_seconds", "only an ERP has syncs; leave it out");
    }
}

impl Definition {
    pub fn check(&self) -> Check {
        let mut check = Check::default();
        check.that(within(&self.name, 1, 100), "/name", "give it a name of 1 to 100 letters");
        check.that(within(&self.address, 1, 500), "/address", "write where it answers, with https://");
        self.options.check(self.kind, &mut check);
        check
    }
}

kernel::events! {
    pub enum PartnerEvent {
        Configured(Configured) = ("partner.configured", 1),
        Removed(Removed) = ("partner.removed", 1),
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Configured {
    pub definition: Definition,
    /// The key or the password under the tenant's own.
    pub secret: Option<String>,
    pub at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removed {
    pub at: Timestamp,
}

impl Aggregate for Partner {
    const KIND: &'static str = "partner";
    type Event = PartnerEvent;

    fn apply(&mut self, event: &PartnerEvent) {
        match event {
            PartnerEvent::Configured(configured) => {
                self.definition = Some(configured.definition.clone());
                self.secret.clone_from(&configured.secret);
            }
            PartnerEvent::Removed(_) => (self.removed, self.secret) = (true, None),
        }
    }
}

/// What becomes of the secret.
#[derive(Debug, Clone)]
pub enum NewSecret {
    /// This one, sealed; or none.
    Is(Option<String>),
    Stays,
}

pub struct Configure {
    pub definition: Definition,
    pub secret: NewSecret,
}

impl Decide<Configure> for Partner {
    type Refusal = Refusal;

    fn decide(&self, asked: &Configure, now: Timestamp) -> Result<Vec<PartnerEvent>, Refusal> {
        if self.removed {
            return Err(Refusal::Unknown);
        }
        let Configure { definition, secret } = asked;
        if self.definition.as_ref().is_some_and(|known| known.kind != definition.kind) {
            return Err(Refusal::OtherKind);
        }
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

impl Partner {
    /// A secret goes to the address that it was entered for, and to nobody who is put in its place.
    fn kept(&self, next: &Definition) -> Result<Option<String>, Refusal> {
        match &self.definition {
            Some(known) if self.secret.is_some() && known.address != next.address => {
                Err(Refusal::SecretNeeded)
            }
            _ => Ok(self.secret.clone()),
        }
    }
}

pub struct Remove;

impl Decide<Remove> for Partner {
    type Refusal = Refusal;

    fn decide(&self, _: &Remove, now: Timestamp) -> Result<Vec<PartnerEvent>, Refusal> {
        Ok(if self.removed { Vec::new() } else { vec![Removed { at: now }.into()] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::aggregate::given;

    const NOW: Timestamp = Timestamp::from_micros(0);

    fn carrier(address: &str) -> Definition {
        Definition {
            kind: Kind::ShippingRest,
            name: "Swift".into(),
            address: address.into(),
            options: Options { from_country: Some("IE".into()), ..Options::default() },
            enabled: true,
        }
    }

    fn configured() -> PartnerEvent {
        Configured { definition: carrier("https://a"), secret: Some("sealed".into()), at: NOW }.into()
    }

    #[test]
    fn a_secret_stays_with_the_address_that_it_was_entered_for() {
        let known = given::<Partner>([configured()]);
        let ask = |definition| Configure { definition, secret: NewSecret::Stays };
        let renamed = Definition { name: "Swifter".into(), ..carrier("https://a") };
        let PartnerEvent::Configured(kept) = known.when(&ask(renamed), NOW).unwrap().remove(0) else {
            panic!("it was configured")
        };
        assert_eq!(kept.secret.as_deref(), Some("sealed"));
        assert_eq!(known.when(&ask(carrier("https://evil")), NOW).unwrap_err(), Refusal::SecretNeeded);
        assert!(known.when(&ask(carrier("https://a")), NOW).unwrap().is_empty());
    }

    #[test]
    fn what_was_removed_is_not_configured_again_and_a_carrier_does_not_become_an_erp() {
        let ask = |kind| Configure {
            definition: Definition { kind, ..carrier("https://a") },
            secret: NewSecret::Is(None),
        };
        let gone = given::<Partner>([configured(), Removed { at: NOW }.into()]);
        assert_eq!(gone.when(&ask(Kind::ShippingRest), NOW).unwrap_err(), Refusal::Unknown);
        let known = given::<Partner>([configured()]);
        assert_eq!(known.when(&ask(Kind::ErpSoap), NOW).unwrap_err(), Refusal::OtherKind);
    }

    #[test]
    fn options_of_the_other_kind_are_named() {
        let wrong = Options { tickets: true, page_size: Some(5), ..Options::default() };
        let asked = Definition { options: wrong, ..carrier("https://a") };
        let problem = asked.check().done().unwrap_err();
        let pointers: Vec<&str> = problem.fields.iter().map(|field| field.pointer.as_str()).collect();
        assert_eq!(pointers, ["/options/from_country", "/options/page_size", "/options/tickets"]);
    }
}
