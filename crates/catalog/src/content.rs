//! What a product says of itself.

use std::collections::BTreeMap;

use kernel::problem::pointer_part;
use kernel::{Check, Currency, Money, Problem};
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use utoipa::ToSchema;

use crate::VariantId;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Draft,
    #[default]
    Active,
    Archived,
}

impl Status {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Active => "active",
            Self::Archived => "archived",
        }
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    pub handle: String,
    pub title: String,
    pub description: String,
    pub status: Status,
    pub categories: Vec<String>,
    pub attributes: BTreeMap<String, String>,
    pub variants: Vec<Variant>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variant {
    pub id: VariantId,
    pub sku: String,
    pub title: String,
    pub price: Money,
    pub options: BTreeMap<String, String>,
}

impl Content {
    /// Whether a product can be so. Everything that is wrong is told at once.
    pub fn check(&self, currency: Currency) -> Result<(), Problem> {
        let mut check = Check::default();
        check.that(within(&self.title, 1, 200), "/title", "give it a title of 1 to 200 letters");
        check.that(
            is_handle(&self.handle),
            "/handle",
            "write the handle with 1 to 100 lower-case letters, digits and hyphens",
        );
        check.that(
            self.description.chars().count() <= 20_000,
            "/description",
            "a description has at most 20,000 letters",
        );
        check.that(self.categories.len() <= 50, "/categories", "a product is in at most 50 categories");
        for (n, category) in self.categories.iter().enumerate() {
            check.that(
                is_handle(category),
                format!("/categories/{n}"),
                "write a category with lower-case letters, digits and hyphens",
            );
            check.that(
                !self.categories[..n].contains(category),
                format!("/categories/{n}"),
                "name a category once",
            );
        }
        check.that(self.attributes.len() <= 100, "/attributes", "a product has at most 100 attributes");
        for (name, value) in &self.attributes {
            check.that(
                within(name, 1, 100) && within(value, 0, 1000),
                format!("/attributes/{}", pointer_part(name)),
                "name and value are too long or empty",
            );
        }
        check.that((1..=200).contains(&self.variants.len()), "/variants", "a product has 1 to 200 variants");
        for (n, variant) in self.variants.iter().enumerate() {
            variant.check(n, currency, &mut check);
            let twice = self.variants[..n].iter().any(|other| other.sku == variant.sku);
            check.that(!twice, format!("/variants/{n}/sku"), "each variant needs a SKU of its own");
        }
        check.done()
    }

    /// The words by which it is found.
    pub fn words(&self) -> Vec<String> {
        let mut found = words(&self.title);
        found.extend(words(&self.description));
        found.extend(self.categories.iter().flat_map(|category| words(category)));
        for variant in &self.variants {
            found.extend(words(&variant.sku));
            found.extend(words(&variant.title));
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

impl Variant {
    fn check(&self, n: usize, currency: Currency, check: &mut Check) {
        let sku = &self.sku;
        let shaped = within(sku, 1, 64) && sku.chars().all(|letter| letter.is_ascii_graphic());
        check.that(
            shaped,
            format!("/variants/{n}/sku"),
            "write a SKU with 1 to 64 letters, digits or signs, without spaces",
        );
        check.that(
            within(&self.title, 0, 200),
            format!("/variants/{n}/title"),
            "a title has at most 200 letters",
        );
        let price = self.price.amount;
        check.that(
            (0..=1_000_000_000_000).contains(&price),
            format!("/variants/{n}/price"),
            "write the price in minor units, 0 or more",
        );
        check.that(
            self.price.currency == currency,
            format!("/variants/{n}/currency"),
            format!("this shop sells in {currency}"),
        );
        check.that(
            self.options.len() <= 20,
            format!("/variants/{n}/options"),
            "a variant has at most 20 options",
        );
        for (name, value) in &self.options {
            check.that(
                within(name, 1, 100) && within(value, 1, 200),
                format!("/variants/{n}/options/{}", pointer_part(name)),
                "name and value are too long or empty",
            );
        }
    }
}

/// Lower-case words without accents, for finding "Café" by "cafe".
pub fn words(text: &str) -> Vec<String> {
    let folded: String =
        text.nfkd().filter(|letter| !is_combining_mark(*letter)).flat_map(char::to_lowercase).collect();
    folded
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| word.chars().take(40).collect())
        .collect()
}

/// A handle made from a title.
pub fn handle_from(title: &str) -> String {
    let handle = words(title).join("-");
    let ascii: String =
        handle.chars().filter(|letter| letter.is_ascii_alphanumeric() || *letter == '-').take(100).collect();
    ascii.trim_matches('-').to_owned()
}

fn is_handle(text: &str) -> bool {
    let letters = text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    letters && (1..=100).contains(&text.len()) && !text.starts_with('-') && !text.ends_with('-')
}

fn within(text: &str, least: usize, most: usize) -> bool {
    text.trim().chars().count() >= least && text.chars().count() <= most
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_have_neither_case_nor_accent() {
        assert_eq!(words("Café Crème, 2-pack"), ["cafe", "creme", "2", "pack"]);
    }

    #[test]
    fn a_handle_is_made_from_the_title() {
        assert_eq!(handle_from("  Linen “Été” Sheet — King!"), "linen-ete-sheet-king");
    }

    #[test]
    fn everything_that_is_wrong_is_told_at_once() {
        let content = Content { handle: "Not A Handle".into(), ..Content::default() };
        let problem = content.check("EUR".parse().unwrap()).unwrap_err();
        let pointers: Vec<_> = problem.fields.iter().map(|field| field.pointer.as_str()).collect();
        assert_eq!(pointers, ["/title", "/handle", "/variants"]);
    }
}
