//! What a chunk of a sheet does to a shop: products made and changed by the catalog's own decisions, and how far the
//! import is, as one work.

use std::collections::HashMap;

use catalog::attribute::Declaration;
use catalog::kept::{self, Kept};
use catalog::{ProductId, VariantId};
use kernel::{Currency, Problem};
use store::{Tenant, Work};

use crate::column::Column;
use crate::import::{Advanced, Counts, Form, Plan, Reject};
use crate::read::{Shop, Wanted, Wrong};
use crate::reader::Group;

/// What chunks are read against, and what is the same for all of them.
pub struct Ground {
    pub tenant: Tenant,
    pub currency: Currency,
    pub plan: Plan,
    pub form: Form,
    pub columns: Vec<Option<Column>>,
    pub declared: HashMap<String, Declaration>,
}

/// A chunk that was looked at.
pub struct Planned {
    pub works: Vec<Work>,
    pub advanced: Advanced,
}

impl Ground {
    /// Looks up what the shop has of a chunk's products, and says what is to be done. `refused` is what the catalog said
    /// to it before, where it is one product only.
    pub async fn plan(&self, groups: &[Group], refused: Option<&Problem>) -> Result<Planned, Problem> {
        let mut desk = Sorting { ground: self, known: self.known(groups).await?, ..Sorting::new(self) };
        for group in groups {
            desk.sort(group, refused);
        }
        let Sorting { made, changed, known, stock, counts, rejects, .. } = desk;
        let mut works = Vec::with_capacity(made.len() + changed.len());
        for (id, wanted) in made {
            let on_hand = on_hand(&wanted);
            works.push(catalog::works::create_product(id, wanted.content, on_hand));
        }
        for id in changed {
            let Some(kept) = known.products.get(&id) else { continue };
            let stock = stock.get(&id).cloned().unwrap_or_default();
            let (content, version) = (kept.content.clone(), kept.version);
            let work =
                catalog::works::change_product(&self.tenant, id, version, content, stock, self.currency);
            works.push(Work::or_refuse(work.await));
        }
        let rows = || groups.iter().flat_map(|group| &group.rows);
        let from = rows().next().map_or(0, |row| row.number - 1);
        let to = rows().last().map_or(0, |row| row.number);
        Ok(Planned { works, advanced: Advanced { from, to, counts, rejects } })
    }

    async fn known(&self, groups: &[Group]) -> Result<Known, Problem> {
        let handles: Vec<String> = groups
            .iter()
            .filter(|group| !group.handle.is_empty())
            .map(|group| group.handle.clone())
            .collect();
        let alone = groups.iter().filter(|group| group.handle.is_empty());
        let skus: Vec<String> = alone.flat_map(|group| self.sku(group)).collect();
        let mut products = kept::by_handle(&self.tenant, &handles).await?;
        products.extend(kept::by_sku(&self.tenant, &skus).await?);
        let mut known = Known::default();
        for product in products {
            known.by_handle.insert(product.content.handle.clone(), product.id);
            let skus = product.content.variants.iter().map(|variant| (variant.sku.clone(), product.id));
            known.by_sku.extend(skus);
            known.products.insert(product.id, product);
        }
        let skus: Vec<String> = groups.iter().flat_map(|group| self.skus(group)).collect();
        known.holders = kept::holders(&self.tenant, &skus).await?;
        Ok(known)
    }

    fn sku(&self, group: &Group) -> Option<String> {
        self.skus(group).next().filter(|sku| !sku.is_empty())
    }

    fn skus<'g>(&self, group: &'g Group) -> impl Iterator<Item = String> + use<'g> {
        let place = self.columns.iter().position(|column| *column == Some(Column::Sku));
        group.rows.iter().filter_map(move |row| Some(row.cells.get(place?)?.trim().to_owned()))
    }
}

/// What the shop has of a chunk's products.
#[derive(Default)]
struct Known {
    products: HashMap<ProductId, Kept>,
    by_handle: HashMap<String, ProductId>,
    by_sku: HashMap<String, ProductId>,
    /// Whose the SKUs of the chunk are.
    holders: HashMap<String, ProductId>,
}

impl Known {
    /// What the catalog would say of a SKU that another product has. A sheet in which many are taken is told so without
    /// deciding each of its chunks again and again; what nobody could see before is still the catalog's to refuse.
    fn said_of_skus(&self, id: Option<ProductId>, wanted: &Wanted) -> Option<Problem> {
        let variants = wanted.content.variants.iter().enumerate();
        let mut taken = variants
            .filter(|(_, variant)| self.holders.get(&variant.sku).is_some_and(|holder| Some(*holder) != id));
        let (n, variant) = taken.next()?;
        let problem = Problem::from(catalog::Refusal::SkuTaken { sku: variant.sku.clone() });
        Some(problem.at(format!("/variants/{n}/sku"), "choose another"))
    }
}

/// A chunk's products, by what becomes of them.
struct Sorting<'a> {
    ground: &'a Ground,
    known: Known,
    made: Vec<(ProductId, Wanted)>,
    /// Each once, though rows in several places may change it.
    changed: Vec<ProductId>,
    stock: HashMap<ProductId, HashMap<String, i64>>,
    counts: Counts,
    rejects: Vec<Reject>,
}

impl<'a> Sorting<'a> {
    fn new(ground: &'a Ground) -> Self {
        Self {
            ground,
            known: Known::default(),
            made: Vec::new(),
            changed: Vec::new(),
            stock: HashMap::new(),
            counts: Counts::default(),
            rejects: Vec::new(),
        }
    }

    fn sort(&mut self, group: &Group, refused: Option<&Problem>) {
        let ground = self.ground;
        let rows = i64::try_from(group.rows.len()).unwrap_or(i64::MAX);
        let id = match group.handle.as_str() {
            "" => ground.sku(group).and_then(|sku| self.known.by_sku.get(&sku)).copied(),
            handle => self.known.by_handle.get(handle).copied(),
        };
        let known = id.and_then(|id| self.known.products.get(&id));
        let troubled = group.rows.iter().any(|row| row.trouble.is_some());
        if known.is_some() && !ground.plan.update && !troubled {
            self.counts.unchanged += rows;
            return;
        }
        let shop = Shop { columns: &ground.columns, declared: &ground.declared, currency: ground.currency };
        let wanted = match shop.read(group, known.map(|kept| &kept.content)) {
            Ok(wanted) => wanted,
            Err(wrong) => return self.reject(group, &wrong),
        };
        let taken = self.known.said_of_skus(id, &wanted);
        if let Some(problem) = refused.or(taken.as_ref()) {
            let wrong = said(&shop, group, &wanted, problem);
            return self.reject(group, &wrong);
        }
        match id.and_then(|id| self.known.products.get_mut(&id)) {
            None => {
                self.counts.added += rows;
                self.made.push((ProductId::new(), wanted));
            }
            Some(kept) if kept.content == wanted.content => self.counts.unchanged += rows,
            Some(kept) => {
                self.counts.changed += rows;
                kept.content = wanted.content;
                self.stock.entry(kept.id).or_default().extend(wanted.stock);
                if !self.changed.contains(&kept.id) {
                    self.changed.push(kept.id);
                }
            }
        }
    }

    /// A product goes in whole or not at all, so that nobody can buy half of it. Each of its rows says why.
    fn reject(&mut self, group: &Group, wrong: &[Wrong]) {
        let theirs = |column: &Column| {
            let place = self.ground.columns.iter().position(|other| other.as_ref() == Some(column));
            match place {
                Some(place) => self.ground.form.header.theirs[place].clone(),
                None => column.to_string(),
            }
        };
        let first = wrong.iter().map(|wrong| wrong.row).min().unwrap_or(0);
        let first = group.rows.get(first).map_or(0, |row| row.line);
        for (place, row) in group.rows.iter().enumerate() {
            let own: Vec<&Wrong> = wrong.iter().filter(|wrong| wrong.row == place).collect();
            let mut columns: Vec<String> =
                own.iter().filter_map(|wrong| wrong.column.as_ref()).map(theirs).collect();
            columns.dedup();
            let problems: Vec<&str> = own.iter().map(|wrong| wrong.problem.as_str()).collect();
            let problem = match problems.as_slice() {
                [] => format!("Another row of this product is wrong: line {first}."),
                problems => problems.join("; "),
            };
            let column = columns.join(", ");
            self.rejects.push(Reject { row: row.number, line: row.line, column, problem });
        }
    }
}

/// What the catalog refused, by rows and columns.
fn said(shop: &Shop<'_>, group: &Group, wanted: &Wanted, problem: &Problem) -> Vec<Wrong> {
    let mut wrong = shop.placed(group, &wanted.content, &problem.fields);
    // A conflict says in its own sentence what it is about; its fields only say where.
    if problem.code != "invalid" {
        wrong.truncate(1);
        wrong.iter_mut().for_each(|wrong| wrong.problem.clone_from(&problem.detail));
    }
    if wrong.is_empty() {
        wrong.push(Wrong { row: 0, column: None, problem: problem.detail.clone() });
    }
    wrong
}

fn on_hand(wanted: &Wanted) -> HashMap<VariantId, i64> {
    let variants = wanted.content.variants.iter();
    variants.filter_map(|variant| Some((variant.id, *wanted.stock.get(&variant.sku)?))).collect()
}
