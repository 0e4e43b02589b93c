//! What somebody may do: permissions are `noun:verb`, a role is a set of them, and these are the roles that every shop has.

use std::fmt;
use std::sync::{Arc, LazyLock};

use crate::caller::Audience;

/// What somebody may do, as a set of permissions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grants(Arc<[Grant]>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Grant {
    /// `None` for every noun.
    noun: Option<Box<str>>,
    /// `None` for every verb.
    verb: Option<Box<str>>,
}

/// A role that every shop has, whether it makes its own or not.
#[derive(Debug, Clone, Copy)]
pub struct Role {
    pub name: &'static str,
    pub audience: Audience,
    pub grants: &'static [&'static str],
    pub about: &'static str,
}

const fn staff(name: &'static str, grants: &'static [&'static str], about: &'static str) -> Role {
    Role { name, audience: Audience::Staff, grants, about }
}

const fn operator(name: &'static str, grants: &'static [&'static str], about: &'static str) -> Role {
    Role { name, audience: Audience::Operator, grants, about }
}

/// The standard roles, those of staff first.
pub const STANDARD: &[Role] = &[
    staff("admin", &["*:*"], "Everything in the shop."),
    staff(
        "order-manager",
        &[
            "catalog:read",
            "stock:*",
            "orders:*",
            "payments:*",
            "promotions:read",
            "delivery:*",
            "order-settings:*",
            "files:*",
        ],
        "Orders from the first to the last step, and the stock that they take from.",
    ),
    staff(
        "customer-service",
        &["*:read", "orders:*", "payments:pay", "payments:refund", "files:*"],
        "Sees everything, and helps with orders.",
    ),
    staff(
        "operator",
        &[
            "catalog:*",
            "prices:*",
            "stock:*",
            "promotions:*",
            "delivery:*",
            "taxes:read",
            "jobs:*",
            "deliveries:*",
            "files:*",
            "orders:read",
            "orders:write",
            "payments:read",
        ],
        "Keeps the shop running: what is sold at which price, what is in stock, what is being done.",
    ),
    staff("viewer", &["*:read"], "Sees everything and changes nothing."),
    staff(
        "service",
        &["*:read", "orders:place", "payments:pay", "files:write"],
        "A program of the shop: it reads, places orders, has them paid, and keeps files.",
    ),
    Role {
        name: "customer",
        audience: Audience::Customer,
        grants: &[
            "orders:place",
            "orders:read",
            "orders:cancel",
            "orders:return",
            "payments:pay",
            "payments:read",
            "organisations:read",
            "organisations:write",
        ],
        about: "A customer, with what is their own.",
    },
    operator("owner", &["*:*"], "Everything on the platform."),
    operator("ops", &["*:read", "tenants:*", "jobs:*", "deliveries:*"], "Keeps the platform running."),
    operator("support", &["*:read"], "Sees what shops ask about, and changes nothing."),
    operator("auditor", &["*:read"], "Sees everything and changes nothing."),
];

impl Role {
    /// The standard role of this name.
    pub fn named(audience: Audience, name: &str) -> Option<&'static Self> {
        STANDARD.iter().find(|role| role.audience == audience && role.name == name)
    }

    /// The names of an audience's standard roles, as a person reads them.
    pub fn names(audience: Audience) -> String {
        let names: Vec<&str> =
            STANDARD.iter().filter(|role| role.audience == audience).map(|role| role.name).collect();
        names.join(", ")
    }

    pub fn grants(&self) -> Grants {
        static READ: LazyLock<Vec<Grants>> = LazyLock::new(|| {
            let read = |role: &Role| Grants::parse(role.grants.iter().copied());
            STANDARD.iter().map(read).collect::<Result<_, _>>().expect("standard roles have readable grants")
        });
        let place = STANDARD.iter().position(|role| role.name == self.name && role.audience == self.audience);
        place.map_or_else(Grants::none, |place| READ[place].clone())
    }
}

impl Grants {
    pub fn none() -> Self {
        Self(Arc::default())
    }

    /// Reads grants: `orders:read`, `orders:*`, `*:read`, `*:*`. What is none is the error.
    pub fn parse<'a>(texts: impl IntoIterator<Item = &'a str>) -> Result<Self, String> {
        let grants: Result<Vec<Grant>, String> = texts.into_iter().map(Grant::parse).collect();
        Ok(Self(grants?.into()))
    }

    pub fn may(&self, permission: &str) -> bool {
        let (noun, verb) = permission.split_once(':').unwrap_or((permission, ""));
        self.0.iter().any(|grant| grant.covers(noun, verb))
    }

    /// What both allow: a key or a token can narrow what its owner may do, and never widen it.
    #[must_use]
    pub fn within(&self, wider: &Self) -> Self {
        let both = self.0.iter().flat_map(|one| wider.0.iter().filter_map(|other| one.and(other)));
        let mut grants: Vec<Grant> = Vec::new();
        for grant in both {
            if !grants.contains(&grant) {
                grants.push(grant);
            }
        }
        Self(grants.into())
    }

    /// Whether everything that these allow is allowed by the wider ones.
    pub fn fit(&self, wider: &Self) -> bool {
        self.0.iter().all(|grant| wider.0.iter().any(|other| grant.and(other).as_ref() == Some(grant)))
    }

    #[must_use]
    pub fn and(&self, more: &Self) -> Self {
        let mut grants = self.0.to_vec();
        grants.extend(more.0.iter().filter(|grant| !self.0.contains(grant)).cloned());
        Self(grants.into())
    }

    pub fn texts(&self) -> Vec<String> {
        self.0.iter().map(ToString::to_string).collect()
    }
}

impl Grant {
    fn parse(text: &str) -> Result<Self, String> {
        let word = |word: &str| {
            let shaped = (1..=40).contains(&word.len())
                && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
            (word == "*").then_some(None).or_else(|| shaped.then(|| Some(word.into())))
        };
        let parts = text.split_once(':').and_then(|(noun, verb)| Some((word(noun)?, word(verb)?)));
        let (noun, verb) = parts.ok_or_else(|| {
            format!("{text:?} is not a permission; write one as orders:read, orders:*, *:read or *:*")
        })?;
        Ok(Self { noun, verb })
    }

    fn covers(&self, noun: &str, verb: &str) -> bool {
        let fits = |mine: &Option<Box<str>>, asked: &str| mine.as_deref().is_none_or(|mine| mine == asked);
        fits(&self.noun, noun) && fits(&self.verb, verb)
    }

    fn and(&self, other: &Self) -> Option<Self> {
        let both = |one: &Option<Box<str>>, other: &Option<Box<str>>| match (one, other) {
            (Some(one), Some(other)) if one != other => None,
            (one, other) => Some(one.clone().or_else(|| other.clone())),
        };
        Some(Self { noun: both(&self.noun, &other.noun)?, verb: both(&self.verb, &other.verb)? })
    }
}

impl fmt::Display for Grant {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (noun, verb) = (self.noun.as_deref(), self.verb.as_deref());
        write!(formatter, "{}:{}", noun.unwrap_or("*"), verb.unwrap_or("*"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grants(texts: &[&str]) -> Grants {
        Grants::parse(texts.iter().copied()).unwrap()
    }

    #[test]
    fn a_viewer_never_changes_anything() {
        let viewer = Role::named(Audience::Staff, "viewer").unwrap().grants();
        assert!(viewer.may("orders:read"));
        for permission in ["catalog:write", "stock:write", "orders:place", "orders:write", "files:write"] {
            assert!(!viewer.may(permission), "{permission}");
        }
    }

    #[test]
    fn a_role_belongs_to_one_audience() {
        assert!(Role::named(Audience::Staff, "customer").is_none());
        assert!(Role::named(Audience::Operator, "admin").is_none());
        assert!(Role::named(Audience::Customer, "viewer").is_none());
    }

    #[test]
    fn the_narrower_of_two_grants_is_what_both_allow() {
        let key = grants(&["orders:*", "catalog:write"]);
        let owner = grants(&["*:read", "catalog:*"]);
        assert_eq!(key.within(&owner).texts(), ["orders:read", "catalog:write"]);
        assert!(!key.fit(&owner));
        assert!(grants(&["orders:read", "catalog:*"]).fit(&owner));
        assert!(grants(&[]).fit(&owner));
        assert!(!grants(&["*:*"]).fit(&owner));
    }

    #[test]
    fn refuses_what_is_no_permission() {
        for text in ["", "orders", ":read", "orders:", "Orders:read", "orders:read:all", "orders:**", "*"] {
            assert!(Grants::parse([text]).is_err(), "{text:?}");
        }
    }
}
