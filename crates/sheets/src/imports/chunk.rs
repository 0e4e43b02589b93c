//! What a chunk of a sheet does to a shop: products made and changed by the catalog's own decisions, and how far the
//! import is, as one work.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use catalog::attribute::Declaration;
use catalog::records::{self, ProductRecord};
use catalog::{ProductId, VariantId};
use kernel::problem::INVALID;
use kernel::{Currency, Problem, boxed};
use store::{Tenant, Work};

use crate::imports::import::{Advanced, Counts, Form, Plan, Reject};
use crate::imports::read::{Shop, Wanted};
use crate::imports::wrong::Wrongs;
use crate::sheet::column::Column;
use crate::sheet::mapping::Columns;
use crate::sheet::reader::Group;

/// What chunks are read against, and what is the same for all of them.
pub struct Ground {
    pub tenant: Tenant,
    pub currency: Currency,
    pub plan: Plan,
    pub form: Form,
    pub columns: Columns,
    pub declared: HashMap<String, Declaration>,
}

/// Products of a sheet that are taken together.
#[derive(Clone)]
pub struct Chunk {
    all: Arc<[Group]>,
    range: Range<usize>,
}

impl Chunk {
    pub fn new(groups: Vec<Group>) -> Self {
        Self { range: 0..groups.len(), all: groups.into() }
    }

    pub fn groups(&self) -> &[Group] {
        &self.all[self.range.clone()]
    }

    /// `None` for a product that stands alone.
    pub fn halves(&self) -> Option<(Self, Self)> {
        let Range { start, end } = self.range;
        let middle = start + (end - start) / 2;
        let part = |range| Self { all: self.all.clone(), range };
        (end - start > 1).then(|| (part(start..middle), part(middle..end)))
    }
}

/// A chunk that was looked at.
pub struct Planned {
    pub works: Vec<Work>,
    pub advanced: Advanced,
}

impl Ground {
    /// Looks up what the shop has of a chunk's products, and says what is to be done. `refused` is what the catalog said
    /// to it before, where it is one product only.
    #[boxed]
    pub async fn plan(self: &Arc<Self>, chunk: &Chunk, refused: Option<Problem>) -> Result<Planned, Problem> {
        let known = self.known(chunk.groups()).await?;
        let (ground, own) = (self.clone(), chunk.clone());
        // Hundreds of wide rows take their time, and nobody else's request waits for them.
        let sort = move || Sorted::of(&ground, known, own.groups(), refused.as_ref());
        let sorted = tokio::task::spawn_blocking(sort).await.map_err(|_| Problem::bug())?;
        let Sorted { made, changed, known, stock, counts, rejects } = sorted;
        let mut works = Vec::with_capacity(made.len() + changed.len());
        for (id, wanted) in made {
            let on_hand = on_hand(&wanted);
            works.push(catalog::use_cases::create_product(id, wanted.content, on_hand));
        }
        for id in changed {
            let Some(kept) = known.products.get(&id) else { continue };
            let stock = stock.get(&id).cloned().unwrap_or_default();
            let (content, version) = (kept.content.clone(), kept.version);
            let work =
                catalog::use_cases::change_product(&self.tenant, id, version, content, stock, self.currency);
            works.push(Work::or_refuse(work.await));
        }
        let rows = || chunk.groups().iter().flat_map(|group| &group.rows);
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
        let mut products = records::by_handle(&self.tenant, &handles).await?;
        products.extend(records::by_sku(&self.tenant, &skus).await?);
        let mut known = Known::default();
        for product in products {
            known.by_handle.insert(product.content.handle.clone(), product.id);
            let skus = product.content.variants.iter().map(|variant| (variant.sku.clone(), product.id));
            known.by_sku.extend(skus);
            known.products.insert(product.id, product);
        }
        let skus: Vec<String> = groups.iter().flat_map(|group| self.skus(group)).collect();
        known.holders = records::holders(&self.tenant, &skus).await?;
        Ok(known)
    }

    fn sku(&self, group: &Group) -> Option<String> {
        self.skus(group).next().filter(|sku| !sku.is_empty())
    }

    fn skus<'g>(&self, group: &'g Group) -> impl Iterator<Item = String> + use<'g> {
        let place = self.columns.place(&Column::Sku);
        group.rows.iter().filter_map(move |row| Some(row.cell(place?).trim().to_owned()))
    }
}

/// What the shop has of a chunk's products.
#[derive(Default)]
struct Known {
    products: HashMap<ProductId, ProductRecord>,
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
struct Sorted {
    known: Known,
    made: Vec<(ProductId, Wanted)>,
    /// Each once, though rows in several places may change it.
    changed: Vec<ProductId>,
    stock: HashMap<ProductId, HashMap<String, i64>>,
    counts: Counts,
    rejects: Vec<Reject>,
}

impl Sorted {
    fn of(ground: &Ground, known: Known, groups: &[Group], refused: Option<&Problem>) -> Self {
        let mut sorted = Self {
            known,
            made: Vec::new(),
            changed: Vec::new(),
            stock: HashMap::new(),
            counts: Counts::default(),
            rejects: Vec::new(),
        };
        groups.iter().for_each(|group| sorted.sort(ground, group, refused));
        sorted
    }

    fn sort(&mut self, ground: &Ground, group: &Group, refused: Option<&Problem>) {
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
            Err(wrong) => return self.reject(ground, group, &wrong),
        };
        let taken = self.known.said_of_skus(id, &wanted);
        if let Some(problem) = refused.or(taken.as_ref()) {
            let wrong = said(&shop, group, &wanted, problem);
            return self.reject(ground, group, &wrong);
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

    fn reject(&mut self, ground: &Ground, group: &Group, wrong: &Wrongs) {
        let theirs = |column: &Column| match ground.columns.place(column) {
            Some(place) => ground.form.header.theirs[place].clone(),
            None => column.to_string(),
        };
        self.rejects.extend(wrong.rejects(group, theirs));
    }
}

/// What the catalog refused, by rows and columns.
fn said(shop: &Shop<'_>, group: &Group, wanted: &Wanted, problem: &Problem) -> Wrongs {
    let placed = shop.placed(group, &wanted.content, &problem.fields);
    if problem.code == INVALID.code && !placed.is_empty() {
        return placed;
    }
    // A conflict says in its own sentence what it is about; its fields only say where.
    let (row, column) = placed.told.into_iter().next().map_or((0, None), |first| (first.row, first.column));
    let mut wrong = Wrongs::default();
    wrong.note(row, column, &problem.detail);
    wrong
}

fn on_hand(wanted: &Wanted) -> HashMap<VariantId, i64> {
    let variants = wanted.content.variants.iter();
    variants.filter_map(|variant| Some((variant.id, *wanted.stock.get(&variant.sku)?))).collect()
}
