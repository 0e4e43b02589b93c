//! A product as it stands in an index.

use std::collections::{BTreeMap, BTreeSet};

use kernel::Timestamp;
use serde::Deserialize;
use tantivy::schema::{Field, IndexRecordOption, NumericOptions, Schema, TextFieldIndexing, TextOptions};
use tantivy::{TantivyDocument, Term};
use uuid::Uuid;

use crate::words::{fold, kept};

/// Grows when what is kept of a product, or how, changes; an index of another number is made again.
pub(crate) const SHAPE: u32 = 1;

/// Between the name of an attribute and its value, where one text holds both.
pub(crate) const APART: char = '\u{1f}';

/// The columns of an index, by name.
pub(crate) mod column {
    pub(crate) const CATEGORY: &str = "category";
    pub(crate) const ATTRIBUTE: &str = "attribute";
    pub(crate) const PRICE: &str = "price";
    pub(crate) const STATUS: &str = "status";
    pub(crate) const CREATED: &str = "created";
    pub(crate) const TITLE: &str = "title_key";
    pub(crate) const WORDS: &str = "title_words";
    pub(crate) const HIGH: &str = "id_high";
    pub(crate) const LOW: &str = "id_low";
}

/// Where words are looked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fields {
    id: Field,
    pub(crate) title: Field,
    pub(crate) sku: Field,
    pub(crate) categories: Field,
    pub(crate) attributes: Field,
    pub(crate) description: Field,
    pub(crate) category: Field,
    pub(crate) attribute: Field,
}

/// What a search needs to know of a product, read from what is shown of it. What else is shown does not matter here.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Entry {
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) status: String,
    pub(crate) categories: Vec<String>,
    pub(crate) attributes: BTreeMap<String, String>,
    pub(crate) variants: Vec<EntryVariant>,
    pub(crate) created_at: Option<Timestamp>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct EntryVariant {
    pub(crate) sku: String,
    pub(crate) title: String,
    pub(crate) price: i64,
    pub(crate) options: BTreeMap<String, String>,
}

/// The number under which a status is kept.
pub(crate) fn status_number(status: &str) -> u64 {
    match status {
        "active" => 1,
        "draft" => 2,
        "archived" => 3,
        _ => 0,
    }
}

/// Which documents there are: by which words, with which columns.
pub(crate) fn schema() -> Schema {
    let whole = TextFieldIndexing::default().set_tokenizer("raw").set_fieldnorms(false);
    let whole = whole.set_index_option(IndexRecordOption::Basic);
    let words = TextOptions::default().set_indexing_options(whole);
    let listed = words.clone().set_fast("raw");
    let number = NumericOptions::default().set_fast();
    let mut schema = Schema::builder();
    for name in ["id", "title", "sku", "categories", "attributes", "description"] {
        schema.add_text_field(name, words.clone());
    }
    for name in [column::CATEGORY, column::ATTRIBUTE] {
        schema.add_text_field(name, listed.clone());
    }
    schema.add_text_field(column::TITLE, TextOptions::default().set_fast("raw"));
    for name in [column::PRICE, column::STATUS, column::CREATED, column::WORDS, column::HIGH, column::LOW] {
        schema.add_u64_field(name, number.clone());
    }
    schema.build()
}

impl Fields {
    pub(crate) fn of(schema: &Schema) -> tantivy::Result<Self> {
        let field = |name| schema.get_field(name);
        Ok(Self {
            id: field("id")?,
            title: field("title")?,
            sku: field("sku")?,
            categories: field("categories")?,
            attributes: field("attributes")?,
            description: field("description")?,
            category: field(column::CATEGORY)?,
            attribute: field(column::ATTRIBUTE)?,
        })
    }

    /// What names a product's document.
    pub(crate) fn term(&self, id: Uuid) -> Term {
        Term::from_field_text(self.id, id.simple().encode_lower(&mut Uuid::encode_buffer()))
    }
}

impl Entry {
    pub(crate) fn document(
        &self,
        schema: &Schema,
        fields: &Fields,
        id: Uuid,
    ) -> tantivy::Result<TantivyDocument> {
        let mut document = TantivyDocument::new();
        document.add_text(fields.id, id.simple().encode_lower(&mut Uuid::encode_buffer()));
        let title = kept(&self.title);
        for (field, words) in [
            (fields.title, title.clone()),
            (fields.sku, self.skus()),
            (fields.categories, kept(&self.categories.join(" "))),
            (fields.attributes, kept(&self.described())),
            (fields.description, kept(&self.description)),
        ] {
            words.iter().for_each(|word| document.add_text(field, word));
        }
        self.within().iter().for_each(|category| document.add_text(fields.category, category));
        self.has().iter().for_each(|attribute| document.add_text(fields.attribute, attribute));
        document.add_text(schema.get_field(column::TITLE)?, title_key(&self.title));
        for price in self.prices() {
            document.add_u64(schema.get_field(column::PRICE)?, price);
        }
        let created = self.created_at.map_or(0, Timestamp::as_micros);
        let (high, low) = id.as_u64_pair();
        for (name, number) in [
            (column::STATUS, status_number(&self.status)),
            (column::CREATED, u64::try_from(created).unwrap_or(0)),
            (column::WORDS, title.len() as u64),
            (column::HIGH, high),
            (column::LOW, low),
        ] {
            document.add_u64(schema.get_field(name)?, number);
        }
        Ok(document)
    }

    /// Its categories, and those above them: one that is named by a path lies in all that the path goes through.
    pub(crate) fn within(&self) -> BTreeSet<String> {
        let above = |category: &String| {
            let ends = category.match_indices('/').map(|(at, _)| at).chain([category.len()]);
            ends.map(|end| category[..end].to_owned()).collect::<Vec<_>>()
        };
        self.categories.iter().flat_map(above).filter(|category| !category.is_empty()).collect()
    }

    /// Its attributes and the options of its variants, each with its name.
    pub(crate) fn has(&self) -> BTreeSet<String> {
        let options = self.variants.iter().flat_map(|variant| &variant.options);
        let all = self.attributes.iter().chain(options).filter(|(_, value)| !value.is_empty());
        all.map(|(name, value)| format!("{name}{APART}{value}")).collect()
    }

    pub(crate) fn prices(&self) -> BTreeSet<u64> {
        self.variants.iter().map(|variant| u64::try_from(variant.price).unwrap_or(0)).collect()
    }

    fn skus(&self) -> Vec<String> {
        let skus: BTreeSet<String> =
            self.variants.iter().map(|variant| variant.sku.to_ascii_lowercase()).collect();
        skus.into_iter().collect()
    }

    /// All that is said in attributes, options and titles of variants.
    fn described(&self) -> String {
        let attributes = self.attributes.iter().flat_map(|(name, value)| [name.as_str(), value.as_str()]);
        let variants = self.variants.iter().flat_map(|variant| {
            let options = variant.options.iter().flat_map(|(name, value)| [name.as_str(), value.as_str()]);
            options.chain([variant.title.as_str()])
        });
        attributes.chain(variants).collect::<Vec<_>>().join(" ")
    }
}

/// What titles are put in order by.
pub(crate) fn title_key(title: &str) -> String {
    fold(title).trim().chars().take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_product_lies_in_all_categories_that_its_path_goes_through() {
        let entry = Entry { categories: vec!["home/light/floor".into(), "sale".into()], ..Entry::default() };
        assert_eq!(Vec::from_iter(entry.within()), ["home", "home/light", "home/light/floor", "sale"]);
    }

    #[test]
    fn what_is_shown_of_a_product_is_read_and_the_rest_passed_over() {
        let shown = r#"{"id":"x","title":"Lamp","status":"active","media":[{}],"created_at":"2026-05-03T14:00:00Z",
            "variants":[{"sku":"A-1","price":1999,"currency":"EUR","options":{"color":"red"}}]}"#;
        let entry: Entry = serde_json::from_str(shown).unwrap();
        assert_eq!((entry.title.as_str(), entry.variants[0].price), ("Lamp", 1999));
        assert_eq!(Vec::from_iter(entry.has()), ["color\u{1f}red"]);
    }
}
