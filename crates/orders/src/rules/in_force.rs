//! All rules of a shop at one version of its rulebook, as orders are priced by them.

use pricing::{PromotionId, TaxRules};
use uuid::Uuid;

use super::delivery::{DeliveryOption, DeliveryTerms};
use super::promotion::Limits;
use super::settings::OrderSettings;

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
