//! What somebody may do: permissions are `noun:verb`, a role is a set of them. Which nouns there are, and what the roles that
//! every shop has get of them, each module says of its own.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use super::audience::Audience;

/// A noun with the verbs that there are for it.
#[derive(Debug, Clone, Copy)]
pub struct Permission {
    pub noun: &'static str,
    pub verbs: &'static [&'static str],
    /// Whether somebody must be given it by name: `*:read` does not reach it, and `*:*` does.
    pub sensitive: bool,
    /// What it was called before, in roles that shops made then.
    pub formerly: Option<&'static str>,
}

impl Permission {
    pub const fn new(noun: &'static str, verbs: &'static [&'static str]) -> Self {
        Self { noun, verbs, sensitive: false, formerly: None }
    }

    /// For what tells of people, or of who may do what.
    #[must_use]
    pub const fn sensitive(self) -> Self {
        Self { sensitive: true, ..self }
    }

    #[must_use]
    pub const fn formerly(self, noun: &'static str) -> Self {
        Self { formerly: Some(noun), ..self }
    }
}

/// What a standard role gets of a module.
#[derive(Debug, Clone, Copy)]
pub struct Share {
    pub audience: Audience,
    pub role: &'static str,
    pub grants: &'static [&'static str],
}

impl Share {
    pub const fn staff(role: &'static str, grants: &'static [&'static str]) -> Self {
        Self { audience: Audience::Staff, role, grants }
    }

    pub const fn customer(grants: &'static [&'static str]) -> Self {
        Self { audience: Audience::Customer, role: "customer", grants }
    }

    pub const fn operator(role: &'static str, grants: &'static [&'static str]) -> Self {
        Self { audience: Audience::Operator, role, grants }
    }
}

/// A role that every shop has, whether it makes its own or not.
#[derive(Debug, Clone)]
pub struct Role {
    pub name: &'static str,
    pub audience: Audience,
    pub about: &'static str,
    pub grants: Grants,
}

/// The standard roles, those of staff first, each with what it gets of every module.
const STANDARD: &[(Audience, &str, &[&str], &str)] = &[
    (Audience::Staff, "admin", &["*:*"], "Everything in the shop."),
    (
        Audience::Staff,
        "order-manager",
        &[],
        "Orders from the first to the last step, and the stock that they take from.",
    ),
    (
        Audience::Staff,
        "customer-service",
        &["*:read"],
        "Sees what is sold and ordered, and helps with orders.",
    ),
    (
        Audience::Staff,
        "operator",
        &[],
        "Keeps the shop running: what is sold at which price, what is in stock, what is being done.",
    ),
    (
        Audience::Staff,
        "viewer",
        &["*:read"],
        "Sees everything but who may do what and what people did, and changes nothing.",
    ),
    (
        Audience::Staff,
        "service",
        &["*:read"],
        "A program of the shop: it reads, places orders, has them paid, and keeps files.",
    ),
    (Audience::Customer, "customer", &[], "A customer, with what is their own."),
    (Audience::Operator, "owner", &["*:*"], "Everything on the platform."),
    (Audience::Operator, "ops", &["*:read"], "Keeps the platform running."),
    (Audience::Operator, "support", &["*:read"], "Sees what shops ask about, and changes nothing."),
    (
        Audience::Operator,
        "auditor",
        &["*:read"],
        "Sees everything, accounts and roles too, and changes nothing.",
    ),
];

/// Every permission there is, and the standard roles. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Permissions(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    known: Vec<Permission>,
    sensitive: Arc<BTreeSet<&'static str>>,
    roles: Vec<Role>,
}

impl Permissions {
    /// Puts together what the modules say. Fails when one gives away what no module has, or says a noun twice.
    pub fn new(known: Vec<Permission>, shares: &[Share]) -> Result<Self, String> {
        let mut nouns = BTreeSet::new();
        if let Some(twice) = known.iter().find(|permission| !nouns.insert(permission.noun)) {
            return Err(format!("two modules call a permission {:?}", twice.noun));
        }
        let sensitive = known.iter().filter(|one| one.sensitive).map(|one| one.noun).collect();
        let mut inner = Inner { known, sensitive: Arc::new(sensitive), roles: Vec::new() };
        for share in shares {
            if !STANDARD.iter().any(|(audience, name, ..)| (*audience, *name) == (share.audience, share.role))
            {
                return Err(format!("there is no standard role {:?} to share with", share.role));
            }
            if let Some(grant) = share.grants.iter().find(|grant| !inner.knows(grant)) {
                return Err(format!("no module knows the permission {grant:?} that {:?} gets", share.role));
            }
        }
        for (audience, name, own, about) in STANDARD {
            let shared = shares.iter().filter(|share| (share.audience, share.role) == (*audience, *name));
            let texts = own.iter().chain(shared.flat_map(|share| share.grants)).copied();
            let grants = inner.grants(texts)?;
            inner.roles.push(Role { name, audience: *audience, about, grants });
        }
        Ok(Self(Arc::new(inner)))
    }

    /// The standard roles of an audience.
    pub fn roles(&self, audience: Audience) -> impl Iterator<Item = &Role> {
        self.0.roles.iter().filter(move |role| role.audience == audience)
    }

    /// The standard role of this name.
    pub fn role(&self, audience: Audience, name: &str) -> Option<&Role> {
        self.roles(audience).find(|role| role.name == name)
    }

    /// The names of an audience's standard roles, as a person reads them.
    pub fn names(&self, audience: Audience) -> String {
        self.roles(audience).map(|role| role.name).collect::<Vec<_>>().join(", ")
    }

    /// Reads grants: `orders:read`, `orders:*`, `*:read`, `*:*`. What is none is the error.
    pub fn grants<'a>(&self, texts: impl IntoIterator<Item = &'a str>) -> Result<Grants, String> {
        self.0.grants(texts)
    }

    /// Whether there is such a permission, or such permissions.
    pub fn knows(&self, permission: &str) -> bool {
        self.0.knows(permission)
    }
}

impl Inner {
    fn grants<'a>(&self, texts: impl IntoIterator<Item = &'a str>) -> Result<Grants, String> {
        let grants: Result<Vec<Grant>, String> =
            texts.into_iter().map(|text| Grant::parse(text, &self.sensitive)).collect();
        let mut grants = grants?;
        for grant in &mut grants {
            let Noun::Named(noun) = &mut grant.noun else { continue };
            let renamed = self.known.iter().find(|known| known.formerly == Some(noun));
            if let Some(known) = renamed {
                *noun = known.noun.into();
            }
        }
        Ok(Grants(grants.into()))
    }

    fn knows(&self, permission: &str) -> bool {
        let Some((noun, verb)) = permission.split_once(':') else { return false };
        let verbs = self.known.iter().find(|known| known.noun == noun).map(|known| known.verbs);
        verbs.is_some_and(|verbs| verb == "*" || verbs.contains(&verb))
    }
}

/// What somebody may do, as a set of permissions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grants(Arc<[Grant]>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Grant {
    noun: Noun,
    /// `None` for every verb.
    verb: Option<Box<str>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Noun {
    Named(Box<str>),
    /// All but those that are sensitive, which are these.
    Ordinary(Arc<BTreeSet<&'static str>>),
    All,
}

impl Grants {
    pub fn none() -> Self {
        Self(Arc::default())
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
    fn parse(text: &str, sensitive: &Arc<BTreeSet<&'static str>>) -> Result<Self, String> {
        let word = |word: &str| -> Option<Option<Box<str>>> {
            let shaped = (1..=40).contains(&word.len())
                && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
            (word == "*").then_some(None).or_else(|| shaped.then(|| Some(word.into())))
        };
        let parts = text.split_once(':').and_then(|(noun, verb)| Some((word(noun)?, word(verb)?)));
        let (noun, verb) = parts.ok_or_else(|| {
            format!("{text:?} is not a permission; write one as orders:read, orders:*, *:read or *:*")
        })?;
        let noun = match (noun, &verb) {
            (Some(noun), _) => Noun::Named(noun),
            (None, None) => Noun::All,
            (None, Some(_)) => Noun::Ordinary(sensitive.clone()),
        };
        Ok(Self { noun, verb })
    }

    fn covers(&self, noun: &str, verb: &str) -> bool {
        self.noun.covers(noun) && self.verb.as_deref().is_none_or(|mine| mine == verb)
    }

    fn and(&self, other: &Self) -> Option<Self> {
        let verb = match (&self.verb, &other.verb) {
            (Some(one), Some(other)) if one != other => return None,
            (one, other) => one.clone().or_else(|| other.clone()),
        };
        Some(Self { noun: self.noun.and(&other.noun)?, verb })
    }
}

impl Noun {
    fn covers(&self, noun: &str) -> bool {
        match self {
            Self::Named(named) => **named == *noun,
            Self::Ordinary(sensitive) => !sensitive.contains(noun),
            Self::All => true,
        }
    }

    fn and(&self, other: &Self) -> Option<Self> {
        match (self, other) {
            (Self::All, noun) | (noun, Self::All) => Some(noun.clone()),
            (Self::Named(noun), other) | (other, Self::Named(noun)) => {
                other.covers(noun).then(|| Self::Named(noun.clone()))
            }
            (Self::Ordinary(_), Self::Ordinary(_)) => Some(self.clone()),
        }
    }
}

impl fmt::Display for Grant {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let noun = match &self.noun {
            Noun::Named(noun) => noun,
            Noun::Ordinary(_) | Noun::All => "*",
        };
        write!(formatter, "{noun}:{}", self.verb.as_deref().unwrap_or("*"))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A shop with orders and a history of who did what.
    pub(crate) fn permissions() -> Permissions {
        let known = vec![
            Permission::new("orders", &["read", "write", "place"]),
            Permission::new("catalog", &["read", "write"]),
            Permission::new("dead-letters", &["read", "write"]).formerly("deliveries"),
            Permission::new("history", &["read"]).sensitive(),
        ];
        let shares = [
            Share::staff("order-manager", &["orders:*", "catalog:read"]),
            Share::customer(&["orders:place", "orders:read"]),
            Share::operator("auditor", &["history:read"]),
        ];
        Permissions::new(known, &shares).unwrap()
    }

    fn grants(texts: &[&str]) -> Grants {
        permissions().grants(texts.iter().copied()).unwrap()
    }

    #[test]
    fn a_viewer_changes_nothing_and_does_not_see_what_is_sensitive() {
        let permissions = permissions();
        let viewer = &permissions.role(Audience::Staff, "viewer").unwrap().grants;
        assert!(viewer.may("orders:read"));
        for permission in ["catalog:write", "orders:place", "orders:write", "history:read"] {
            assert!(!viewer.may(permission), "{permission}");
        }
        assert!(permissions.role(Audience::Staff, "admin").unwrap().grants.may("history:read"));
        assert!(permissions.role(Audience::Operator, "auditor").unwrap().grants.may("history:read"));
    }

    #[test]
    fn a_role_gets_what_each_module_shares_with_it() {
        let permissions = permissions();
        let manager = &permissions.role(Audience::Staff, "order-manager").unwrap().grants;
        assert_eq!(manager.texts(), ["orders:*", "catalog:read"]);
    }

    #[test]
    fn a_role_belongs_to_one_audience() {
        let permissions = permissions();
        assert!(permissions.role(Audience::Staff, "customer").is_none());
        assert!(permissions.role(Audience::Operator, "admin").is_none());
        assert!(permissions.role(Audience::Customer, "viewer").is_none());
    }

    #[test]
    fn modules_share_what_there_is_with_roles_that_there_are_and_say_a_noun_once() {
        let orders = Permission::new("orders", &["read"]);
        let told = |known, share| Permissions::new(known, &[share]).unwrap_err();
        assert!(told(vec![orders], Share::staff("viewer", &["orders:write"])).contains("orders:write"));
        assert!(told(vec![orders], Share::staff("visitor", &["orders:read"])).contains("visitor"));
        assert!(told(vec![orders, orders], Share::staff("viewer", &[])).contains("orders"));
    }

    #[test]
    fn what_was_granted_under_a_former_name_is_granted() {
        assert_eq!(grants(&["deliveries:read"]).texts(), ["dead-letters:read"]);
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
    fn whoever_reads_everything_cannot_give_away_what_is_sensitive() {
        let (reader, owner) = (grants(&["*:read"]), grants(&["*:*"]));
        assert!(!grants(&["history:read"]).fit(&reader) && grants(&["history:read"]).fit(&owner));
        assert!(grants(&["history:*"]).within(&reader).texts().is_empty());
        assert_eq!(reader.within(&owner), reader);
        assert!(reader.fit(&owner) && !owner.fit(&reader));
    }

    #[test]
    fn refuses_what_is_no_permission() {
        for text in ["", "orders", ":read", "orders:", "Orders:read", "orders:read:all", "orders:**", "*"] {
            assert!(permissions().grants([text]).is_err(), "{text:?}");
        }
    }
}
