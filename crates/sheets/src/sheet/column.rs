//! The columns of a sheet, by our own words for things, and what others call them.

use std::fmt;

/// What a cell is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Column {
    Handle,
    Title,
    Description,
    Status,
    Categories,
    Tags,
    Brand,
    TaxClass,
    SeoTitle,
    SeoDescription,
    /// These and the like are counted from 1.
    OptionName(usize),
    OptionValue(usize),
    Sku,
    VariantTitle,
    Price,
    Currency,
    CompareAt,
    WeightGrams,
    Barcode,
    Stock,
    Media(usize),
    MediaAlt(usize),
    MediaKind(usize),
    Attribute(String),
}

/// As many as a variant may have, and as a product may.
pub const MOST_OPTIONS: usize = 20;
pub const MOST_MEDIA: usize = 100;

const ATTRIBUTES: &str = "attributes.";

/// The columns that there is one of, in the order in which they are written: what is the product's, then what is the
/// variant's. Options stand between, pictures and attributes behind.
pub const OF_PRODUCTS: &[Column] = &[
    Column::Handle,
    Column::Title,
    Column::Description,
    Column::Status,
    Column::Categories,
    Column::Tags,
    Column::Brand,
    Column::TaxClass,
    Column::SeoTitle,
    Column::SeoDescription,
];
pub const OF_VARIANTS: &[Column] = &[
    Column::Sku,
    Column::VariantTitle,
    Column::Price,
    Column::Currency,
    Column::CompareAt,
    Column::WeightGrams,
    Column::Barcode,
    Column::Stock,
];

/// What other shops write, without spaces and signs.
const ELSEWHERE: &[(&str, Column)] = &[
    ("bodyhtml", Column::Description),
    ("body", Column::Description),
    ("beschreibung", Column::Description),
    ("name", Column::Title),
    ("titel", Column::Title),
    ("slug", Column::Handle),
    ("published", Column::Status),
    ("collections", Column::Categories),
    ("category", Column::Categories),
    ("vendor", Column::Brand),
    ("manufacturer", Column::Brand),
    ("marke", Column::Brand),
    ("articlenumber", Column::Sku),
    ("artikelnummer", Column::Sku),
    ("preis", Column::Price),
    ("amount", Column::Price),
    ("compareatprice", Column::CompareAt),
    ("grams", Column::WeightGrams),
    ("weight", Column::WeightGrams),
    ("gewicht", Column::WeightGrams),
    ("ean", Column::Barcode),
    ("gtin", Column::Barcode),
    ("upc", Column::Barcode),
    ("inventoryqty", Column::Stock),
    ("inventoryquantity", Column::Stock),
    ("quantity", Column::Stock),
    ("qty", Column::Stock),
    ("bestand", Column::Stock),
    ("imagesrc", Column::Media(1)),
    ("image", Column::Media(1)),
    ("imagealttext", Column::MediaAlt(1)),
];

impl Column {
    /// The column of this name; capitals, spaces and signs make no difference.
    pub fn named(name: &str) -> Option<Self> {
        if let Some((prefix, attribute)) = name.split_at_checked(ATTRIBUTES.len())
            && prefix.eq_ignore_ascii_case(ATTRIBUTES)
        {
            return (!attribute.is_empty()).then(|| Self::Attribute(attribute.to_owned()));
        }
        let name = plain(name);
        let single = OF_PRODUCTS.iter().chain(OF_VARIANTS).find(|column| plain(&column.to_string()) == name);
        single.cloned().or_else(|| Self::counted(&name))
    }

    fn counted(name: &str) -> Option<Self> {
        let numbered = |prefix: &str, suffix: &str, most: usize| {
            let digits = name.strip_prefix(prefix)?.strip_suffix(suffix)?;
            digits.parse::<usize>().ok().filter(|n| (1..=most).contains(n) && !digits.starts_with(['0', '+']))
        };
        numbered("option", "name", MOST_OPTIONS)
            .map(Self::OptionName)
            .or_else(|| numbered("option", "value", MOST_OPTIONS).map(Self::OptionValue))
            .or_else(|| numbered("media", "alt", MOST_MEDIA).map(Self::MediaAlt))
            .or_else(|| numbered("media", "kind", MOST_MEDIA).map(Self::MediaKind))
            .or_else(|| numbered("media", "", MOST_MEDIA).map(Self::Media))
    }

    /// What a column that has no name of ours may be meant as.
    pub fn proposed(name: &str) -> Option<Self> {
        let name = plain(name);
        let shorter = name.strip_prefix("variant").or_else(|| name.strip_prefix("product"));
        [Some(name.as_str()), shorter].into_iter().flatten().find_map(Self::meant)
    }

    fn meant(name: &str) -> Option<Self> {
        let elsewhere = ELSEWHERE.iter().find(|(known, _)| *known == name).map(|(_, column)| column.clone());
        let picture = || {
            let middle = name.strip_prefix("image")?;
            let digits = middle.strip_suffix("url").or_else(|| middle.strip_suffix("src")).unwrap_or(middle);
            Self::counted(&format!("media{digits}"))
        };
        elsewhere.or_else(|| Self::named(name)).or_else(picture).or_else(|| mistyped(name))
    }
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Handle => "handle",
            Self::Title => "title",
            Self::Description => "description",
            Self::Status => "status",
            Self::Categories => "categories",
            Self::Tags => "tags",
            Self::Brand => "brand",
            Self::TaxClass => "tax_class",
            Self::SeoTitle => "seo_title",
            Self::SeoDescription => "seo_description",
            Self::OptionName(n) => return write!(f, "option{n}_name"),
            Self::OptionValue(n) => return write!(f, "option{n}_value"),
            Self::Sku => "sku",
            Self::VariantTitle => "variant_title",
            Self::Price => "price",
            Self::Currency => "currency",
            Self::CompareAt => "compare_at",
            Self::WeightGrams => "weight_grams",
            Self::Barcode => "barcode",
            Self::Stock => "stock",
            Self::Media(n) => return write!(f, "media{n}"),
            Self::MediaAlt(n) => return write!(f, "media{n}_alt"),
            Self::MediaKind(n) => return write!(f, "media{n}_kind"),
            Self::Attribute(name) => return write!(f, "{ATTRIBUTES}{name}"),
        })
    }
}

fn plain(name: &str) -> String {
    name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// A name of five letters or more in which one was left out, added or hit wrongly.
fn mistyped(name: &str) -> Option<Column> {
    let near = |column: &&Column| {
        let known = plain(&column.to_string());
        known.len() >= 5 && one_apart(&known, name)
    };
    OF_PRODUCTS.iter().chain(OF_VARIANTS).find(near).cloned()
}

fn one_apart(one: &str, other: &str) -> bool {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    let same = short.iter().zip(&long).take_while(|(a, b)| a == b).count();
    match long.len() - short.len() {
        0 => same < short.len() && short[same + 1..] == long[same + 1..],
        1 => short[same..] == long[same + 1..],
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_known_by_its_name_however_it_is_written() {
        for (name, column) in [
            ("sku", Column::Sku),
            (" Compare At ", Column::CompareAt),
            ("Option1 Value", Column::OptionValue(1)),
            ("SEO Title", Column::SeoTitle),
            ("MEDIA12_alt", Column::MediaAlt(12)),
            ("Attributes.Colour (outer)", Column::Attribute("Colour (outer)".into())),
        ] {
            assert_eq!(Column::named(name), Some(column), "{name}");
        }
        for name in ["", "option0_value", "option21_name", "media101", "attributes.", "line", "problem", "é"]
        {
            assert_eq!(Column::named(name), None, "{name}");
        }
    }

    #[test]
    fn every_column_is_read_by_the_name_that_it_is_written_under() {
        let counted =
            [Column::OptionName(20), Column::OptionValue(1), Column::Media(100), Column::MediaKind(3)];
        for column in OF_PRODUCTS.iter().chain(OF_VARIANTS).chain(&counted) {
            assert_eq!(Column::named(&column.to_string()).as_ref(), Some(column));
        }
    }

    #[test]
    fn what_others_call_it_is_proposed() {
        for (name, column) in [
            ("Body (HTML)", Column::Description),
            ("Vendor", Column::Brand),
            ("Variant SKU", Column::Sku),
            ("Variant Compare At Price", Column::CompareAt),
            ("Variant Option 1 Value", Column::OptionValue(1)),
            ("Product Image 2 Url", Column::Media(2)),
            ("Tittle", Column::Title),
            ("Artikelnummer", Column::Sku),
        ] {
            assert_eq!(Column::proposed(name), Some(column), "{name}");
        }
        for name in ["Gift Card", "line", "column", "problem", "Preise und so"] {
            assert_eq!(Column::proposed(name), None, "{name}");
        }
    }
}
