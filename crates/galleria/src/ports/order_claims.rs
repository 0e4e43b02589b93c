//! What somebody ordered as a guest is theirs once an address is known to be.

use std::collections::HashMap;

use edge::Audience;
use edge::published::published;
use identity::AccountId;
use identity::accounts::queries::AccountView;
use kernel::{ActorKind, Problem, SubjectId};
use orders::OrderId;
use orders::public::OrderTold;
use store::Tenant;
use store::log::Recorded;
use store::relay::{Effect, Handled, Subscriber, Wants};
use uuid::Uuid;

/// How many are claimed at a time.
const AT_ONCE: usize = 100;

/// Gives the orders of guests to the customer to whom their address belongs: those from before it was shown to be theirs,
/// and those that are placed by somebody who has not signed in. An order for an organisation is the organisation's, and
/// one whose customer has an account is theirs.
pub struct Claims;

impl Subscriber for Claims {
    fn name(&self) -> &'static str {
        "orders.claims"
    }

    fn wants(&self) -> Wants {
        Wants::Kinds(&["account.verified", "order.placed"])
    }

    fn handle<'a>(&'a self, tenant: &'a Tenant, recorded: &'a Recorded) -> Handled<'a> {
        Box::pin(async move {
            match recorded.event.kind.as_ref() {
                "order.placed" => placed(tenant, recorded).await,
                _ => proven(tenant, AccountId(recorded.event.stream_id)).await,
            }
        })
    }
}

async fn placed(tenant: &Tenant, recorded: &Recorded) -> Result<Effect, Problem> {
    let event = &recorded.event;
    if event.actor.kind == ActorKind::Customer {
        return Ok(Effect::Done);
    }
    let Some(OrderTold::Placed(placed)) = published(event)? else { return Ok(Effect::Done) };
    let Some(buyer) = placed.customer.known() else { return Ok(Effect::Done) };
    if placed.organisation_id.is_some() {
        return Ok(Effect::Done);
    }
    let Some(owner) = owner(tenant, &buyer.email).await? else { return Ok(Effect::Done) };
    let guest = SubjectId(placed.customer_id);
    if has_account(tenant, guest.uuid()).await? {
        return Ok(Effect::Done);
    }
    let order = (OrderId(event.stream_id), guest);
    Ok(Effect::Work(orders::claim::claim(vec![order], SubjectId(owner.id.uuid()))))
}

async fn proven(tenant: &Tenant, id: AccountId) -> Result<Effect, Problem> {
    let Some(account) = identity::accounts::queries::account(tenant, id).await? else {
        return Ok(Effect::Done);
    };
    if owner(tenant, &account.email).await?.is_none_or(|owner| owner.id != id) {
        return Ok(Effect::Done);
    }
    let (mut known, mut below) = (HashMap::new(), Uuid::max());
    loop {
        let found = orders::queries::of_guests(tenant, &account.email, below, AT_ONCE).await?;
        let Some((last, _)) = found.last() else { return Ok(Effect::Done) };
        below = last.uuid();
        let mut theirs = Vec::new();
        for (order, guest) in found {
            let taken = match known.get(&guest) {
                Some(taken) => *taken,
                None => has_account(tenant, guest.uuid()).await?,
            };
            known.insert(guest, taken);
            if !taken {
                theirs.push((order, guest));
            }
        }
        let asked =
            store::Asked::by(kernel::Actor::system(), kernel::CorrelationId::new(), tenant.cell().now());
        // Done twice it is done once, so it need not be done with the cursor's move.
        tenant.run(asked, orders::claim::claim(theirs, SubjectId(id.uuid()))).await?;
    }
}

/// The customer who has shown that the address is theirs.
async fn owner(tenant: &Tenant, email: &str) -> Result<Option<AccountView>, Problem> {
    if email.is_empty() {
        return Ok(None);
    }
    let account = identity::accounts::queries::account_of(tenant, Audience::Customer.as_str(), email).await?;
    Ok(account.filter(|account| account.verified && account.disabled_at.is_none()))
}

async fn has_account(tenant: &Tenant, id: Uuid) -> Result<bool, Problem> {
    Ok(identity::accounts::queries::account(tenant, AccountId(id)).await?.is_some())
}
