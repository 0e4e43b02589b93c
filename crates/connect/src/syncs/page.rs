//! What a page of an ERP does to a shop: drafts and counts, as one work with the sync's own progress.

use std::collections::{HashMap, HashSet};

use catalog::stock::{Adjust, MOST, Stock};
use catalog::{Content, LocationId, ProductId, Status, Variant, VariantId};
use kernel::{Currency, Money, Problem, boxed};
use store::{Desk, Reply, Tenant, Work};
use uuid::Uuid;

use crate::clients::erp::{Page, Row, Stage};
use crate::error::shown;
use crate::syncs::intake::{self, Counts, Intake, Reject, Take, Taken};
use crate::{Definition, PartnerId, SyncId};

/// Where a page belongs.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    pub partner: PartnerId,
    pub sync: SyncId,
    pub stage: Stage,
    pub page: i64,
    /// How many rejects there were before.
    pub numbered_from: i64,
}

/// The work of a page. What the shop knows is looked up before; the counts are compared within.
#[boxed]
pub async fn work(
    tenant: &Tenant,
    definition: &Definition,
    currency: Currency,
    place: Place,
    page: Page,
) -> Result<Work, Problem> {
    let mut sorted =
        Sorted { counts: Counts { items: count(page.rows.len()), ..Counts::default() }, ..Sorted::default() };
    let rows = sorted.readable(page.rows);
    let skus: Vec<String> = rows.iter().map(|row| row.sku.clone()).collect();
    let known = catalog::queries::variants_of(tenant, &skus).await?;
    match place.stage {
        Stage::Products => sorted.products(rows, &known, definition, currency, place.partner),
        Stage::Inventory => sorted.levels(rows, &known),
    }
    sorted.skip_made(tenant).await?;
    let Sorted { drafts, levels, counts, rejects } = sorted;
    let made = drafts
        .into_iter()
        .map(|(id, content)| catalog::use_cases::create_product(id, content, HashMap::new()));
    let (more, as_of) = (page.more, page.as_of);
    let variants: Vec<VariantId> = levels.iter().map(|level| level.variant).collect();
    let intake = intake::id(place.partner);
    let taken = Work::over::<Intake>([intake]).and::<Stock>(variants).decide(move |desk| {
        let (mut counts, mut rejects) = (counts, rejects.clone());
        for level in &levels {
            level.settle(desk, &mut counts, &mut rejects)?;
        }
        let Place { sync, stage, page, numbered_from, .. } = place;
        let as_of = as_of.clone();
        let taken = Taken { sync, stage, page, more, as_of, counts, rejects, numbered_from };
        desk.ask::<Intake, _>(intake, &Take(taken))?;
        Ok(Reply::nothing())
    });
    Ok(Work::all(made.chain([taken])))
}

/// A page's rows, by what becomes of them.
#[derive(Default)]
struct Sorted {
    drafts: Vec<(ProductId, Content)>,
    levels: Vec<Level>,
    counts: Counts,
    rejects: Vec<Reject>,
}

/// How many there are of a variant, as the ERP has it.
struct Level {
    variant: VariantId,
    sku: String,
    quantity: i64,
}

impl Sorted {
    fn reject(&mut self, sku: &str, reason: impl Into<String>) {
        self.rejects.push(Reject { sku: shown(sku), reason: reason.into(), conflict: false });
    }

    /// A product that was made of a row before keeps what the shop calls its variants now: one row that the shop renamed
    /// must not hold up all others.
    async fn skip_made(&mut self, tenant: &Tenant) -> Result<(), Problem> {
        if self.drafts.is_empty() {
            return Ok(());
        }
        let ids: Vec<ProductId> = self.drafts.iter().map(|(id, _)| *id).collect();
        let made = catalog::queries::products_by_id(tenant, &ids, true).await?;
        for (id, content) in std::mem::take(&mut self.drafts) {
            if made.iter().all(|shown| shown.id != id) {
                self.drafts.push((id, content));
                continue;
            }
            self.counts.created -= 1;
            let sku = content.variants.first().map(|variant| variant.sku.clone()).unwrap_or_default();
            self.reject(&sku, "It was made before, and the shop has given it another SKU since.");
        }
        Ok(())
    }

    /// The rows that name something, each once.
    fn readable(&mut self, rows: Vec<Row>) -> Vec<Row> {
        let (mut seen, mut readable) = (HashSet::new(), Vec::with_capacity(rows.len()));
        for row in rows {
            let shaped =
                (1..=64).contains(&row.sku.len()) && row.sku.bytes().all(|byte| byte.is_ascii_graphic());
            if !shaped {
                self.reject(&row.sku, "A SKU has 1 to 64 letters, digits or signs, without spaces.");
            } else if !seen.insert(row.sku.clone()) {
                self.reject(&row.sku, "The page names this SKU twice; the first row was taken.");
            } else {
                readable.push(row);
            }
        }
        readable
    }

    /// What the shop knows stays as the shop describes it.
    fn products(
        &mut self,
        rows: Vec<Row>,
        known: &HashMap<String, VariantId>,
        definition: &Definition,
        currency: Currency,
        partner: PartnerId,
    ) {
        for row in rows {
            if known.contains_key(&row.sku) {
                self.counts.unchanged += 1;
            } else if !definition.options.create_drafts {
                self.reject(&row.sku, "The shop has no variant with this SKU, and drafts are not made.");
            } else {
                match draft(&row, currency, partner) {
                    Ok(draft) => {
                        self.counts.created += 1;
                        self.drafts.push(draft);
                    }
                    Err(reason) => self.reject(&row.sku, reason),
                }
            }
        }
    }

    fn levels(&mut self, rows: Vec<Row>, known: &HashMap<String, VariantId>) {
        for Row { sku, quantity, .. } in rows {
            let quantity = quantity.as_deref().and_then(|text| text.parse().ok());
            match (known.get(&sku), quantity.filter(|many| (0..=MOST).contains(many))) {
                (_, None) => self.reject(&sku, "The quantity is no whole number from 0 on."),
                (None, _) => self.reject(&sku, "The shop has no variant with this SKU."),
                (Some(variant), Some(quantity)) => {
                    self.levels.push(Level { variant: *variant, sku, quantity });
                }
            }
        }
    }
}

impl Level {
    /// Brings what lies in the default location to what the ERP says, and never below what is promised to orders.
    fn settle(
        &self,
        desk: &mut Desk<'_>,
        counts: &mut Counts,
        rejects: &mut Vec<Reject>,
    ) -> Result<(), Problem> {
        let stock = desk.get::<Stock>(self.variant)?;
        let wanted = self.quantity - stock.at(LocationId::DEFAULT);
        let free = (stock.on_hand - stock.reserved).max(0);
        let delta = wanted.max(-free);
        if delta > wanted {
            let reason = format!(
                "The ERP counts {}, but {} are promised to orders; they were left.",
                self.quantity, stock.reserved
            );
            rejects.push(Reject { sku: self.sku.clone(), reason, conflict: true });
        }
        if delta == 0 {
            counts.unchanged += 1;
            return Ok(());
        }
        counts.adjusted += 1;
        let adjust = Adjust { delta, reason: "ERP".into(), location: LocationId::DEFAULT };
        desk.ask::<Stock, _>(self.variant, &adjust)
    }
}

/// A product that the shop does not know, for people to look at before anybody can buy it. Its ids follow from its SKU.
fn draft(row: &Row, currency: Currency, partner: PartnerId) -> Result<(ProductId, Content), String> {
    let id = Uuid::new_v5(&partner.uuid(), row.sku.as_bytes());
    let title = row.name.clone().ok_or("It has no name.")?;
    if row.currency.as_deref().is_some_and(|given| given != currency.code()) {
        return Err(format!("Its price is not in {currency}, in which this shop sells."));
    }
    let amount = match &row.price {
        Some(text) => minor(text, currency.exponent()).ok_or("Its price is no amount like 19.99.")?,
        None => 0,
    };
    let mut variant = Variant::new(
        VariantId(Uuid::new_v5(&id, b"variant")),
        row.sku.as_str(),
        Money::new(amount, currency),
    );
    if let Some(weight) = &row.weight_grams {
        variant.weight_grams = Some(weight.parse().map_err(|_| "Its weight is no number of grams.")?);
    }
    variant.barcode.clone_from(&row.barcode);
    // Two products of a name are told apart by what their SKUs leave behind.
    let stem: String = catalog::handle_from(&title).chars().take(80).collect();
    let handle = format!("{stem}-{:08x}", id.as_fields().0);
    let content = Content {
        handle: handle.trim_start_matches('-').to_owned(),
        title,
        description: row.description.clone().unwrap_or_default(),
        status: Status::Draft,
        variants: vec![variant],
        ..Content::default()
    };
    content.check(currency).map_err(|problem| problem.detail)?;
    Ok((ProductId(id), content))
}

/// `19.99` as 1999, for a currency with two digits; without a float.
fn minor(text: &str, digits: u32) -> Option<i64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let numbers = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let part = part.trim_end_matches('0');
    let width = usize::try_from(digits).ok()?;
    if whole.is_empty() || !numbers(whole) || !numbers(part) || part.len() > width {
        return None;
    }
    format!("{whole}{part:0<width$}").parse().ok()
}

fn count(many: usize) -> i64 {
    i64::try_from(many).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(sku: &str, name: Option<&str>, price: Option<&str>) -> Row {
        let text = |text: Option<&str>| text.map(str::to_owned);
        Row { sku: sku.into(), name: text(name), price: text(price), ..Row::default() }
    }

    fn euro() -> Currency {
        "EUR".parse().unwrap()
    }

    #[test]
    fn a_price_is_read_without_a_float() {
        for (text, digits, amount) in [
            ("19.99", 2, Some(1999)),
            ("19.9", 2, Some(1990)),
            ("19", 2, Some(1900)),
            ("0.0100", 2, Some(1)),
            ("500", 0, Some(500)),
            ("19.999", 2, None),
            ("-1", 2, None),
            ("1e3", 2, None),
            (".5", 2, None),
            ("99999999999999999999", 2, None),
        ] {
            assert_eq!(minor(text, digits), amount, "{text}");
        }
    }

    #[test]
    fn a_draft_has_always_the_same_ids_and_a_handle_of_its_own() {
        let partner = PartnerId::new();
        let made = |sku| draft(&row(sku, Some("Lamp"), Some("19.99")), euro(), partner).unwrap();
        assert_eq!(made("A"), made("A"));
        assert_ne!(made("A").1.handle, made("B").1.handle);
        assert_eq!((made("A").1.status, made("A").1.variants[0].price.amount), (Status::Draft, 1999));
        assert!(draft(&row("A", None, None), euro(), partner).is_err());
        assert!(draft(&row("A", Some("日本"), None), euro(), partner).is_ok());
    }

    #[test]
    fn rows_that_cannot_be_read_are_told_and_the_others_are_taken() {
        let mut sorted = Sorted::default();
        let good = row("A", None, None);
        let rows = vec![good.clone(), row("", None, None), good.clone(), row("two words", None, None)];
        assert_eq!(sorted.readable(rows), [good]);
        assert_eq!(sorted.rejects.len(), 3);
        let known = HashMap::from([("A".to_owned(), VariantId::new())]);
        let level =
            |sku: &str, many: &str| Row { sku: sku.into(), quantity: Some(many.into()), ..Row::default() };
        sorted.levels(vec![level("A", "3"), level("A", "-1"), level("A", "1.5"), level("B", "1")], &known);
        assert_eq!((sorted.levels.len(), sorted.rejects.len()), (1, 6));
    }
}
