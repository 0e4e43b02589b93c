//! What prices depend on beside the catalog: promotions, taxes, and ways of delivery.
//!
//! All of them together are the *rulebook*. It has a version of its own, so that an order can be sure that it was priced
//! by the rules of its moment, however long a node has remembered them.

pub mod api;
mod code;
mod delivery;
mod naming;
mod projector;
mod promotion;
pub mod queries;
mod refunds;
mod settings;
mod settings_api;
mod taxes;
pub mod works;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use kernel::{Aggregate, Decide, TenantId, Timestamp};
use pricing::{PromotionId, TaxRules};
use serde::{Deserialize, Serialize};
use store::{Failure, Tenant};
use uuid::Uuid;

use crate::Refusal;

pub use api::{NewPromotion, NewTaxes, make_promotion};
pub use code::Code;
pub use delivery::{Delivery, DeliveryOption, Terms as DeliveryTerms, Where};
pub use promotion::{Count, GiveBack, Kept, Limits, Promo, Redeem, TakeBack, Use};
pub use refunds::{RefundDue, RefundOnCancel};
pub use settings::OrderSettings;
pub use taxes::Taxes;

/// There is one rulebook, one set of taxes, and one of settings, for each shop.
pub const RULEBOOK: Uuid = Uuid::from_u128(0x2c7d_90e1_5f3a_4d18_8b6e_71aa_0c94_e302);
pub const TAXES: Uuid = Uuid::from_u128(0x91b4_3e07_c6d2_4f7f_a0c8_1d5b_6e2f_7b03);
pub const SETTINGS: Uuid = Uuid::from_u128(0x5ae1_70c4_9b3d_4e62_8f15_d20b_46c7_a914);

/// Of how many shops a node remembers the rules; then all are forgotten.
const REMEMBERED: usize = 10_000;

/// The rules of a shop, as they were at one version of its rulebook.
#[derive(Debug)]
pub struct Rules {
    pub version: i64,
    /// Those that are in force or will be, each with how often it may be used.
    pub promotions: Vec<(pricing::Promotion, Limits)>,
    pub taxes: TaxRules,
    pub deliveries: Vec<DeliveryOption>,
    pub settings: OrderSettings,
}

impl Rules {
    pub fn limits(&self, id: PromotionId) -> Limits {
        self.promotions
            .iter()
            .find(|(promotion, _)| promotion.id == id)
            .map_or_else(Limits::default, |known| known.1)
    }

    /// Whether anything goes there; what can be delivered in no special way goes everywhere.
    pub fn delivers_to(&self, country: &str) -> bool {
        let goes = |terms: &DeliveryTerms| {
            let countries = &terms.countries;
            terms.enabled && (countries.is_empty() || countries.iter().any(|known| known == country))
        };
        self.deliveries.is_empty() || self.deliveries.iter().any(|option| goes(&option.terms))
    }

    pub fn delivery(&self, id: Uuid) -> Option<&DeliveryOption> {
        self.deliveries.iter().find(|option| option.id == id)
    }
}

/// What is said to whoever wants more of a thing than the shop lets them order at once.
pub fn too_many(most: i64) -> String {
    format!("this shop sells at most {most} of a thing at once; ask it if you need more")
}

/// The rules that this node remembers. `afresh`: only if the rulebook has not changed since; whoever compares its version
/// in their unit of work finds that out without asking.
pub async fn rules(tenant: &Tenant, afresh: bool) -> Result<Arc<Rules>, Failure> {
    let known = remembered().lock().unwrap_or_else(PoisonError::into_inner).get(&tenant.id()).cloned();
    if let Some(rules) = known
        && (!afresh || rules.version == queries::version(tenant).await?)
    {
        return Ok(rules);
    }
    let rules = Arc::new(queries::rules(tenant).await?);
    let mut all = remembered().lock().unwrap_or_else(PoisonError::into_inner);
    if all.len() >= REMEMBERED {
        all.clear();
    }
    all.insert(tenant.id(), rules.clone());
    Ok(rules)
}

fn remembered() -> &'static Mutex<HashMap<TenantId, Arc<Rules>>> {
    static REMEMBERED: OnceLock<Mutex<HashMap<TenantId, Arc<Rules>>>> = OnceLock::new();
    REMEMBERED.get_or_init(Mutex::default)
}

/// That something in the rulebook has changed; its version is what orders compare.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rulebook {}

kernel::events! {
    pub enum RulebookEvent {
        Changed(Changed) = ("rulebook.changed", 1),
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {}

impl Aggregate for Rulebook {
    const KIND: &'static str = "rulebook";
    type Event = RulebookEvent;

    fn apply(&mut self, _: &RulebookEvent) {}
}

pub struct Turn;

impl Decide<Turn> for Rulebook {
    type Refusal = Refusal;

    fn decide(&self, _: &Turn, _now: Timestamp) -> Result<Vec<RulebookEvent>, Refusal> {
        Ok(vec![Changed {}.into()])
    }
}
