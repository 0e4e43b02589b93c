//! Which of a sheet's columns is which of ours.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use super::shorten::shortened;
use crate::sheet::column::Column;

/// Their columns by ours, where somebody said so; nothing for a column that is left out.
pub type Mapping = BTreeMap<String, Option<String>>;

/// How long a list of columns in a sentence is, in bytes.
const LONGEST_LIST: usize = 1000;

/// The columns of a sheet, as they are read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// As they stand in the file.
    pub theirs: Vec<String>,
    /// Ours, each beside theirs; nothing for one that is not read.
    pub ours: Vec<Option<String>>,
    /// What those that are not read may be meant as.
    pub proposals: BTreeMap<String, String>,
    /// Why it cannot be read so.
    pub problem: Option<String>,
}

impl Header {
    pub fn new(theirs: Vec<String>, mapping: &Mapping) -> Self {
        let named = |name: &str| match mapping.get(name) {
            Some(said) => said.as_deref().and_then(Column::named),
            None => Column::named(name),
        };
        let said: Vec<Column> = mapping.values().flatten().filter_map(|name| Column::named(name)).collect();
        let mut ours: Vec<Option<Column>> = Vec::with_capacity(theirs.len());
        for name in &theirs {
            // What somebody said comes before what a name happens to be.
            let column = named(name).filter(|column| mapping.contains_key(name) || !said.contains(column));
            ours.push(column);
        }
        let mut proposals = BTreeMap::new();
        for (name, _) in
            theirs.iter().zip(&ours).filter(|(name, ours)| ours.is_none() && !mapping.contains_key(*name))
        {
            let free = Column::proposed(name).filter(|column| !ours.contains(&Some(column.clone())));
            proposals.extend(free.map(|column| (name.clone(), column.to_string())));
        }
        let problem = problem(&theirs, &ours, mapping, &proposals);
        let ours = ours.into_iter().map(|column| column.map(|column| column.to_string())).collect();
        Self { theirs, ours, proposals, problem }
    }

    pub fn columns(&self) -> Columns {
        Columns::new(self.ours.iter().map(|name| name.as_deref().and_then(Column::named)))
    }
}

/// Where each of our columns stands in a sheet. Cells are looked up by the thousand.
#[derive(Debug, Clone, Default)]
pub struct Columns {
    places: HashMap<Column, usize>,
    /// In the order in which they stand.
    known: Vec<Column>,
}

impl Columns {
    fn new(columns: impl Iterator<Item = Option<Column>>) -> Self {
        let mut all = Self::default();
        for (place, column) in columns.enumerate() {
            if let Some(column) = column.filter(|column| !all.places.contains_key(column)) {
                all.places.insert(column.clone(), place);
                all.known.push(column);
            }
        }
        all
    }

    pub fn place(&self, column: &Column) -> Option<usize> {
        self.places.get(column).copied()
    }

    pub fn known(&self) -> impl Iterator<Item = &Column> {
        self.known.iter()
    }

    #[cfg(test)]
    pub fn named(names: &[String]) -> Self {
        Self::new(names.iter().map(|name| Column::named(name)))
    }
}

fn problem(
    theirs: &[String],
    ours: &[Option<Column>],
    mapping: &Mapping,
    proposals: &BTreeMap<String, String>,
) -> Option<String> {
    if let Some(missing) = mapping.keys().find(|name| !theirs.contains(name)) {
        let columns = shortened(theirs.join(", "), LONGEST_LIST);
        return Some(format!("The file has no column {missing:?}. Its columns are: {columns}."));
    }
    for (n, column) in ours.iter().enumerate() {
        let twice = column.as_ref().filter(|column| ours[..n].contains(&Some((*column).clone())));
        if let Some(column) = twice {
            return Some(format!(
                "Two columns are {column}. Say in the mapping which of them is, and null for the other."
            ));
        }
    }
    if ours.contains(&Some(Column::Sku)) {
        return None;
    }
    let hint = match proposals.iter().find(|(_, ours)| *ours == "sku") {
        Some((theirs, _)) => format!("Perhaps it is {theirs:?}: send a mapping that says so."),
        None => "Say in the mapping which one it is.".to_owned(),
    };
    Some(format!("No column is the sku, by which variants are known. {hint}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(theirs: &[&str], mapping: &[(&str, Option<&str>)]) -> Header {
        let mapping =
            mapping.iter().map(|(theirs, ours)| ((*theirs).to_owned(), ours.map(str::to_owned))).collect();
        Header::new(theirs.iter().map(|name| (*name).to_owned()).collect(), &mapping)
    }

    #[test]
    fn what_is_not_known_is_proposed_and_not_read() {
        let read = header(&["Handle", "SKU", "Vendor", "Gift Card"], &[]);
        assert_eq!(read.ours, [Some("handle".into()), Some("sku".into()), None, None]);
        assert_eq!(read.proposals, BTreeMap::from([("Vendor".into(), "brand".into())]));
        assert_eq!(read.problem, None);
    }

    #[test]
    fn a_mapping_comes_before_names() {
        let read = header(&["price", "Sale", "sku"], &[("Sale", Some("price"))]);
        assert_eq!(read.ours, [None, Some("price".into()), Some("sku".into())]);
        let left_out = header(&["title", "sku"], &[("title", None)]);
        assert_eq!((left_out.ours[0].clone(), left_out.proposals.len()), (None, 0));
    }

    #[test]
    fn what_cannot_be_meant_is_told() {
        let told =
            |theirs: &[&str], mapping: &[(&str, Option<&str>)]| header(theirs, mapping).problem.unwrap();
        assert!(told(&["Variant SKU"], &[]).contains("Perhaps it is \"Variant SKU\""));
        assert!(told(&["sku"], &[("Preis", Some("price"))]).contains("no column \"Preis\""));
        assert!(told(&["sku", "Sku"], &[]).contains("Two columns are sku"));
    }
}
