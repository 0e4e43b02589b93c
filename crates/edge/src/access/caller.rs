//! Who is asking, and whether they may.

use std::sync::Arc;
use std::time::Duration;

use kernel::{Actor, ActorKind, Problem, Timestamp};
use uuid::Uuid;

use super::audience::Audience;
use super::grants::Grants;
use super::requirements::Access;
use crate::problems::{NOT_PERMITTED, PROOF_NEEDED, SIGN_IN_NEEDED, WRONG_AUDIENCE};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    pub actor: Actor,
    pub audience: Audience,
    /// The names of their roles, for people and the log.
    pub role: Arc<str>,
    pub grants: Grants,
    /// The session, when they signed in with one.
    pub session: Option<Session>,
    /// How often they may ask in a minute, when their key has a limit of its own.
    pub limit: Option<u32>,
}

/// A session as a request needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    pub id: Uuid,
    /// When its owner last proved who they are.
    pub proven_at: Timestamp,
}

impl Caller {
    pub fn anonymous() -> Self {
        Self {
            actor: Actor::anonymous(),
            audience: Audience::Anyone,
            role: "anonymous".into(),
            grants: Grants::none(),
            session: None,
            limit: None,
        }
    }

    /// A program with a key of the shop.
    pub fn program(id: Uuid, role: &str, grants: Grants) -> Self {
        let kind = if role == "service" { ActorKind::Service } else { ActorKind::Staff };
        Self {
            actor: Actor { kind, id },
            audience: Audience::Staff,
            role: role.into(),
            grants,
            session: None,
            limit: None,
        }
    }

    pub fn is_anonymous(&self) -> bool {
        self.audience == Audience::Anyone
    }

    pub fn is_staff(&self) -> bool {
        self.audience == Audience::Staff
    }

    /// The customer who asks, if it is one.
    pub fn customer(&self) -> Option<Uuid> {
        (self.audience == Audience::Customer).then_some(self.actor.id)
    }

    pub(crate) fn refused(&self, permission: &str) -> Problem {
        if self.is_anonymous() { sign_in_needed(permission) } else { not_permitted(self, permission) }
    }
}

/// What is dangerous is only done for a person who has proven within this time who they are.
const FRESH: Duration = Duration::from_secs(600);

/// Refuses a person who has been signed in for a while what somebody at their unlocked machine must not do. A program's
/// key is as good as on the first day.
pub(crate) fn check_fresh(caller: &Caller, access: &Access, now: Timestamp) -> Result<(), Problem> {
    let stale = caller.session.as_ref().is_some_and(|session| now.since(session.proven_at) > FRESH);
    if !access.fresh || !stale {
        return Ok(());
    }
    Err(PROOF_NEEDED.says(
        "This cannot be undone easily, so prove once more who you are: POST /api/v1/me/proof with your password or a code. Then ask again.",
    ))
}

/// Whether the caller has the permission that the operation names for their audience; an audience that it does not name is
/// refused. An open operation also lets callers of other audiences pass, without that permission. Whoever is named but
/// lacks it is refused even there: otherwise they could do anonymously what their role forbids. What is public they see
/// as everybody does.
pub(crate) fn check(caller: &Caller, access: &Access) -> Result<bool, Problem> {
    match access.asks.iter().find(|(audience, _)| *audience == caller.audience) {
        Some((_, permission)) if permission.is_empty() || caller.grants.may(permission) => Ok(true),
        Some(_) if access.public => Ok(false),
        Some((_, permission)) => Err(not_permitted(caller, permission)),
        None if access.open => Ok(false),
        None if caller.is_anonymous() => {
            Err(sign_in_needed(access.asks.first().map_or("", |(_, permission)| permission)))
        }
        None => Err(wrong_audience(caller, access)),
    }
}

fn not_permitted(caller: &Caller, permission: &str) -> Problem {
    let detail = format!(
        "The role {:?} may not do this; it takes the permission {permission:?}. Ask whoever runs the shop for another role.",
        &*caller.role
    );
    NOT_PERMITTED.says(detail).with("permission", permission)
}

fn wrong_audience(caller: &Caller, access: &Access) -> Problem {
    let whose: Vec<&str> = access.asks.iter().map(|(audience, _)| audience.as_str()).collect();
    let detail = format!(
        "This is for {}, and you are signed in as {}. Sign in with an account made for it.",
        whose.join(" and "),
        caller.audience.as_str()
    );
    WRONG_AUDIENCE.says(detail)
}

fn sign_in_needed(permission: &str) -> Problem {
    let problem = SIGN_IN_NEEDED
        .says("Say who you are: sign in, or send a key of the shop as \"Authorization: Bearer gal_…\".");
    if permission.is_empty() { problem } else { problem.with("permission", permission) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::grants::tests::permissions;

    fn access(asks: &[(Audience, &str)]) -> Access {
        let asks = asks.iter().map(|(audience, permission)| (*audience, (*permission).to_owned())).collect();
        Access { asks, ..Access::default() }
    }

    fn seller(grants: &[&str]) -> Caller {
        let grants = permissions().grants(grants.iter().copied()).unwrap();
        Caller::program(Uuid::from_u128(1), "seller", grants)
    }

    fn customer() -> Caller {
        let actor = Actor { kind: ActorKind::Customer, id: Uuid::from_u128(7) };
        let grants = permissions().role(Audience::Customer, "customer").unwrap().grants.clone();
        Caller {
            actor,
            audience: Audience::Customer,
            role: "customer".into(),
            grants,
            session: None,
            limit: None,
        }
    }

    #[test]
    fn a_customer_does_not_pass_for_staff_whatever_their_grants() {
        let all = Caller { grants: permissions().grants(["*:*"]).unwrap(), ..customer() };
        let refused = check(&all, &access(&[(Audience::Staff, "orders:read")])).unwrap_err();
        assert_eq!(refused.code, "wrong_audience");
        assert!(check(&all, &access(&[(Audience::Staff, "x:read"), (Audience::Customer, "y:read")])).is_ok());
    }

    #[test]
    fn a_stranger_is_asked_to_sign_in_and_sees_nobodys_records() {
        let refused = check(&Caller::anonymous(), &access(&[(Audience::Staff, "orders:read")])).unwrap_err();
        assert_eq!(refused.code, "sign_in_needed");
    }

    #[test]
    fn where_guests_may_pass_staff_need_what_is_asked_of_them() {
        let asks = [(Audience::Staff, "orders:place"), (Audience::Customer, "orders:place")];
        let guests = Access { open: true, ..access(&asks) };
        assert_eq!(check(&Caller::anonymous(), &guests), Ok(false));
        assert_eq!(check(&customer(), &guests), Ok(true));
        assert_eq!(check(&seller(&["orders:place"]), &guests), Ok(true));
        let refused = check(&seller(&["orders:read"]), &guests).unwrap_err();
        assert_eq!(
            (&*refused.code, refused.more["permission"].as_str()),
            ("not_permitted", Some("orders:place"))
        );
    }

    #[test]
    fn what_is_public_whoever_lacks_more_sees_as_everybody_does() {
        let asks = [(Audience::Staff, "catalog:read")];
        let window = Access { open: true, public: true, ..access(&asks) };
        assert_eq!(check(&seller(&["usage:read"]), &window), Ok(false));
        assert_eq!(check(&seller(&["catalog:read"]), &window), Ok(true));
    }
}
