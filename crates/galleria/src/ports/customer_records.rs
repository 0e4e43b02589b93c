//! What the records of customers hear of accounts and orders.

use edge::Audience;
use edge::published::published;
use futures_util::future::BoxFuture;
use identity::AccountId;
use identity::accounts::queries::AccountView;
use kernel::Problem;
use orders::Address;
use orders::public::{Buyer, ClaimTold, OrderClaimed, OrderPlaced, OrderTold};
use store::log::Recorded;
use store::relay::{Effect, Handled, Subscriber, Wants};
use store::{Tenant, Work};
use uuid::Uuid;

use customers::profiles::use_cases::{self, Ordered};
use customers::profiles::{AccountFacts, BookAddress, Elsewhere, queries};
use customers::{BookEntryId, CustomerId};

/// The accounts and orders of customers.
pub struct AccountsAndOrders;

impl Elsewhere for AccountsAndOrders {
    fn account<'a>(
        &'a self,
        tenant: &'a Tenant,
        id: CustomerId,
    ) -> BoxFuture<'a, Result<Option<AccountFacts>, Problem>> {
        Box::pin(async move {
            let account = identity::accounts::queries::account(tenant, AccountId(id.uuid())).await?;
            Ok(account.and_then(facts))
        })
    }

    fn rename(&self, id: CustomerId, name: String) -> Work {
        identity::accounts::rename(AccountId(id.uuid()), name)
    }

    fn customer_of_order<'a>(
        &'a self,
        tenant: &'a Tenant,
        number: i64,
    ) -> BoxFuture<'a, Result<Option<CustomerId>, Problem>> {
        Box::pin(async move {
            let customer = orders::queries::customer_of(tenant, number).await?;
            Ok(customer.map(|customer| CustomerId(customer.uuid())))
        })
    }
}

/// Of somebody whose account was erased, and of staff, nothing is said.
fn facts(account: AccountView) -> Option<AccountFacts> {
    let theirs = account.audience == Audience::Customer.as_str() && !account.email.is_empty();
    theirs.then(|| AccountFacts {
        id: CustomerId(account.id.uuid()),
        proven_at: account.verified_at,
        name: account.name,
        email: account.email,
        opened_at: account.opened_at,
    })
}

/// Keeps the records of customers beside what accounts and orders say of them.
pub struct Records;

impl Subscriber for Records {
    fn name(&self) -> &'static str {
        "customers.records"
    }

    fn wants(&self) -> Wants {
        Wants::Kinds(&[
            "account.opened",
            "account.renamed",
            "account.verified",
            "order.placed",
            "order.claimed",
        ])
    }

    fn handle<'a>(&'a self, tenant: &'a Tenant, recorded: &'a Recorded) -> Handled<'a> {
        Box::pin(async move {
            let event = &recorded.event;
            match event.kind.as_ref() {
                "order.placed" => match published(event)? {
                    Some(OrderTold::Placed(placed)) => ordered(tenant, &placed, recorded).await,
                    _ => Err(Problem::bug()),
                },
                "order.claimed" => match published(event)? {
                    Some(ClaimTold::Claimed(claimed)) => claimed_by(tenant, &claimed).await,
                    None => Err(Problem::bug()),
                },
                _ => account(tenant, CustomerId(event.stream_id)).await,
            }
        })
    }
}

/// The record says what the account does now. What was kept for their address is theirs once it was shown to be.
async fn account(tenant: &Tenant, id: CustomerId) -> Result<Effect, Problem> {
    let Some(facts) = AccountsAndOrders.account(tenant, id).await? else { return Ok(Effect::Done) };
    let proven = facts.proven_at.is_some();
    let held = if proven { queries::held_by(tenant, &facts.email).await? } else { None };
    let follow = use_cases::follow_account(facts);
    Ok(Effect::Work(Work::all([follow].into_iter().chain(held.map(|held| use_cases::prove(held, id))))))
}

/// Whoever ordered has a record. An account's has the address of the order in its book; a guest's is the one that is kept
/// for their e-mail address.
async fn ordered(tenant: &Tenant, placed: &OrderPlaced, recorded: &Recorded) -> Result<Effect, Problem> {
    let Some(buyer) = placed.customer.known() else { return Ok(Effect::Done) };
    let customer = CustomerId(placed.customer_id);
    if let Some(facts) = AccountsAndOrders.account(tenant, customer).await? {
        let entry = BookEntryId(Uuid::new_v5(&BOOKED, recorded.event.id.0.as_bytes()));
        return Ok(Effect::Work(use_cases::keep_ordered(facts, entry, book_address(buyer))));
    }
    if buyer.email.is_empty() {
        return Ok(Effect::Done);
    }
    let email_index = tenant.keys().await?.blind("email", &buyer.email);
    let known = queries::held_by(tenant, &buyer.email).await?;
    let record = known.unwrap_or(CustomerId(Uuid::new_v5(&BOOKED, recorded.event.stream_id.as_bytes())));
    let Buyer { name, email, phone, company, .. } = buyer.clone();
    let ordered = Ordered { name, email, phone, company, email_index };
    Ok(Effect::Work(use_cases::meet_guest(customer, record, ordered)))
}

/// The namespace of ids that are made of an event's, so that it has the same effect however often it is handed over.
const BOOKED: Uuid = Uuid::from_u128(0x2b90_4f6e_17c5_4d81_a3e7_b00c_0ed0_c0de);

/// The record that was kept for the guest's address goes into that of whoever proved the address.
async fn claimed_by(tenant: &Tenant, claimed: &OrderClaimed) -> Result<Effect, Problem> {
    let (guest, customer) = (CustomerId(claimed.guest_id), CustomerId(claimed.customer_id));
    let record = queries::whose_guest(tenant, guest).await?;
    Ok(match record.filter(|record| *record != customer) {
        Some(record) => Effect::Work(use_cases::prove(record, customer)),
        None => Effect::Done,
    })
}

fn book_address(buyer: &Buyer) -> BookAddress {
    let Address { line1, line2, city, postal_code, region, country } = buyer.address.clone();
    BookAddress {
        name: Some(buyer.name.clone()),
        company: buyer.company.clone(),
        phone: buyer.phone.clone(),
        line1,
        line2,
        city,
        postal_code,
        region,
        country,
    }
}
