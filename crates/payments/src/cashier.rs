//! Who asks providers, and writes down what came of it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use edge::Shop;
use kernel::{Actor, CorrelationId, Problem, SubjectId, TenantId, Timestamp, boxed};
use outbound::{Allowed, Policy};
use parking_lot::Mutex;
use store::{Asked, Tenant};
use url::Url;

use crate::bills::Bills;
use crate::payment::outcome::{Conclude, Doubt, PAGE_WITHIN, SENT_WITHIN};
use crate::payment::pending::Request;
use crate::payment::provider_port::{Ask, Outcome, Provider, Trouble};
use crate::payment::queries::PaymentSummary;
use crate::payment::unsettled::{Unsettled, UnsettledReading};
use crate::payment::use_cases::Subject;
use crate::problems::{PROVIDER_DOWN, PROVIDER_UNKNOWN};
use crate::providers::provider::ProviderKind;
use crate::providers::provider_client::ProviderClient;
use crate::providers::queries::{ProviderReading, ProviderRow};
use crate::providers::rest::{Rest, RestAuth};
use crate::providers::stripe::client::{self, Stripe};
use crate::sandbox::Sandbox;
use crate::{PaymentId, ProviderId, Refusal, payment, providers};

/// What secrets are sealed as.
const SEALED_AS: &str = "payment provider";

/// How many clients of providers are kept open.
const CLIENTS: usize = 1000;

/// Cheap to clone; all clones share their clients and breakers.
#[derive(Clone)]
pub struct Cashier(Arc<Inner>);

struct Inner {
    policy: Policy,
    sandbox: Sandbox,
    bills: Arc<dyn Bills>,
    clients: Mutex<HashMap<(TenantId, ProviderId), Open>>,
    /// Payments whose provider is being asked from here.
    asking: Mutex<HashSet<PaymentId>>,
}

/// A provider in the version in which it was configured.
type Open = (i64, Arc<dyn Provider>);

/// What came of asking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settled {
    /// There is an answer, or nothing to ask; or somebody else is asking at this moment.
    Done,
    /// Nobody knows.
    Doubtful,
    /// The provider never got it.
    Down { why: String, retry_after: u32 },
}

impl Cashier {
    pub fn new(policy: Policy, sandbox: Sandbox, bills: Arc<dyn Bills>) -> Self {
        let (clients, asking) = (Mutex::default(), Mutex::default());
        Self(Arc::new(Inner { policy, sandbox, bills, clients, asking }))
    }

    pub fn bills(&self) -> &dyn Bills {
        &*self.0.bills
    }

    /// Asks for what a payment waits for. The first time it is simply asked for; afterwards the provider is asked what it
    /// made of it, and asked for it again, under the same key, when it has never heard of it.
    #[boxed]
    pub async fn settle(
        &self,
        tenant: &Tenant,
        who: (Actor, CorrelationId),
        payment: PaymentId,
        first: bool,
    ) -> Result<Settled, Problem> {
        let Some(_asking) = self.begin(payment) else { return Ok(Settled::Done) };
        let (settled, asked) = self.settle_last(tenant, who.clone(), payment, first).await?;
        // A void that came too late leaves what it was to end: that was met meanwhile, and somebody waits to hear it.
        if settled == Settled::Done && asked == Some(Request::Void) {
            self.settle_last(tenant, who, payment, false).await?;
        }
        Ok(settled)
    }

    /// Asks for the last of what a payment waits for, and says what that was.
    async fn settle_last(
        &self,
        tenant: &Tenant,
        who: (Actor, CorrelationId),
        payment: PaymentId,
        first: bool,
    ) -> Result<(Settled, Option<Request>), Problem> {
        let (mut unsettled, mut provider) = (UnsettledReading::of(payment), ProviderReading::of(payment));
        tenant.read_together(&mut [&mut unsettled, &mut provider]).await?;
        let Some(unsettled) = unsettled.unsettled.filter(|unsettled| !unsettled.by_hand) else {
            return Ok((Settled::Done, None));
        };
        let answer = match self.ready(tenant, provider.row).await {
            Ok(provider) => ask(&*provider, tenant, &unsettled, first && !unsettled.asked_before).await,
            // Nobody is left to ask, and nothing was asked before: it does not happen.
            Err(problem) if problem.code == PROVIDER_UNKNOWN.code && !unsettled.asked_before => {
                Ok(Outcome::Declined { code: "provider_removed".into(), sentence: problem.detail })
            }
            Err(problem) => Err(Trouble { sent: false, why: problem.detail, retry_after: 60 }),
        };
        let settled = self.write_down(tenant, who, &unsettled, answer).await?;
        Ok((settled, Some(unsettled.ask.request)))
    }

    async fn write_down(
        &self,
        tenant: &Tenant,
        (actor, correlation): (Actor, CorrelationId),
        unsettled: &Unsettled,
        answer: Result<Outcome, Trouble>,
    ) -> Result<Settled, Problem> {
        let Ask { payment, key, .. } = &unsettled.ask;
        let subject = unsettled.subject();
        let asked = Asked::by(actor, correlation, tenant.cell().now());
        match answer {
            // No news, and its time to be asked after has not come: whoever looks at a page writes nothing down.
            Ok(Outcome::Challenged { .. })
                if unsettled.challenged_until.is_some_and(|until| until > asked.now) =>
            {
                Ok(Settled::Done)
            }
            Ok(outcome) => {
                let conclude = Conclude { id: *payment, key: key.clone(), outcome };
                tenant.run(asked, payment::use_cases::ask(subject, None, conclude)).await?;
                Ok(Settled::Done)
            }
            Err(Trouble { sent, why, retry_after }) => {
                let doubt = Doubt { key: key.clone(), sent, why: why.clone() };
                tenant.run(asked, payment::use_cases::ask(subject, None, doubt)).await?;
                // What was sent before may have arrived then.
                let unsent = !sent && !unsettled.asked_before;
                Ok(if unsent { Settled::Down { why, retry_after } } else { Settled::Doubtful })
            }
        }
    }

    /// The provider, ready to be asked.
    #[boxed]
    pub async fn provider(&self, tenant: &Tenant, id: ProviderId) -> Result<Arc<dyn Provider>, Problem> {
        let row = providers::queries::provider(tenant, id).await?;
        self.ready(tenant, row).await
    }

    async fn ready(&self, tenant: &Tenant, row: Option<ProviderRow>) -> Result<Arc<dyn Provider>, Problem> {
        let row = row.filter(|row| !row.removed).ok_or(Refusal::ProviderUnknown)?;
        let name = (tenant.id(), row.view.id);
        if let Some((version, provider)) = self.0.clients.lock().get(&name)
            && *version == row.view.version
        {
            return Ok(provider.clone());
        }
        let provider = self.open(tenant, &row).await?;
        let mut clients = self.0.clients.lock();
        if clients.len() >= CLIENTS {
            clients.clear();
        }
        clients.insert(name, (row.view.version, provider.clone()));
        Ok(provider)
    }

    async fn open(&self, tenant: &Tenant, row: &ProviderRow) -> Result<Arc<dyn Provider>, Problem> {
        let keys = tenant.keys().await?;
        let opened = |sealed: &Option<String>| {
            let opened = sealed.as_ref().and_then(|sealed| keys.open_secret(SEALED_AS, sealed));
            opened.and_then(|secret| String::from_utf8(secret.to_vec()).ok())
        };
        let (key, webhook_secret) =
            (opened(&row.secrets.key).unwrap_or_default(), opened(&row.secrets.webhook));
        let definition = &row.view.definition;
        let typed = definition.address.clone().unwrap_or_default();
        let (policy, address) = match definition.kind {
            ProviderKind::Sandbox => self.sandbox().await?,
            _ => (self.0.policy.clone(), typed),
        };
        let client = ProviderClient::new(&policy, definition.timeout())
            .map_err(|error| PROVIDER_DOWN.says(error.to_string()).after(60))?;
        Ok(match definition.kind {
            ProviderKind::Stripe => {
                let address = if address.is_empty() { client::ADDRESS.to_owned() } else { address };
                Arc::new(Stripe { client, address, key, webhook_secret })
            }
            ProviderKind::Gateway => {
                let (token_address, id) = (definition.token_address.clone(), definition.client_id.clone());
                let auth = RestAuth::Client {
                    token_address: token_address.unwrap_or_default(),
                    id: id.unwrap_or_default(),
                    secret: key,
                    token: tokio::sync::Mutex::default(),
                };
                Arc::new(Rest { client, address, auth, webhook_secret })
            }
            // Each shop, and each of its sandboxes, has a book of its own.
            ProviderKind::Sandbox => {
                let own = || format!("{}:{}", tenant.id(), row.view.id);
                let account = if key.is_empty() { own() } else { key };
                Arc::new(Rest { client, address, auth: RestAuth::Key(account), webhook_secret })
            }
            ProviderKind::Manual => return Err(Refusal::ByHand.into()),
        })
    }

    /// Shows where a challenge is met as a whole address.
    pub(crate) fn show(&self, shop: &Shop, payment: &mut PaymentSummary) {
        let challenge = payment.challenge_url.take();
        payment.challenge_url = challenge.map(|url| self.0.sandbox.complete(&shop.record, url));
    }

    /// The sandbox of this process.
    pub(crate) fn within(&self) -> &Sandbox {
        &self.0.sandbox
    }

    /// The sandbox may be asked wherever it is: its address is the platform's and nobody else's to say.
    async fn sandbox(&self) -> Result<(Policy, String), Problem> {
        let down = |why: String| PROVIDER_DOWN.says(why).after(30);
        let address = self.0.sandbox.address().await.map_err(|error| down(error.to_string()))?;
        let url = Url::parse(&address).map_err(|error| down(error.to_string()))?;
        let host = url.host_str().unwrap_or_default();
        let mut policy = Policy { allow_http: true, ..self.0.policy.clone() };
        policy.allow.push(Allowed::parse(host).map_err(|error| down(error.to_string()))?);
        Ok((policy, address))
    }

    fn begin(&self, payment: PaymentId) -> Option<Asking<'_>> {
        self.0.asking.lock().insert(payment).then(|| Asking { payment, all: &self.0.asking })
    }
}

/// Seals a secret of a provider.
pub(crate) async fn seal(tenant: &Tenant, secret: Option<&str>) -> Result<Option<String>, Problem> {
    let Some(secret) = secret else { return Ok(None) };
    Ok(Some(tenant.keys().await?.seal_secret(SEALED_AS, secret.as_bytes())))
}

async fn ask(
    provider: &dyn Provider,
    tenant: &Tenant,
    unsettled: &Unsettled,
    first: bool,
) -> Result<Outcome, Trouble> {
    let ask = &unsettled.ask;
    if !first {
        if let Some(outcome) = provider.look_up(ask).await? {
            return Ok(outcome);
        }
        if late(ask, tenant.cell().now()) || gone(ask) {
            let sentence = "The provider never heard of it, and it is too late to ask again.".to_owned();
            return Ok(Outcome::Declined { code: "never_arrived".into(), sentence });
        }
    }
    match ask.request {
        Request::Authorise => provider.authorise(ask).await,
        Request::Capture => provider.capture(ask).await,
        Request::Void => provider.void(ask).await,
        Request::Refund => provider.refund(ask).await,
    }
}

fn late(ask: &Ask, now: Timestamp) -> bool {
    let opens = ask.request == Request::Authorise && ask.page.is_some();
    now.since(ask.since) > if opens { PAGE_WITHIN } else { SENT_WITHIN }
}

/// Whose payer was erased since: there is nothing left to ask with.
fn gone(ask: &Ask) -> bool {
    ask.request == Request::Authorise && ask.method.is_empty() && ask.page.is_none()
}

struct Asking<'a> {
    payment: PaymentId,
    all: &'a Mutex<HashSet<PaymentId>>,
}

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        self.all.lock().remove(&self.payment);
    }
}

impl Unsettled {
    pub(crate) fn subject(&self) -> Subject {
        Subject { payment: self.ask.payment, order: self.order, payer: self.payer }
    }
}

/// The payment as works name it.
pub(crate) fn subject(summary: &PaymentSummary) -> Subject {
    Subject { payment: summary.id, order: summary.order_id, payer: SubjectId(summary.payer_id) }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use kernel::Money;
    use uuid::Uuid;

    use super::*;
    use crate::payment::capture::Capture;
    use crate::payment::pay_page::PayPage;

    fn ask(request: Request, on_page: bool) -> Ask {
        let page = PayPage { return_url: "https://oak.example/".into(), description: "Order 1".into() };
        Ask {
            payment: PaymentId(Uuid::from_u128(1)),
            request,
            key: "k".into(),
            amount: Money::new(1999, "EUR".parse().unwrap()),
            capture: Capture::Automatic,
            method: String::new(),
            page: on_page.then_some(page),
            reference: None,
            since: Timestamp::from_micros(0),
        }
    }

    #[test]
    fn a_page_is_not_opened_after_half_an_hour_and_what_was_paid_on_it_is_refunded_long_after() {
        let at = |minutes: u64| Timestamp::from_micros(0).plus(Duration::from_secs(minutes * 60));
        assert!(!late(&ask(Request::Authorise, true), at(24)));
        assert!(late(&ask(Request::Authorise, true), at(26)));
        for request in [Request::Capture, Request::Void, Request::Refund] {
            assert!(!late(&ask(request, true), at(22 * 60)) && late(&ask(request, true), at(24 * 60)));
        }
        assert!(!late(&ask(Request::Authorise, false), at(22 * 60)));
    }

    #[test]
    fn whoever_was_erased_is_asked_for_nothing_more() {
        assert!(gone(&ask(Request::Authorise, false)) && !gone(&ask(Request::Authorise, true)));
        assert!(!gone(&ask(Request::Refund, false)));
    }
}
