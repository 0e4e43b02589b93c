//! Begins a payment: what is checked first, and how its outcome is awaited.

use edge::{Answer, Command, Platform, Shop};
use kernel::{Check, Problem};
use serde::Deserialize;
use store::problems::CONTENDED;
use store::{Done, Reply, Tenant, Work};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::bills::Bill;
use crate::cashier::{Cashier, Settled};
use crate::payment::attempt::Attempt;
use crate::payment::capture::Capture;
use crate::payment::pay_page::{self, PayPage};
use crate::payment::queries::TabReading;
use crate::providers::provider::{Definition, ProviderKind};
use crate::providers::queries::{ProviderRow, ProvidersReading};
use crate::refusal::provider_down;
use crate::{PaymentId, ProviderId, Refusal, payment};

/// How often an order's open payment is read again when it changes meanwhile.
pub(crate) const TRIES: usize = 4;

#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPayment {
    pub order_id: Uuid,
    /// The shop's first payment provider when left out.
    #[schema(value_type = Option<Uuid>)]
    pub provider: Option<ProviderId>,
    /// The token by which the provider knows the card or account. Never a card's number.
    #[serde(default)]
    pub method: String,
    /// Where the payer comes back to. Without a method, they pay on the provider's page: go on to "challenge_url".
    pub return_url: Option<String>,
    /// At once, when left out.
    #[serde(default)]
    pub capture: Capture,
    /// In minor units; all that is owed, when left out.
    #[schema(minimum = 1, extensions(("x-money" = json!("currency")), ("x-write" = json!("an amount of 1 or more, or leave it out"))))]
    pub amount: Option<i64>,
    /// The order's, when left out.
    pub currency: Option<String>,
}

impl NewPayment {
    fn check(&self) -> Result<(), Problem> {
        let mut check = Check::default();
        check.that(self.method.len() <= 500, "/method", "a method's token has at most 500 letters");
        let back = self.return_url.as_deref().is_none_or(|url| pay_page::way_back(url).is_some());
        let how =
            "write it as https://shop.example/orders/1, in 500 letters at most and without a user's name";
        check.that(back, "/return_url", how);
        check.done()
    }

    /// Payers come back to the shop, wherever its pages are, and to nobody else's.
    pub(crate) fn must_come_back(&self, platform: &Platform, shop: &Shop) -> Result<(), Problem> {
        let site =
            self.return_url.as_deref().and_then(pay_page::way_back).as_deref().and_then(pay_page::site);
        let own = site.is_none_or(|(host, origin)| platform.may_send_to(&shop.record, &host, &origin));
        let mut check = Check::default();
        let how =
            "give an address of this shop, or of one of its listed origins; others have theirs listed first";
        check.that(own, "/return_url", how);
        check.done()
    }

    /// The provider's page, when it has one and no method was named.
    fn page(&self, definition: &Definition, bill: &Bill) -> Option<PayPage> {
        let wanted = definition.has_page() && self.method.is_empty();
        let return_url = self.return_url.as_deref().filter(|_| wanted).and_then(pay_page::way_back)?;
        Some(PayPage { return_url, description: bill.description.clone() })
    }
}

/// Asks for the money, again when the order's open payment changes meanwhile.
pub(crate) async fn take<T>(
    cashier: &Cashier,
    ask: &Command<T>,
    payment: &NewPayment,
    own: Option<Uuid>,
) -> Answer {
    for tried in 1.. {
        let work = attempt(cashier, &ask.shop.tenant, payment, own).await;
        match ask.done(Work::or_refuse(work)).await {
            Err(problem) if problem.code == CONTENDED.code && tried < TRIES => {}
            Err(problem) => return Err(problem.into()),
            Ok(done) => return follow(cashier, &ask.shop, done, 201).await,
        }
    }
    Err(Problem::bug().into())
}

/// The work that asks for the money; or why not.
pub(crate) async fn attempt(
    cashier: &Cashier,
    tenant: &Tenant,
    asked: &NewPayment,
    own: Option<Uuid>,
) -> Result<Work, Problem> {
    asked.check()?;
    // Of one moment: what is paid afterwards changes the open payment, and then the work finds that out.
    let (mut tab, mut offered) = (TabReading::new(asked.order_id), ProvidersReading::default());
    let mut bill = cashier.bills().reading(asked.order_id);
    tenant.read_together(&mut [&mut tab, &mut *bill, &mut offered]).await?;
    let bill = bill.bill(own)?;
    let id = match tab.open {
        None => PaymentId::new(),
        Some(open) => match payment::queries::summary_of(tenant, open).await?.status.as_str() {
            "declined" => open,
            _ => return Err(Problem::from(Refusal::Open).with("payment", open.to_string())),
        },
    };
    if asked.currency.as_ref().is_some_and(|currency| currency != bill.currency.code()) {
        return Err(Refusal::WrongCurrency.into());
    }
    if bill.amount_owed <= 0 {
        return Err(Refusal::NothingOwed.into());
    }
    let amount = asked.amount.unwrap_or(bill.amount_owed);
    if amount > bill.amount_owed {
        return Err(Refusal::TooMuch { left: bill.amount_owed }.into());
    }
    let (provider, definition) = chosen(offered.rows, asked.provider)?;
    let by_hand = definition.kind == ProviderKind::Manual;
    let mut check = Check::default();
    let page = asked.page(&definition, &bill);
    // A page stays open for an hour, and its order is kept for as long.
    let over = bill.kept_until.is_some_and(|until| until <= tenant.cell().now());
    if page.is_some() && over {
        return Err(Refusal::TimeOver.into());
    }
    let named = by_hand || !asked.method.is_empty() || page.is_some();
    let how = match definition.has_page() {
        true => {
            "name the token by which the provider knows the card or account; or a return_url, and it is paid on the provider's page"
        }
        false => "name the token by which the provider knows the card or account; it has no page to pay on",
    };
    check.that(named, "/method", how);
    check.done()?;
    let attempt = Attempt {
        id,
        order: bill.order,
        payer: bill.payer,
        amount,
        currency: bill.currency,
        provider,
        by_hand,
        capture: asked.capture,
        method: asked.method.clone(),
        page,
        within: definition.patience(),
    };
    Ok(Work::all([cashier.bills().still(&bill), payment::use_cases::attempt(attempt, tab.version)]))
}

fn chosen(offered: Vec<ProviderRow>, named: Option<ProviderId>) -> Result<(ProviderId, Definition), Problem> {
    let mut rows = offered.into_iter().map(|row| row.view);
    let found = match named {
        Some(named) => rows.find(|view| view.id == named).ok_or(Refusal::ProviderUnknown)?,
        None => rows.find(|view| view.definition.enabled).ok_or(Refusal::NoProvider)?,
    };
    match found.definition.enabled {
        true => Ok((found.id, found.definition)),
        false => Err(Refusal::ProviderOff.into()),
    }
}

/// Asks the provider for what was just written down, and shows how the payment stands then.
pub(crate) async fn follow(cashier: &Cashier, shop: &Shop, done: Done, status: u16) -> Answer {
    let body: serde_json::Value = serde_json::from_str(&done.reply.body).unwrap_or_default();
    let id = body["id"].as_str().and_then(|id| id.parse().ok()).ok_or_else(Problem::bug)?;
    settled(cashier, shop, id, !done.replayed).await?;
    let mut payment = payment::queries::payment(&shop.tenant, id).await?;
    cashier.show(shop, &mut payment.summary);
    let mut reply = Reply::json(status, &payment).version(payment.summary.version);
    reply.location = done.reply.location;
    Ok(edge::answer::done(Done { reply, replayed: done.replayed }))
}

pub(crate) async fn settled(
    cashier: &Cashier,
    shop: &Shop,
    id: PaymentId,
    first: bool,
) -> Result<(), Problem> {
    let who = (shop.caller.actor.clone(), shop.correlation);
    match cashier.settle(&shop.tenant, who, id, first).await? {
        Settled::Done | Settled::Doubtful => Ok(()),
        Settled::Down { why, retry_after } => Err(provider_down(id, &why, retry_after)),
    }
}
