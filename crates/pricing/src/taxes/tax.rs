//! Which taxes there are, and which of them a place and a tax class have.

use std::collections::BTreeMap;
use std::sync::Arc;

use kernel::{Doubts, Percentage};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::rate::Rate;
use crate::refusal::field;
use crate::rounding::Rounding;
use crate::{Destination, Part, Refusal, TaxPart};

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(bound = "")]
pub struct TaxRules<R = Rate> {
    #[serde(default)]
    pub prices: Prices,
    /// Countries where prices are meant otherwise.
    #[serde(default)]
    pub prices_in: BTreeMap<String, Prices>,
    #[serde(default)]
    pub rounding: Rounding,
    #[serde(default)]
    pub shipping: ShippingTax,
    #[serde(default = "Vec::new")]
    #[schema(value_type = Vec<TaxRate>)]
    pub rates: Vec<TaxRate<R>>,
    /// Who is asked instead of the rates, by the id that the shop knows them under. The rates hold while they are silent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine: Option<Uuid>,
}

/// Whether prices hold the tax already.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Prices {
    #[default]
    IncludeTax,
    ExcludeTax,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ShippingTax {
    #[default]
    ByClass,
    /// As the goods that are sent: split by what the goods of each tax class cost.
    InProportion,
}

/// One tax of a place. Within a layer the most specific rate applies: the longer postal prefix, then the region, then
/// the tax class. Layers add up: a state's, a county's, a city's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(bound = "")]
pub struct TaxRate<R = Rate> {
    /// As the person reads it: "VAT".
    #[schema(value_type = String)]
    pub name: Arc<str>,
    /// With its sign, and at most four digits behind the point: "8.875%".
    #[schema(value_type = String, example = "19%")]
    pub rate: R,
    pub country: String,
    #[serde(default)]
    pub region: Option<String>,
    #[serde(default)]
    pub postal_prefix: Option<String>,
    /// None is every class.
    #[serde(default)]
    pub tax_class: Option<String>,
    #[serde(default)]
    pub layer: u8,
    /// Reckoned on the price and all taxes that do not compound, and those that do of lower layers.
    #[serde(default)]
    pub compound: bool,
    /// Who has a VAT number owes it themselves.
    #[serde(default)]
    pub reverse_charge: bool,
}

/// A tax that was worked out elsewhere, to be put into the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assessed {
    pub of: Part,
    #[serde(flatten)]
    pub tax: TaxPart,
}

/// A tax of more than so many percent is asked about: no country of the world takes as much of everything.
const USUAL: u32 = 30;

impl<R> TaxRules<R> {
    /// The same, with its rates in another form.
    fn with<Q>(&self, change: impl Fn(&R) -> Q) -> TaxRules<Q> {
        let rate = |rate: &TaxRate<R>| TaxRate {
            name: rate.name.clone(),
            rate: change(&rate.rate),
            country: rate.country.clone(),
            region: rate.region.clone(),
            postal_prefix: rate.postal_prefix.clone(),
            tax_class: rate.tax_class.clone(),
            layer: rate.layer,
            compound: rate.compound,
            reverse_charge: rate.reverse_charge,
        };
        TaxRules {
            prices: self.prices,
            prices_in: self.prices_in.clone(),
            rounding: self.rounding,
            shipping: self.shipping,
            rates: self.rates.iter().map(rate).collect(),
            engine: self.engine,
        }
    }
}

impl TaxRules<Percentage> {
    /// As they are reckoned with.
    pub fn reckoned(&self) -> TaxRules {
        self.with(|rate| Rate(rate.millionths()))
    }
}

impl TaxRules {
    /// As people write them.
    pub fn written(&self) -> TaxRules<Percentage> {
        self.with(|rate| Percentage::of_a_million(rate.0))
    }

    /// What can be meant and probably is not.
    pub fn doubt(&self, doubts: &mut Doubts) {
        for (n, rate) in self.rates.iter().enumerate() {
            let usual = !Percentage::of_a_million(rate.rate.0).is_above(USUAL);
            let much = format!("a tax of {} is more than {USUAL} %", rate.rate);
            doubts.that(usual, format!("/rates/{n}/rate"), much);
        }
    }

    /// Names rates between which nothing decides. `price` would take the higher one.
    pub fn check(&self) -> Result<(), Refusal> {
        let mut wrong = Vec::new();
        for (n, rate) in self.rates.iter().enumerate() {
            if self.rates[..n].iter().any(|earlier| earlier.stands_for_the_same(rate)) {
                wrong.push(field(
                    format!("/rates/{n}"),
                    "there is another rate for the same place, class and layer",
                ));
            }
        }
        if wrong.is_empty() { Ok(()) } else { Err(Refusal::Malformed(wrong)) }
    }

    /// How prices are meant there.
    pub fn prices_at(&self, place: &Destination) -> Prices {
        let other = self.prices_in.iter().find(|(country, _)| country.eq_ignore_ascii_case(&place.country));
        other.map_or(self.prices, |(_, prices)| *prices)
    }

    /// All rates that some class may have there.
    pub(crate) fn at<'a>(&'a self, place: &Destination) -> Vec<&'a TaxRate> {
        let postal_code = place.postal_code.as_deref().map(plain).unwrap_or_default();
        self.rates.iter().filter(|rate| rate.holds_at(place, &postal_code)).collect()
    }
}

/// Of the rates of a place the ones that a class has: one for each layer, those that compound last.
pub(crate) fn of_class<'a>(rates: &[&'a TaxRate], class: &str) -> Vec<&'a TaxRate> {
    let mut found: Vec<&TaxRate> = Vec::new();
    let of_class = |rate: &&&TaxRate| rate.tax_class.as_deref().is_none_or(|its| its == class);
    for rate in rates.iter().filter(of_class) {
        match found.iter_mut().find(|other| other.layer == rate.layer) {
            Some(other) if rate.precision() > other.precision() => *other = rate,
            Some(_) => {}
            None => found.push(rate),
        }
    }
    found.sort_by_key(|rate| (rate.compound, rate.layer));
    found
}

impl TaxRate {
    fn holds_at(&self, place: &Destination, postal_code: &str) -> bool {
        let same =
            |its: &str, there: Option<&str>| there.is_some_and(|there| there.eq_ignore_ascii_case(its));
        same(&self.country, Some(&place.country))
            && self.region.as_deref().is_none_or(|region| same(region, place.region.as_deref()))
            && self.postal_prefix.as_deref().is_none_or(|prefix| postal_code.starts_with(&plain(prefix)))
    }

    /// The more precise one wins; what stands behind the place and the class only makes the choice a fixed one.
    fn precision(&self) -> impl Ord + use<'_> {
        let prefix = self.postal_prefix.as_deref().map_or(0, |prefix| plain(prefix).len());
        (prefix, self.region.is_some(), self.tax_class.is_some(), self.rate, &self.name, self.compound)
    }

    fn stands_for_the_same(&self, other: &Self) -> bool {
        let of = |rate: &Self| {
            let prefix = rate.postal_prefix.as_deref().map(plain);
            let region = rate.region.as_ref().map(|region| region.to_ascii_uppercase());
            (rate.country.to_ascii_uppercase(), region, prefix, rate.tax_class.clone(), rate.layer)
        };
        of(self) == of(other)
    }
}

/// A postal code without what people put between its signs.
fn plain(code: &str) -> String {
    code.chars().filter(char::is_ascii_alphanumeric).map(|sign| sign.to_ascii_uppercase()).collect()
}
