//! All that a shop sells, as a node remembers it, and how it looks. It is looked up again when the shop has changed.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use catalog::shop_pages::{self, Edition};
use catalog::{Category, CategoryId};
use edge::Shop;
use kernel::{Problem, TenantId};
use moka::sync::Cache;
use store::{Failure, Tenant};
use uuid::Uuid;

use crate::assets::Sheet;
use crate::product::Product;
use crate::theme::{Theme, theme};

/// How much of a shop is browsed: the newest products. Each of the others is found by its own address and by searching.
const MOST: usize = 20_000;
/// How many products a node remembers, of all shops.
const REMEMBERED: u64 = 100_000;

struct Remembered(Cache<TenantId, Arc<Snapshot>>);

impl Default for Remembered {
    fn default() -> Self {
        let weight = |_: &TenantId, snapshot: &Arc<Snapshot>| {
            u32::try_from(snapshot.products.len() + 1).unwrap_or(u32::MAX)
        };
        Self(Cache::builder().max_capacity(REMEMBERED).weigher(weight).build())
    }
}

#[derive(Clone)]
pub struct Snapshot {
    head: i64,
    edition: Edition,
    pub products: Arc<Vec<Product>>,
    tree: Arc<Vec<(CategoryId, Category)>>,
    pub shelves: Arc<Vec<Shelf>>,
    pub theme: Arc<Theme>,
    pub sheet: Arc<Sheet>,
    /// The pictures that everybody may see.
    pictures: Arc<HashSet<Uuid>>,
}

/// A category as the pages know it: one of the shop's tree, or one that products name without it.
#[derive(Debug, Clone)]
pub struct Shelf {
    pub category: Category,
    /// The handle of the shelf that it is in.
    pub within: Option<String>,
    /// How many products are in it, and in those that it holds.
    pub count: usize,
}

impl Snapshot {
    /// Today's snapshot of a shop.
    pub(crate) async fn of(shop: &Shop) -> Result<Arc<Self>, Problem> {
        let tenant = &shop.tenant;
        let head = tenant.head().await?;
        let remembered = tenant.cell().cache::<Remembered>();
        let known = remembered.0.get(&tenant.id());
        if let Some(snapshot) = known.as_ref().filter(|snapshot| snapshot.head == head) {
            return Ok(snapshot.clone());
        }
        let snapshot = Arc::new(Self::looked_up(tenant, head, known.as_deref()).await?);
        remembered.0.insert(tenant.id(), snapshot.clone());
        Ok(snapshot)
    }

    async fn looked_up(tenant: &Tenant, head: i64, before: Option<&Self>) -> Result<Self, Failure> {
        // The edition is read first: products that change meanwhile make the snapshot old, never falsely new.
        let edition = shop_pages::edition(tenant).await?;
        let (tree, (theme, _)) = (shop_pages::categories(tenant).await?, theme(tenant).await?);
        let same = before.filter(|before| before.edition == edition);
        // Orders move the head, too; most of the time nothing of this is another.
        if let Some(same) = same.filter(|same| *same.tree == tree && *same.theme == theme) {
            return Ok(Self { head, ..same.clone() });
        }
        let products = match same {
            Some(same) => same.products.clone(),
            None => Arc::new(on_sale(tenant).await?),
        };
        let shelves = shelves(&tree, &products);
        let sheet = Arc::new(Sheet::of(&theme));
        let shown = products.iter().flat_map(Product::pictures).filter_map(|media| media.file);
        let of_shelves =
            shelves.iter().flat_map(|shelf| &shelf.category.media).filter_map(|media| media.file);
        let pictures = Arc::new(shown.chain(of_shelves).chain(theme.logo).collect());
        let (tree, shelves, theme) = (Arc::new(tree), Arc::new(shelves), Arc::new(theme));
        Ok(Self { head, edition, products, tree, shelves, theme, sheet, pictures })
    }

    /// The log as far as it was read.
    pub fn head(&self) -> i64 {
        self.head
    }

    pub fn shelf(&self, handle: &str) -> Option<&Shelf> {
        self.shelves.iter().find(|shelf| shelf.category.handle == handle)
    }

    /// The handles of a shelf and of all that are in it.
    pub fn below(&self, handle: &str) -> HashSet<&str> {
        let mut found: HashSet<&str> = HashSet::new();
        let mut next: Vec<&str> =
            self.shelf(handle).map(|shelf| &*shelf.category.handle).into_iter().collect();
        while let Some(handle) = next.pop() {
            if found.insert(handle) {
                let inside = self.shelves.iter().filter(|shelf| shelf.within.as_deref() == Some(handle));
                next.extend(inside.map(|shelf| &*shelf.category.handle));
            }
        }
        found
    }

    /// The shelves of the first level that hold something.
    pub fn first(&self) -> impl Iterator<Item = &Shelf> {
        self.shelves.iter().filter(|shelf| shelf.within.is_none() && shelf.count > 0)
    }

    pub fn of_shelf(&self, handle: &str) -> Vec<&Product> {
        let below = self.below(handle);
        self.products
            .iter()
            .filter(|product| product.categories.iter().any(|name| below.contains(&**name)))
            .collect()
    }

    pub fn product(&self, handle: &str) -> Option<&Product> {
        self.products.iter().find(|product| product.handle == handle)
    }

    pub fn shows(&self, picture: Uuid) -> bool {
        self.pictures.contains(&picture)
    }
}

async fn on_sale(tenant: &Tenant) -> Result<Vec<Product>, Failure> {
    let shown = shop_pages::on_sale(tenant, MOST).await?;
    shown.iter().map(|shown| read(&shown.view)).collect()
}

pub fn read(view: &str) -> Result<Product, Failure> {
    serde_json::from_str(view).map_err(|error| Failure::Bug(format!("a product cannot be read: {error}")))
}

fn shelves(tree: &[(CategoryId, Category)], products: &[Product]) -> Vec<Shelf> {
    let handles: HashMap<CategoryId, String> =
        tree.iter().map(|(id, category)| (*id, category.handle.clone())).collect();
    let mut shelves: Vec<Shelf> = tree
        .iter()
        .map(|(_, category)| Shelf {
            within: category.parent.and_then(|parent| handles.get(&parent).cloned()),
            category: category.clone(),
            count: 0,
        })
        .collect();
    let named: BTreeMap<&str, ()> =
        products.iter().flat_map(|product| &product.categories).map(|name| (&**name, ())).collect();
    for name in named.into_keys() {
        if !shelves.iter().any(|shelf| shelf.category.handle == name) {
            let category = Category { handle: name.to_owned(), title: spoken(name), ..Category::default() };
            shelves.push(Shelf { category, within: None, count: 0 });
        }
    }
    count(&mut shelves, products);
    shelves
}

/// A product counts once in each shelf that it is in, however many ways lead there.
fn count(shelves: &mut [Shelf], products: &[Product]) {
    let above: HashMap<String, Option<String>> =
        shelves.iter().map(|shelf| (shelf.category.handle.clone(), shelf.within.clone())).collect();
    let mut counts: HashMap<String, usize> = HashMap::new();
    for product in products {
        let mut of_product: HashSet<&str> = HashSet::new();
        for name in &product.categories {
            let mut at = Some(&**name);
            while let Some(name) = at.filter(|name| of_product.insert(name)) {
                at = above.get(name).and_then(Option::as_deref);
            }
        }
        for name in of_product {
            *counts.entry(name.to_owned()).or_default() += 1;
        }
    }
    for shelf in shelves {
        shelf.count = counts.get(&shelf.category.handle).copied().unwrap_or(0);
    }
}

/// A handle as people would write it: `garden-lamps` is Garden lamps.
fn spoken(handle: &str) -> String {
    let mut letters = handle.chars().map(|letter| if letter == '-' { ' ' } else { letter });
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
