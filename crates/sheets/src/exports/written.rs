//! Products as rows: what an export writes.

use std::collections::{BTreeSet, HashMap};

use catalog::{Content, Variant, VariantId};
use kernel::Word;

use crate::sheet::cell::{join, major};
use crate::sheet::column::{Column, OF_PRODUCTS, OF_VARIANTS};

/// How far products reach: which columns it takes to write all of them.
#[derive(Debug, Clone, Default)]
pub struct Extent {
    options: usize,
    media: usize,
    attributes: BTreeSet<String>,
}

impl Extent {
    pub fn grow(&mut self, content: &Content) {
        let options = content.variants.iter().map(|variant| names(content, variant).len());
        self.options = options.fold(self.options, usize::max);
        self.media = self.media.max(content.media.len());
        self.attributes.extend(content.attributes.keys().cloned());
    }

    pub fn columns(&self) -> Vec<Column> {
        let options = (1..=self.options).flat_map(|n| [Column::OptionName(n), Column::OptionValue(n)]);
        let media =
            (1..=self.media).flat_map(|n| [Column::Media(n), Column::MediaAlt(n), Column::MediaKind(n)]);
        let attributes = self.attributes.iter().map(|name| Column::Attribute(name.clone()));
        let first = OF_PRODUCTS.iter().cloned().chain(options);
        first.chain(OF_VARIANTS.iter().cloned()).chain(media).chain(attributes).collect()
    }
}

/// The rows of a product, ready to be written. What is the product's stands in its first row.
pub fn rows(columns: &[Column], content: &Content, stock: &HashMap<VariantId, i64>) -> Vec<Vec<String>> {
    let variants = content.variants.iter().enumerate();
    variants
        .map(|(n, variant)| {
            let cell = |column: &Column| {
                let of_product = || (n == 0).then(|| of_product(column, content)).flatten();
                of_variant(column, content, variant, stock).or_else(of_product).unwrap_or_default()
            };
            columns.iter().map(cell).collect()
        })
        .collect()
}

fn of_product(column: &Column, content: &Content) -> Option<String> {
    let media = |n: &usize| content.media.get(n - 1);
    Some(match column {
        Column::Title => content.title.clone(),
        Column::Description => content.description.clone(),
        Column::Status => content.status.as_str().to_owned(),
        Column::Categories => join(&content.categories),
        Column::Tags => join(&content.tags),
        Column::Brand => content.brand.clone()?,
        Column::TaxClass => content.tax_class.0.clone(),
        Column::SeoTitle => content.seo.title.clone()?,
        Column::SeoDescription => content.seo.description.clone()?,
        Column::Media(n) => {
            let one = media(n)?;
            let file = one.file.map(|file| format!("file:{file}"));
            one.url.clone().or(file)?
        }
        Column::MediaAlt(n) => media(n)?.alt.clone()?,
        Column::MediaKind(n) => media(n)?.kind.as_str().to_owned(),
        Column::Attribute(name) => content.attributes.get(name)?.to_string(),
        _ => return None,
    })
}

fn of_variant(
    column: &Column,
    content: &Content,
    variant: &Variant,
    stock: &HashMap<VariantId, i64>,
) -> Option<String> {
    let digits = variant.price.currency.exponent();
    let name = |n: &usize| names(content, variant).get(n - 1).map(|name| (*name).clone());
    Some(match column {
        Column::Handle => content.handle.clone(),
        Column::OptionName(n) => name(n)?,
        Column::OptionValue(n) => variant.options.get(&name(n)?)?.clone(),
        Column::Sku => variant.sku.clone(),
        Column::VariantTitle => variant.title.clone(),
        Column::Price => major(variant.price.amount, digits),
        Column::Currency => variant.price.currency.code().to_owned(),
        Column::CompareAt => major(variant.compare_at?, digits),
        Column::WeightGrams => variant.weight_grams?.to_string(),
        Column::Barcode => variant.barcode.clone()?,
        Column::Stock => stock.get(&variant.id)?.to_string(),
        _ => return None,
    })
}

/// The options of a variant: in the order in which they are declared, or else by name.
fn names<'a>(content: &'a Content, variant: &'a Variant) -> Vec<&'a String> {
    if content.options.is_empty() {
        return variant.options.keys().collect();
    }
    content.options.iter().map(|choice| &choice.name).collect()
}
