//! The till: looks up what is wanted and prices it by today's catalog and rules.

mod carriage;

use std::sync::Arc;
use std::time::Duration;

use catalog::{Buyer, Offer, OfferBy, Prices, Quote, QuoteReading};
use kernel::{Check, Currency, Problem, Timestamp, boxed};
use pricing::{Basket, Customer, Destination, Explanation, Ledger, LineId, Priced, PromotionId, Shipping};
use store::{Reading, Tenant};
use uuid::Uuid;

use carriage::Carriage;

use crate::agreement::{self, Agreed};
use crate::order::{Address, Line, OWN_DELIVERY, Words};
use crate::ports::buyers::Standing;
use crate::ports::carriers::Parcel;
use crate::ports::tax_engine;
use crate::rules::{self, DeliveryOption, InForce, Limits, Needs, RuleReading, Rules, Where};
use crate::{Ports, Refusal};

/// What is to be priced.
pub struct Wanted<'a> {
    pub lines: &'a [(OfferBy, i64)],
    pub codes: &'a [String],
    pub delivery: Option<Uuid>,
    pub to: Option<&'a Address>,
    /// For counting how often they used a promotion; nobody for a guest who has ordered nothing.
    pub customer: Option<Uuid>,
    /// The customer whose prices they are; nobody for a guest.
    pub buyer: Option<Uuid>,
    pub currency: Currency,
    pub now: Timestamp,
    /// The number of its first line.
    pub first: u32,
    /// Whether promotions take something off. What is added to an order later costs what it costs.
    pub promoted: bool,
    /// What was agreed on with whoever it is for: instead of promotions.
    pub agreed: Option<&'a Agreed>,
}

impl Wanted<'_> {
    /// Which promotions it may have.
    fn needs(&self) -> Needs {
        let promoted = self.promoted && self.agreed.is_none();
        let codes = self.codes.iter().map(|code| code.trim().to_lowercase()).collect();
        Needs { promoted, codes, customer: self.customer }
    }
}

/// What it comes to.
pub struct Receipt {
    pub lines: Vec<Line>,
    /// What each line was priced by.
    pub quotes: Vec<Quote>,
    /// The wanted line that first named the variant.
    pub asked: Vec<usize>,
    /// The wanted lines that are not sold.
    pub unsold: Vec<usize>,
    pub priced: Priced,
    pub delivery: Option<DeliveryOption>,
    /// Whether a way of delivery was chosen that does not go there.
    pub misdirected: bool,
    pub rules: Arc<Rules>,
    /// What the buyer belongs to.
    pub standing: Standing,
    /// What is to be said of the taxes, in a sentence.
    pub tax_note: Option<&'static str>,
    /// What the shop said of what it agreed on.
    pub words: Words,
    carriage: Carriage,
}

impl Receipt {
    /// Looks everything up. Without `afresh` prices and rules are those that this node remembers, for whoever holds their work
    /// to them.
    #[boxed]
    pub async fn ring_up(
        tenant: &Tenant,
        ports: &Ports,
        wanted: &Wanted<'_>,
        afresh: bool,
    ) -> Result<Self, Problem> {
        Self::ring_up_beside(tenant, ports, wanted, afresh, None).await
    }

    /// The same, and reads something else in the same round trip.
    #[boxed]
    pub async fn ring_up_beside(
        tenant: &Tenant,
        ports: &Ports,
        wanted: &Wanted<'_>,
        afresh: bool,
        beside: Option<&mut dyn Reading>,
    ) -> Result<Self, Problem> {
        let mut rules = RuleReading::new(tenant, wanted.needs(), afresh);
        let mut standing = Standing::reading(&*ports.buyers, wanted.buyer);
        let by = wanted.lines.iter().map(|(by, _)| by.clone()).collect();
        let mut quotes = QuoteReading::new(tenant, by, afresh);
        let mut all: Vec<&mut dyn Reading> = vec![&mut rules, &mut *standing, &mut quotes];
        if let Some(beside) = beside {
            all.push(beside);
        }
        tenant.read_together(&mut all).await?;
        let (standing, (offers, prices)) = (standing.standing(), quotes.answer(tenant).await?);
        let InForce { rules, promotions, has_ordered } = rules.in_force(tenant).await?;

        let mut basket = Filled::of(wanted, &offers, &prices, &standing);
        let listed = wanted.agreed.map(|agreed| agreed.raise(&mut basket.lines)).unwrap_or_default();
        let promotions = match wanted.agreed {
            Some(agreed) => agreed.promotions(&basket.lines, wanted.currency).map_err(Refusal::from)?,
            None => promotions,
        };
        let first_order = !has_ordered;
        let worth = basket.worth()?;
        let parcel = wanted.to.map(|to| Parcel::to(to, basket.weight(), worth, wanted.currency));
        let carriage = match &parcel {
            Some(parcel) => Carriage::ask(tenant, &*ports.rates, &rules, parcel).await,
            None => Carriage::default(),
        };
        let option = wanted.delivery.and_then(|id| rules.delivery(id)).cloned();
        let fitting = option.filter(|option| wanted.to.is_some_and(|to| option.fits(place(to), worth)));
        let carried =
            fitting.and_then(|option| carriage.price(&option, worth).map(|(price, _)| (option, price)));
        let own = wanted.agreed.and_then(|agreed| agreed.delivery.as_ref());
        let carried = own.map(|own| (own.option(), own.price)).or(carried);
        let goods = Basket {
            currency: wanted.currency,
            lines: basket.priced_lines(wanted.first),
            shipping: carried.as_ref().map(|(option, price)| shipping(option, *price)),
            codes: wanted.codes.to_vec(),
            customer: Customer { first_order, ..customer(&standing) },
            destination: wanted.to.map(destination),
            now: wanted.now,
        };
        let own = pricing::price(&goods, &promotions, &rules.taxes).map_err(Refusal::from)?;
        let assessed =
            tax_engine::assess(tenant, &*ports.taxes, &rules.taxes, &goods, &basket.lines, own).await;
        let (mut priced, tax_note) = assessed.map_err(Refusal::from)?;
        if let Some(agreed) = wanted.agreed {
            let raised = agreed.raised(&basket.lines, &listed, wanted.first);
            priced.ledger = priced.ledger.and(raised).map_err(Refusal::from)?;
        }
        let delivery = carried.map(|(option, _)| option);
        let misdirected = wanted.delivery.is_some() && delivery.is_none();
        let Filled { lines, quotes, asked, unsold } = basket;
        Ok(Self {
            lines,
            quotes,
            asked,
            unsold,
            priced,
            delivery,
            misdirected,
            rules,
            standing,
            tax_note,
            words: wanted.agreed.map(Agreed::words).unwrap_or_default(),
            carriage,
        })
    }

    /// The promotions that took something off and whose uses are counted, with how often each may be used.
    pub fn redeemed(&self) -> Vec<(PromotionId, String, Limits)> {
        let applied = |known: &&Explanation| known.outcome == pricing::Outcome::Applied;
        let ids = self.priced.explained.iter().filter(applied).filter_map(|known| known.promotion);
        let named =
            ids.filter_map(|id| self.rules.promotions.iter().find(|(promotion, _)| promotion.id == id));
        let counted = named.filter(|(_, limits)| limits.any());
        counted.map(|(promotion, limits)| (promotion.id, promotion.name.clone(), *limits)).collect()
    }

    /// How long what is in it is kept until it is paid; for ever, when it costs nothing.
    pub fn hold(&self) -> Option<Duration> {
        self.rules.settings.hold().filter(|_| self.ledger().total() > 0)
    }

    pub fn ledger(&self) -> &Ledger {
        &self.priced.ledger
    }

    /// The ways of delivery that go there, each with its price and what is to be said of that.
    pub fn deliveries(&self, to: &Address) -> Vec<(DeliveryOption, i64, Option<&'static str>)> {
        let worth = self.priced.totals().items;
        if let Some(own) = self.delivery.as_ref().filter(|option| option.id == OWN_DELIVERY) {
            return vec![(own.clone(), own.terms.price, None)];
        }
        let fitting = self.rules.deliveries.iter().filter(|option| option.fits(place(to), worth));
        let priced = |option: &DeliveryOption| {
            self.carriage.price(option, worth).map(|(price, note)| (option.clone(), price, note))
        };
        fitting.filter_map(priced).collect()
    }

    /// What is still to be said about how it is delivered: by its place, and in a sentence.
    pub fn undelivered(&self, to: &Address) -> Option<(&'static str, &'static str)> {
        if self.rules.deliveries.is_empty() || self.delivery.is_some() {
            return None;
        }
        if self.deliveries(to).is_empty() {
            return Some(("/shipping_address", "nothing is delivered there; give another address"));
        }
        let how = if self.misdirected {
            "this way of delivery does not go there; choose another"
        } else {
            "choose a way of delivery"
        };
        Some(("/delivery_option_id", how))
    }

    /// Refuses more of a thing than the shop lets somebody order at once, by the place of the line that names it first.
    pub fn must_be_few(&self, pointer: impl Fn(usize) -> String) -> Result<(), Problem> {
        let (mut check, most) = (Check::default(), self.rules.settings.most_of_a_thing);
        for (line, n) in self.lines.iter().zip(&self.asked) {
            check.that(line.quantity <= most, pointer(*n), rules::too_many(most));
        }
        check.done()
    }

    /// Refuses lines that are not sold, each by its place.
    pub fn must_be_sold(&self, pointer: impl Fn(usize) -> String) -> Result<(), Problem> {
        let mut check = Check::default();
        for n in &self.unsold {
            check.that(false, pointer(*n), "this shop does not sell this");
        }
        check.done()
    }
}

/// The basket with its prices.
#[derive(Default)]
struct Filled {
    lines: Vec<Line>,
    quotes: Vec<Quote>,
    asked: Vec<usize>,
    unsold: Vec<usize>,
}

impl Filled {
    /// Two lines of one variant become one, so that it is priced by all there are of it.
    fn of(wanted: &Wanted<'_>, offers: &[Option<Offer>], prices: &Prices, standing: &Standing) -> Self {
        let mut named: Vec<(usize, &Offer, i64)> = Vec::new();
        let mut basket = Self::default();
        for (n, ((_, quantity), offer)) in wanted.lines.iter().zip(offers).enumerate() {
            let Some(offer) = offer else {
                basket.unsold.push(n);
                continue;
            };
            match named.iter_mut().find(|(_, known, _)| known.variant == offer.variant) {
                Some((.., known)) => *known = known.saturating_add(*quantity),
                None => named.push((n, offer, *quantity)),
            }
        }
        let buyer = Buyer {
            segments: standing.segments.clone(),
            organisation: standing.organisation.as_ref().map(|known| known.id),
            groups: standing.groups.clone(),
            ..Buyer::anyone(wanted.currency)
        };
        for (n, offer, quantity) in named {
            match prices.quote(offer, quantity, &buyer, wanted.now) {
                Some(quote) => basket.put(n, quote, quantity),
                None => basket.unsold.push(n),
            }
        }
        basket
    }

    fn put(&mut self, n: usize, quote: Quote, quantity: i64) {
        let offer = &quote.offer;
        self.asked.push(n);
        self.lines.push(Line {
            variant: offer.variant,
            product: offer.product,
            sku: offer.sku.clone(),
            title: offer.title.clone(),
            quantity,
            unit_price: offer.price,
        });
        self.quotes.push(quote);
    }

    fn worth(&self) -> Result<i64, Refusal> {
        self.lines.iter().try_fold(0i64, |sum, line| {
            let worth = line.unit_price.amount.checked_mul(line.quantity).ok_or(Refusal::TooLarge)?;
            sum.checked_add(worth).ok_or(Refusal::TooLarge)
        })
    }

    /// Of what says its weight.
    fn weight(&self) -> i64 {
        let weights = self.lines.iter().zip(&self.quotes);
        let weights =
            weights.map(|(line, quote)| quote.offer.weight_grams.unwrap_or(0).saturating_mul(line.quantity));
        weights.fold(0, i64::saturating_add)
    }

    fn priced_lines(&self, first: u32) -> Vec<pricing::Line> {
        let numbered = self.lines.iter().zip(&self.quotes).zip(first..);
        numbered
            .map(|((line, quote), number)| pricing::Line {
                id: LineId(number),
                product: line.product.uuid(),
                variant: line.variant.uuid(),
                quantity: line.quantity,
                unit_price: line.unit_price.amount,
                categories: quote.offer.categories.clone(),
                tax_class: quote.offer.tax_class.clone(),
            })
            .collect()
    }
}

/// As promotions know them.
fn customer(standing: &Standing) -> Customer {
    let organisation = standing.organisation.as_ref();
    Customer {
        segments: standing.groups.clone(),
        organisation: organisation.map(|known| known.id),
        has_vat_number: organisation.is_some_and(|known| known.vat_registered),
        ..Customer::default()
    }
}

fn shipping(option: &DeliveryOption, price: i64) -> Shipping {
    Shipping { option: agreement::plain(option).to_owned(), price, tax_class: option.terms.tax_class.clone() }
}

fn place(address: &Address) -> Where<'_> {
    Where { country: &address.country, postal_code: &address.postal_code }
}

fn destination(address: &Address) -> Destination {
    Destination {
        country: address.country.clone(),
        region: address.region.clone(),
        postal_code: Some(address.postal_code.clone()),
    }
}
