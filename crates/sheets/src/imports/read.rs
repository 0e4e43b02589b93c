//! Rows as a product: what an import reads. What a sheet has no column for stays as it is.

use std::collections::{BTreeMap, HashMap};

use catalog::attribute::{Declaration, Type, Value};
use catalog::stock::MOST;
use catalog::{Choice, Content, Media, MediaKind, Status, TaxClass, Variant, VariantId, handle_from};
use kernel::{Currency, FieldProblem, Money, Word};

use crate::imports::wrong::Wrongs;
use crate::sheet::cell::{minor, split};
use crate::sheet::column::{Column, MOST_MEDIA, MOST_OPTIONS};
use crate::sheet::mapping::Columns;
use crate::sheet::reader::{Group, Row};

/// What rows are read against.
pub struct Shop<'a> {
    pub columns: &'a Columns,
    pub declared: &'a HashMap<String, Declaration>,
    pub currency: Currency,
}

/// A product as it is to be, and how many there are of each SKU, where that is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    pub content: Content,
    pub stock: HashMap<String, i64>,
}

impl Shop<'_> {
    /// The product that a group's rows make of what was there before. All that is wrong is told at once.
    pub fn read(&self, group: &Group, before: Option<&Content>) -> Result<Wanted, Wrongs> {
        let mut reading = Reading {
            shop: self,
            group,
            wrong: Wrongs::default(),
            content: before.cloned().unwrap_or_default(),
            stock: HashMap::new(),
        };
        for (row, troubled) in group.rows.iter().enumerate() {
            if let Some(trouble) = &troubled.trouble {
                reading.wrong.note(row, None, trouble);
            }
        }
        // Of a product that is too large nothing was kept that could be read.
        if group.rows.iter().all(Row::is_empty) {
            return Err(reading.wrong);
        }
        reading.product();
        reading.media();
        reading.variants();
        reading.choices(before);
        let Reading { wrong, content, stock, .. } = reading;
        if !wrong.is_empty() {
            return Err(wrong);
        }
        content.check(self.currency).map_err(|problem| self.placed(group, &content, &problem.fields))?;
        Ok(Wanted { content, stock })
    }

    /// What the catalog says is wrong, by rows and columns instead of places in a body.
    pub fn placed(&self, group: &Group, content: &Content, fields: &[FieldProblem]) -> Wrongs {
        let sku = self.place(&Column::Sku);
        let row_of = |variant: usize| {
            let variant = content.variants.get(variant)?;
            group.rows.iter().position(|row| cell(row, sku) == Some(variant.sku.as_str()))
        };
        let mut wrong = Wrongs::default();
        for field in fields {
            let parts: Vec<&str> = field.pointer.split('/').skip(1).collect();
            let number = parts.get(1).and_then(|part| part.parse::<usize>().ok()).unwrap_or(0);
            let row = match parts.first() {
                Some(&"variants") => row_of(number).unwrap_or(0),
                _ => 0,
            };
            wrong.note(row, column_of(&parts), &field.detail);
        }
        wrong
    }

    fn place(&self, column: &Column) -> Option<usize> {
        self.columns.place(column)
    }
}

/// The column of which a field of a product is made.
fn column_of(parts: &[&str]) -> Option<Column> {
    let number = parts.get(1).and_then(|part| part.parse::<usize>().ok()).unwrap_or(0);
    Some(match (*parts.first()?, parts.get(2).copied()) {
        ("variants", Some("options")) | ("options", _) => Column::OptionValue(1),
        ("variants", Some("title")) => Column::VariantTitle,
        ("variants", Some(field)) => Column::named(field)?,
        ("variants", None) => Column::Sku,
        ("media", Some("alt")) => Column::MediaAlt(number + 1),
        ("media", _) => Column::Media(number + 1),
        ("seo", _) => Column::named(&parts.join("_"))?,
        ("attributes", _) => Column::Attribute(parts.get(1)?.replace("~1", "/").replace("~0", "~")),
        (field, _) => Column::named(field)?,
    })
}

fn cell(row: &Row, place: Option<usize>) -> Option<&str> {
    Some(row.cell(place?).trim())
}

struct Reading<'a> {
    shop: &'a Shop<'a>,
    group: &'a Group,
    wrong: Wrongs,
    content: Content,
    stock: HashMap<String, i64>,
}

impl<'a> Reading<'a> {
    fn wrong(&mut self, row: usize, column: &Column, problem: impl Into<String>) {
        self.wrong.note(row, Some(column.clone()), problem);
    }

    /// The cell of a row, if the sheet has the column.
    fn cell(&self, row: usize, column: &Column) -> Option<&'a str> {
        let place = self.shop.place(column)?;
        Some(self.group.rows.get(row)?.cell(place))
    }

    /// What the first row says of the product; further rows say the same or nothing.
    fn of_product(&mut self, column: &Column) -> Option<&'a str> {
        let place = self.shop.place(column)?;
        let first = self.group.rows.first()?.cell(place);
        for (row, other) in self.group.rows.iter().enumerate().skip(1) {
            let other = other.cell(place);
            if !other.is_empty() && other != first {
                let line = self.group.rows[0].line;
                self.wrong(row, column, format!("line {line} says something else of the same product"));
            }
        }
        Some(first)
    }

    fn product(&mut self) {
        let filled = |cell: &str| (!cell.is_empty()).then(|| cell.to_owned());
        if let Some(title) = self.of_product(&Column::Title) {
            self.content.title = title.to_owned();
        }
        if let Some(description) = self.of_product(&Column::Description) {
            self.content.description = description.to_owned();
        }
        if let Some(categories) = self.of_product(&Column::Categories) {
            self.content.categories = list(categories);
        }
        if let Some(tags) = self.of_product(&Column::Tags) {
            self.content.tags = list(tags);
        }
        if let Some(brand) = self.of_product(&Column::Brand) {
            self.content.brand = filled(brand);
        }
        if let Some(class) = self.of_product(&Column::TaxClass) {
            self.content.tax_class = filled(class.trim()).map(TaxClass).unwrap_or_default();
        }
        if let Some(title) = self.of_product(&Column::SeoTitle) {
            self.content.seo.title = filled(title);
        }
        if let Some(description) = self.of_product(&Column::SeoDescription) {
            self.content.seo.description = filled(description);
        }
        if let Some(status) = self.of_product(&Column::Status) {
            match status_of(status) {
                Some(status) => self.content.status = status,
                None => self.wrong(0, &Column::Status, "write draft, active or archived"),
            }
        }
        self.attributes();
        if !self.group.handle.is_empty() {
            self.content.handle.clone_from(&self.group.handle);
        } else if self.content.handle.is_empty() {
            self.content.handle = handle_from(&self.content.title);
        }
    }

    fn attributes(&mut self) {
        let columns = self.shop.columns;
        for column in columns.known() {
            let Column::Attribute(name) = column else { continue };
            let Some(cell) = self.of_product(column) else { continue };
            if cell.is_empty() {
                self.content.attributes.remove(name);
                continue;
            }
            // What reads the same is the same, of whichever type it is.
            if self.content.attributes.get(name).is_some_and(|value| value.to_string() == cell) {
                continue;
            }
            let undeclared = Declaration::default();
            let declared = self.shop.declared.get(name).unwrap_or(&undeclared);
            let value = value_of(declared.kind, cell);
            match declared.takes(&value) {
                Ok(()) => {
                    self.content.attributes.insert(name.clone(), value);
                }
                Err(problem) => self.wrong(0, column, problem),
            }
        }
    }

    /// Pictures of all rows, each once: others write one a row.
    fn media(&mut self) {
        let last = self.shop.columns.known().filter_map(|column| match column {
            Column::Media(n) => Some(*n),
            _ => None,
        });
        let Some(last) = last.max() else { return };
        let mut media: Vec<Media> = Vec::new();
        for row in 0..self.group.rows.len() {
            for n in 1..=last.min(MOST_MEDIA) {
                let source = self.cell(row, &Column::Media(n)).unwrap_or_default().trim();
                // With one too many it is refused, and no more need be compared.
                if source.is_empty() || media.len() > MOST_MEDIA {
                    continue;
                }
                let one = self.medium(row, n, source);
                if !media.iter().any(|other| row > 0 && (&other.file, &other.url) == (&one.file, &one.url)) {
                    media.push(one);
                }
            }
        }
        self.content.media = media;
    }

    fn medium(&mut self, row: usize, n: usize, source: &str) -> Media {
        let alt = self.cell(row, &Column::MediaAlt(n)).unwrap_or_default();
        let kind = match self.cell(row, &Column::MediaKind(n)).unwrap_or_default().trim() {
            "" => MediaKind::default(),
            kind => MediaKind::named(kind).unwrap_or_else(|| {
                self.wrong(row, &Column::MediaKind(n), "write image or video");
                MediaKind::default()
            }),
        };
        let mut one = Media { kind, decorative: alt.is_empty(), ..Media::default() };
        one.alt = (!alt.is_empty()).then(|| alt.to_owned());
        match source.strip_prefix("file:").map(str::parse) {
            None => one.url = Some(source.to_owned()),
            Some(Ok(id)) => one.file = Some(id),
            Some(Err(_)) => {
                self.wrong(row, &Column::Media(n), "write file: and the id of a file, or an address")
            }
        }
        one
    }

    /// Variants are known by their SKUs; one that no row names stays as it is.
    fn variants(&mut self) {
        for row in 0..self.group.rows.len() {
            let sku = self.cell(row, &Column::Sku).unwrap_or_default().trim();
            if sku.is_empty() {
                // A row for one more picture, as others write them, is no variant.
                if row == 0 || !self.is_only_a_picture(row) {
                    self.wrong(row, &Column::Sku, "give the variant a SKU");
                }
                continue;
            }
            let known = self.content.variants.iter().position(|variant| variant.sku == sku);
            let zero = Money::zero(self.shop.currency);
            let mut variant = match known {
                Some(place) => self.content.variants[place].clone(),
                None => Variant::new(VariantId::new(), sku, zero),
            };
            self.variant(row, &mut variant, known.is_none());
            match known {
                Some(place) => self.content.variants[place] = variant,
                None => self.content.variants.push(variant),
            }
        }
    }

    fn is_only_a_picture(&self, row: usize) -> bool {
        let mut others = self.shop.columns.known().filter(|column| {
            !matches!(column, Column::Handle | Column::Media(_) | Column::MediaAlt(_) | Column::MediaKind(_))
        });
        others.all(|column| self.cell(row, column).is_none_or(|cell| cell.trim().is_empty()))
    }

    fn variant(&mut self, row: usize, variant: &mut Variant, new: bool) {
        if let Some(title) = self.cell(row, &Column::VariantTitle) {
            variant.title = title.to_owned();
        }
        self.price(row, variant, new);
        if let Some(weight) = self.cell(row, &Column::WeightGrams) {
            variant.weight_grams = self.number(row, &Column::WeightGrams, weight);
        }
        if let Some(code) = self.cell(row, &Column::Barcode).map(str::trim) {
            variant.barcode = (!code.is_empty()).then(|| code.to_owned());
        }
        if let Some(count) = self.cell(row, &Column::Stock)
            && let Some(count) = self.number(row, &Column::Stock, count)
        {
            if count > MOST {
                self.wrong(row, &Column::Stock, "a stock has at most a trillion");
            }
            self.stock.insert(variant.sku.clone(), count);
        }
        self.options(row, variant);
    }

    fn number(&mut self, row: usize, column: &Column, cell: &str) -> Option<i64> {
        let cell = cell.trim();
        if cell.is_empty() {
            return None;
        }
        let digits = cell.bytes().all(|byte| byte.is_ascii_digit());
        let number = cell.parse().ok().filter(|_| digits);
        if number.is_none() {
            self.wrong(row, column, "write a whole number with digits only, such as 1200");
        }
        number
    }

    fn price(&mut self, row: usize, variant: &mut Variant, new: bool) {
        if let Some(code) = self.cell(row, &Column::Currency).map(str::trim) {
            match code.to_ascii_uppercase().parse() {
                _ if code.is_empty() => variant.price.currency = self.shop.currency,
                Ok(currency) => variant.price.currency = currency,
                Err(kernel::money::NotACurrency) => {
                    self.wrong(row, &Column::Currency, kernel::money::NotACurrency.to_string());
                }
            }
        }
        let digits = variant.price.currency.exponent();
        match self.cell(row, &Column::Price) {
            None if !new => {}
            Some(cell) if !cell.trim().is_empty() => match minor(cell, digits) {
                Ok(amount) => variant.price.amount = amount,
                Err(problem) => self.wrong(row, &Column::Price, problem),
            },
            _ => self.wrong(row, &Column::Price, "say what it costs"),
        }
        match self.cell(row, &Column::CompareAt) {
            None => {}
            Some(cell) if cell.trim().is_empty() => variant.compare_at = None,
            Some(cell) => match minor(cell, digits) {
                Ok(amount) => variant.compare_at = Some(amount),
                Err(problem) => self.wrong(row, &Column::CompareAt, problem),
            },
        }
    }

    /// The name of an option that only the first row has is that of all rows, as others write it.
    fn option_name(&self, row: usize, n: usize) -> &'a str {
        let own = self.cell(row, &Column::OptionName(n)).unwrap_or_default();
        if own.is_empty() { self.cell(0, &Column::OptionName(n)).unwrap_or_default() } else { own }
    }

    fn options(&mut self, row: usize, variant: &mut Variant) {
        if (1..=MOST_OPTIONS).all(|n| self.shop.place(&Column::OptionValue(n)).is_none()) {
            return;
        }
        let mut options = BTreeMap::new();
        for n in 1..=MOST_OPTIONS {
            let value = self.cell(row, &Column::OptionValue(n)).unwrap_or_default();
            let name = self.option_name(row, n);
            if value.is_empty() {
                continue;
            }
            if name.is_empty() {
                self.wrong(row, &Column::OptionName(n), "say what is chosen: size, colour");
            } else if options.insert(name.to_owned(), value.to_owned()).is_some() {
                self.wrong(row, &Column::OptionName(n), "name an option once");
            }
        }
        variant.options = options;
    }

    /// What the rows choose by is declared, in their order, behind what was declared before. A product that declared
    /// nothing though its variants have options goes on like that.
    fn choices(&mut self, before: Option<&Content>) {
        let undeclared = before.is_some_and(|before| {
            before.options.is_empty() && before.variants.iter().any(|variant| !variant.options.is_empty())
        });
        if undeclared {
            return;
        }
        for row in 0..self.group.rows.len() {
            for n in 1..=MOST_OPTIONS {
                let value = self.cell(row, &Column::OptionValue(n)).unwrap_or_default();
                let name = self.option_name(row, n);
                if value.is_empty() || name.is_empty() {
                    continue;
                }
                let known = self.content.options.iter().position(|choice| choice.name == name);
                let place = known.unwrap_or(self.content.options.len());
                if known.is_none() {
                    self.content.options.push(Choice { name: name.to_owned(), values: Vec::new() });
                }
                let values = &mut self.content.options[place].values;
                if !values.iter().any(|known| known == value) {
                    values.push(value.to_owned());
                }
            }
        }
    }
}

/// Many more than a product may have of anything are as wrong as all of them.
const LONGEST_LIST: usize = 1000;

fn list(cell: &str) -> Vec<String> {
    let mut items = split(cell);
    items.truncate(LONGEST_LIST);
    items
}

fn status_of(cell: &str) -> Option<Status> {
    let cell = cell.trim().to_ascii_lowercase();
    if cell.is_empty() { Some(Status::default()) } else { Status::named(&cell) }
}

/// The cell as a value of this type, or else as the text that it is.
fn value_of(kind: Type, cell: &str) -> Value {
    let text = || Value::Text(cell.to_owned());
    match (kind, cell.trim().to_ascii_lowercase().as_str()) {
        (Type::Boolean, "true") => Value::Flag(true),
        (Type::Boolean, "false") => Value::Flag(false),
        (Type::Number, number) => serde_json::from_str(number).map_or_else(|_| text(), Value::Number),
        _ => text(),
    }
}
