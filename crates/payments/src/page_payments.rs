//! Paying on a page: for an order that somebody may see, all that is owed.

use edge::Shop;
use kernel::Problem;
use kernel::boxed;
use store::Asked;
use store::problems::CONTENDED;
use uuid::Uuid;

use crate::api::new_payment::{NewPayment, TRIES, attempt, settled};
use crate::cashier::Cashier;
use crate::payment::capture::Capture;
use crate::payment::queries::{Listed, PaymentSummary, PaymentView};
use crate::payment::{self, pay_page};
use crate::problems::PROVIDER_DOWN;
use crate::providers::provider::ProviderKind;
use crate::sandbox;
use crate::{PaymentId, ProviderId, providers};

/// A way to pay that a shop offers.
#[derive(Debug, Clone)]
pub struct WayToPay {
    pub provider: ProviderId,
    /// For people.
    pub name: String,
    pub kind: ProviderKind,
    /// Whether it is paid on the provider's page.
    pub has_page: bool,
}

/// The ways to pay of a shop, in the order in which it took them on.
#[boxed]
pub async fn ways(shop: &Shop) -> Result<Vec<WayToPay>, Problem> {
    let views = providers::queries::providers(&shop.tenant).await?.into_iter().map(|row| row.view);
    let offered = views.filter(|view| view.definition.enabled);
    Ok(offered
        .map(|view| WayToPay {
            provider: view.id,
            has_page: view.definition.has_page(),
            name: view.definition.name,
            kind: view.definition.kind,
        })
        .collect())
}

/// The newest payment of an order, if there is one. One that waits for the person or for its provider is asked after.
#[boxed]
pub async fn newest(cashier: &Cashier, shop: &Shop, order: Uuid) -> Result<Option<PaymentView>, Problem> {
    let listed = Listed { order_id: Some(order), ..Listed::default() };
    let found: Vec<PaymentSummary> =
        payment::queries::payments(&shop.tenant, &listed, Uuid::max(), 1).await?;
    let Some(newest) = found.into_iter().next() else { return Ok(None) };
    if ["pending", "challenged", "unknown"].contains(&newest.status.as_str()) {
        // A provider that does not answer now is asked again by its job.
        let _ = settled(cashier, shop, newest.id, false).await;
    }
    Ok(Some(payment::queries::payment(&shop.tenant, newest.id).await?))
}

/// Where the payer of a challenged payment goes on; nowhere, when its provider names what no browser is to be sent to.
#[boxed]
pub async fn onward(shop: &Shop, payment: &PaymentView) -> Result<Option<String>, Problem> {
    let Some(url) = &payment.summary.challenge_url else { return Ok(None) };
    if url.starts_with(sandbox::CHALLENGES) {
        return Ok(Some(url.clone()));
    }
    let provider = providers::queries::provider(&shop.tenant, payment.summary.provider_id).await?;
    let plain = provider.is_some_and(|row| {
        let address = row.view.definition.address.as_deref().unwrap_or_default();
        // The sandbox's address is the platform's own.
        row.view.definition.kind == ProviderKind::Sandbox || address.starts_with("http://")
    });
    Ok(pay_page::way_there(url, plain))
}

/// Asks for everything that is owed for an order, by a provider's token; or on its page, from which the payer comes back.
#[boxed]
pub async fn pay(
    cashier: &Cashier,
    shop: &Shop,
    order: Uuid,
    provider: Option<ProviderId>,
    method: String,
    return_url: Option<String>,
) -> Result<(), Problem> {
    let payment = NewPayment {
        order_id: order,
        provider,
        method,
        return_url,
        capture: Capture::default(),
        amount: None,
        currency: None,
    };
    for tried in 1.. {
        let asked = Asked::by(shop.caller.actor.clone(), shop.correlation, shop.now);
        let work = attempt(cashier, &shop.tenant, &payment, None).await?;
        match shop.tenant.run(asked, work).await {
            Err(problem) if problem.code == CONTENDED.code && tried < TRIES => {}
            Err(problem) => return Err(problem),
            Ok(done) => {
                let body: serde_json::Value = serde_json::from_str(&done.reply.body).unwrap_or_default();
                let id: Option<PaymentId> = body["id"].as_str().and_then(|id| id.parse().ok());
                return settled(cashier, shop, id.ok_or_else(Problem::bug)?, true).await;
            }
        }
    }
    Err(Problem::bug())
}

/// A challenge of the sandbox that is met on a page of the shop.
#[derive(Debug, Clone)]
pub struct Challenge {
    pub amount: i64,
    /// Whether it still waits for its answer.
    pub open: bool,
    /// Where whoever began the payment wanted its payer to come back to.
    pub way_back: Option<String>,
}

#[boxed]
pub async fn challenge(shop: &Shop, id: &str) -> Result<Challenge, Problem> {
    let payment = challenged(shop, id).await?;
    let way_back = payment::queries::way_back(&shop.tenant, payment.id).await?;
    Ok(Challenge { amount: payment.amount, open: payment.challenge_url.is_some(), way_back })
}

/// The person is who they say, or is not. A sandbox that has lost its book is asked for the same once more, under the same
/// key: then it knows the challenge again.
#[boxed]
pub async fn meet(cashier: &Cashier, shop: &Shop, id: &str, passed: bool) -> Result<(), Problem> {
    let payment = challenged(shop, id).await?.id;
    settled(cashier, shop, payment, false).await?;
    let met = cashier.within().meet(id, passed).await;
    met.map_err(|error| PROVIDER_DOWN.says(error.to_string()).after(5))?;
    settled(cashier, shop, payment, false).await
}

/// The payment whose challenge it is or was.
async fn challenged(shop: &Shop, id: &str) -> Result<PaymentSummary, Problem> {
    let unknown = || Problem::not_found("challenge");
    let key = id.strip_prefix("sb_").and_then(|key| key.get(..36)).ok_or_else(unknown)?;
    let payment: PaymentId = key.parse().map_err(|_| unknown())?;
    let found = payment::queries::summary_of(&shop.tenant, payment).await?;
    if found.reference.as_deref() == Some(id) { Ok(found) } else { Err(unknown()) }
}
