//! What is wrong with the rows of a product, in few words however much it is: the log keeps it.

use std::collections::HashMap;

use crate::imports::import::Reject;
use crate::sheet::column::Column;
use crate::sheet::reader::Group;
use crate::sheet::shorten::shortened;

/// What is wrong with a row of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// Which of the group's rows, from 0.
    pub row: usize,
    pub column: Option<Column>,
    pub problem: String,
}

/// Of how much of a row is told what it is; the rest is counted.
const TOLD: usize = 10;

/// How long a reject's texts are, in bytes.
const LONGEST_COLUMN: usize = 300;
const LONGEST_PROBLEM: usize = 700;

#[derive(Debug, Default, PartialEq, Eq)]
pub struct Wrongs {
    pub told: Vec<Wrong>,
    /// How much is wrong with each row, told or not.
    counts: HashMap<usize, usize>,
}

impl Wrongs {
    pub fn note(&mut self, row: usize, column: Option<Column>, problem: impl Into<String>) {
        let count = self.counts.entry(row).or_default();
        *count += 1;
        if *count <= TOLD {
            let problem = shortened(problem.into(), LONGEST_PROBLEM);
            self.told.push(Wrong { row, column, problem });
        }
    }

    pub fn is_empty(&self) -> bool {
        self.told.is_empty()
    }

    /// A product goes in whole or not at all, so that nobody can buy half of it. Each of its rows says why.
    pub fn rejects(&self, group: &Group, theirs: impl Fn(&Column) -> String) -> Vec<Reject> {
        let first = self.told.iter().map(|wrong| wrong.row).min().unwrap_or(0);
        let first = group.rows.get(first).map_or(0, |row| row.line);
        let mut own: HashMap<usize, Vec<&Wrong>> = HashMap::new();
        self.told.iter().for_each(|wrong| own.entry(wrong.row).or_default().push(wrong));
        let reject = |(place, row): (usize, &crate::sheet::reader::Row)| {
            let own = own.get(&place).map_or(&[][..], Vec::as_slice);
            let (column, problem) = match own {
                [] => (String::new(), format!("Another row of this product is wrong: line {first}.")),
                own => (columns(own, &theirs), self.problems(place, own)),
            };
            Reject { row: row.number, line: row.line, column, problem }
        };
        group.rows.iter().enumerate().map(reject).collect()
    }

    fn problems(&self, row: usize, own: &[&Wrong]) -> String {
        let problems: Vec<&str> = own.iter().map(|wrong| wrong.problem.as_str()).collect();
        let told = shortened(problems.join("; "), LONGEST_PROBLEM);
        match self.counts.get(&row).map_or(0, |count| count - own.len()) {
            0 => told,
            more => format!("{told}; and {more} more"),
        }
    }
}

fn columns(own: &[&Wrong], theirs: impl Fn(&Column) -> String) -> String {
    let mut columns: Vec<String> = own.iter().filter_map(|wrong| wrong.column.as_ref()).map(theirs).collect();
    columns.dedup();
    shortened(columns.join(", "), LONGEST_COLUMN)
}

#[cfg(test)]
mod tests {
    use catalog::attribute::{Declaration, Type};

    use super::*;
    use crate::imports::import::{Advanced, Counts};
    use crate::imports::read::Shop;
    use crate::sheet::mapping::{Columns, Header};
    use crate::sheet::reader::{Groups, Rows};

    /// What an import notes of a sheet whose attributes are numbers, in groups as they stand there.
    fn rejects(text: &str) -> Vec<Vec<Reject>> {
        let rows = Rows::new(text.as_bytes(), ',').map_err(|_| "the header").unwrap();
        let header = Header::new(rows.header.clone(), &crate::sheet::mapping::Mapping::new());
        let columns: Columns = header.columns();
        let declared = |column: &Column| match column {
            Column::Attribute(name) => {
                Some((name.clone(), Declaration { kind: Type::Number, ..Declaration::default() }))
            }
            _ => None,
        };
        let declared: HashMap<String, Declaration> = columns.known().filter_map(declared).collect();
        let shop = Shop { columns: &columns, declared: &declared, currency: "EUR".parse().unwrap() };
        let mut groups = Groups::new(rows, &columns);
        let groups = std::iter::from_fn(|| groups.next().map_err(|_| "a row").unwrap());
        let theirs = |column: &Column| {
            columns.place(column).map_or_else(|| column.to_string(), |place| header.theirs[place].clone())
        };
        groups.map(|group| shop.read(&group, None).unwrap_err().rejects(&group, theirs)).collect()
    }

    /// A sheet with so many wide columns of attributes, and rows in which none of them can be read.
    fn hostile(columns: usize, rows: impl Iterator<Item = String>) -> String {
        let names: Vec<String> = (0..columns).map(|n| format!("attributes.{n:0>180}")).collect();
        let cells = "x,".repeat(columns);
        let rows: Vec<String> = rows.map(|handle| format!("{handle},,{cells}\n")).collect();
        format!("handle,sku,{}\n{}", names.join(","), rows.concat())
    }

    #[test]
    fn a_row_tells_ten_of_its_problems_and_counts_the_rest() {
        let told = rejects(
            "sku,price,currency,stock,weight_grams,status,attributes.a,attributes.b,attributes.c,attributes.d,attributes.e,attributes.f\n,x,x,x,x,x,x,x,x,x,x,x\n",
        );
        let problem = &told[0][0].problem;
        assert_eq!(problem.matches("this attribute is a number").count(), 6, "{problem}");
        assert!(problem.contains("write draft, active or archived"), "{problem}");
        let few = rejects("sku,price,status\nL,x,x\n");
        assert_eq!(few[0][0].column, "status, price");
        assert!(!few[0][0].problem.contains("more"), "{:?}", few[0][0]);
        let many = rejects(&hostile(20, ["lamp".to_owned()].into_iter()));
        assert!(many[0][0].problem.ends_with("; and 11 more"), "{:?}", many[0][0]);
    }

    #[test]
    fn a_reject_is_about_a_kilobyte_however_long_names_are() {
        let text = hostile(300, ["lamp".to_owned()].into_iter());
        let reject = &rejects(&text)[0][0];
        assert!(reject.column.len() <= LONGEST_COLUMN && reject.column.ends_with('…'), "{reject:?}");
        assert!(reject.problem.len() <= LONGEST_PROBLEM + 30, "{reject:?}");
        assert_eq!(shortened("ééé".into(), 5), "é…");
        assert_eq!(shortened("éé".into(), 4), "éé");
    }

    #[test]
    fn the_largest_event_of_a_hostile_sheet_stays_small() {
        let alone = (0..99).map(|_| String::new());
        let together = (0..100).map(|_| "lamp".to_owned());
        let rejects: Vec<Reject> = rejects(&hostile(300, alone.chain(together))).concat();
        assert_eq!(rejects.len(), 199);
        let advanced = Advanced { from: 0, to: 199, counts: Counts::default(), rejects };
        let size = serde_json::to_string(&advanced).unwrap().len();
        assert!(size < 256 * 1024, "{size} bytes");
    }
}
