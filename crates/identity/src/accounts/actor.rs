//! An account as the actor of events.

use edge::Audience;
use kernel::{Actor, ActorKind};

use crate::AccountId;

/// Whoever signed in, as events name them.
pub(crate) fn actor(audience: Audience, account: AccountId) -> Actor {
    let kind = match audience {
        Audience::Staff => ActorKind::Staff,
        Audience::Customer => ActorKind::Customer,
        Audience::Operator => ActorKind::Operator,
        Audience::Anyone => ActorKind::Anonymous,
    };
    Actor { kind, id: account.uuid() }
}
