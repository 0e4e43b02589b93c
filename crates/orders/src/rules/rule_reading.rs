//! The promotions that something may have, with how often each can still be used.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use kernel::{Arg, args, boxed};
use pricing::PromotionId;
use store::{Failure, Reading, Row, Tenant, marks};
use uuid::Uuid;

use super::{Limits, RULEBOOK, Rules, memory};

/// What decides which promotions something may have.
#[derive(Debug, Clone)]
pub struct Needs {
    /// Whether promotions take anything off at all.
    pub promoted: bool,
    /// As they are compared: without spaces around them, in small letters.
    pub codes: Vec<String>,
    /// Whose uses are counted; nobody's for a guest who has ordered nothing.
    pub customer: Option<Uuid>,
}

/// The rules of a shop, and what follows from them for one buyer.
pub struct InForce {
    pub rules: Arc<Rules>,
    /// Those that apply by themselves or whose code was given.
    pub promotions: Vec<pricing::Promotion>,
    /// Whether the customer has ordered before, as far as a promotion asks.
    pub has_ordered: bool,
}

/// Reads how often the promotions of remembered rules were used, and whether the rules are still those. When they are not,
/// or none are remembered, all is read once more.
pub struct RuleReading {
    needs: Needs,
    remembered: Option<Arc<Rules>>,
    /// Whether the version is compared; a unit of work that compares it itself can do without.
    afresh: bool,
    version: i64,
    uses: HashMap<PromotionId, (i64, i64)>,
    orders: i64,
}

/// What one of its statements asks for.
#[derive(Clone, Copy)]
enum About {
    Version,
    Uses,
    OwnUses,
    Orders,
}

impl RuleReading {
    pub fn new(tenant: &Tenant, needs: Needs, afresh: bool) -> Self {
        Self::by(needs, memory::remembered(tenant), afresh)
    }

    /// The rules alone.
    pub fn alone(tenant: &Tenant) -> Self {
        let needs = Needs { promoted: false, codes: Vec::new(), customer: None };
        Self::new(tenant, needs, true)
    }

    fn by(needs: Needs, remembered: Option<Arc<Rules>>, afresh: bool) -> Self {
        Self { needs, remembered, afresh, version: 0, uses: HashMap::new(), orders: 0 }
    }

    /// What follows from what was read.
    #[boxed]
    pub async fn in_force(self, tenant: &Tenant) -> Result<InForce, Failure> {
        let remembered = self.remembered.clone();
        match remembered.filter(|rules| !self.afresh || rules.version == self.version) {
            Some(rules) => Ok(self.with(rules)),
            None => {
                let rules = memory::read(tenant).await?;
                let mut again = Self::by(self.needs, Some(rules.clone()), false);
                tenant.read_together(&mut [&mut again]).await?;
                Ok(again.with(rules))
            }
        }
    }

    fn with(self, rules: Arc<Rules>) -> InForce {
        let counted = |(promotion, limits): &(pricing::Promotion, Limits)| {
            let mut promotion = promotion.clone();
            if limits.any() {
                let (total, theirs) = self.uses.get(&promotion.id).copied().unwrap_or_default();
                promotion.uses_left = limits.in_total.map(|most| most - total);
                promotion.uses_left_for_customer = limits.for_a_customer.map(|most| most - theirs);
            }
            promotion
        };
        let promotions = self.needs.of(&rules).map(counted).collect();
        InForce { promotions, has_ordered: self.orders > 0 || !self.needs.first_order(&rules), rules }
    }

    /// What is asked for, in the order of the statements.
    fn about(&self) -> Vec<About> {
        let Some(rules) = &self.remembered else { return Vec::new() };
        let mut about = Vec::new();
        if self.afresh {
            about.push(About::Version);
        }
        if self.needs.of(rules).any(|(_, limits)| limits.any()) {
            about.extend([About::Uses, About::OwnUses]);
        }
        if self.needs.first_order(rules) {
            about.push(About::Orders);
        }
        about
    }

    fn statement(&self, about: About) -> (Cow<'static, str>, Vec<Arg>) {
        let customer = self.needs.customer.unwrap_or_default();
        match about {
            About::Version => ("select version from rulebook where id = $1".into(), args![RULEBOOK]),
            About::Uses => {
                let rules = self.remembered.iter().flat_map(|rules| self.needs.of(rules));
                let limited = rules.filter(|(_, limits)| limits.any());
                let ids: Vec<Arg> = limited.map(|(promotion, _)| Arg::from(promotion.id)).collect();
                (format!("select id, used from promotions where id in ({})", marks(ids.len())).into(), ids)
            }
            About::OwnUses => {
                let sql = "select promotion_id, used from promotion_uses where customer_id = $1";
                (sql.into(), args![customer])
            }
            About::Orders => {
                let sql = "select count(*) from orders where customer_id = $1 and status <> 'cancelled'";
                (sql.into(), args![customer])
            }
        }
    }
}

impl Reading for RuleReading {
    fn statements(&self) -> Vec<(Cow<'static, str>, Vec<Arg>)> {
        self.about().into_iter().map(|about| self.statement(about)).collect()
    }

    fn take(&mut self, statement: usize, row: &Row<'_>) -> Result<(), Failure> {
        match self.about()[statement] {
            About::Version => self.version = row.get(0)?,
            About::Uses => self.uses.entry(PromotionId(row.get(0)?)).or_default().0 = row.get(1)?,
            About::OwnUses => self.uses.entry(PromotionId(row.get(0)?)).or_default().1 = row.get(1)?,
            About::Orders => self.orders = row.get(0)?,
        }
        Ok(())
    }
}

impl Needs {
    /// The promotions that apply by themselves or whose code was given.
    fn of<'a>(&'a self, rules: &'a Rules) -> impl Iterator<Item = &'a (pricing::Promotion, Limits)> {
        let given = |code: &String| self.codes.contains(&code.trim().to_lowercase());
        let all = rules.promotions.iter().filter(|_| self.promoted);
        all.filter(move |(promotion, _)| promotion.code.as_ref().is_none_or(given))
    }

    fn first_order(&self, rules: &Rules) -> bool {
        self.of(rules).any(|(promotion, _)| promotion.conditions.first_order)
    }
}
