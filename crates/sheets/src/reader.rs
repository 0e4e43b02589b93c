//! A sheet, row by row, and the rows of a product together.

use std::collections::{HashMap, HashSet};
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use csv::StringRecord;
use uuid::Uuid;

use crate::cell::bare;
use crate::column::Column;

/// A row, with the line of the file on which it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Counted from 1, without the header and without empty ones.
    pub number: i64,
    pub line: i64,
    /// As they are meant.
    pub cells: Vec<String>,
    pub trouble: Option<String>,
}

/// The rows that stand together under one handle; one row where there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    pub handle: String,
    pub rows: Vec<Row>,
}

/// A row is not longer than this: a quote that is never closed would make one of the whole file.
const LONGEST_ROW: u64 = 1024 * 1024;
const MOST_COLUMNS: usize = 1000;
/// A product has at most 200 variants and 100 pictures.
const LARGEST_GROUP: usize = 300;

pub struct Rows<R> {
    reader: csv::Reader<Paced<R>>,
    /// What was read since the last row.
    since: Arc<AtomicU64>,
    pub header: Vec<String>,
    number: i64,
    record: StringRecord,
}

/// Why a sheet cannot be read on.
#[derive(Debug)]
pub enum Unread {
    /// Its bytes did not come; they may, another time.
    Broken,
    /// For whoever made the file.
    Told(String),
}

impl<R: Read> Rows<R> {
    pub fn new(text: R, delimiter: char) -> Result<Self, Unread> {
        let since = Arc::new(AtomicU64::new(0));
        let paced = Paced { inner: text, since: since.clone() };
        let mut builder = csv::ReaderBuilder::new();
        let delimiter = u8::try_from(delimiter).unwrap_or(b',');
        let mut reader = builder.delimiter(delimiter).flexible(true).has_headers(false).from_reader(paced);
        let mut record = StringRecord::new();
        if !reader.read_record(&mut record).map_err(|error| unread(&error))? {
            return Err(Unread::Told("The file has no rows.".into()));
        }
        if record.len() > MOST_COLUMNS {
            return Err(Unread::Told(format!("The file has more than {MOST_COLUMNS} columns.")));
        }
        let header: Vec<String> = record.iter().map(|name| bare(name).to_owned()).collect();
        if header.iter().any(|name| name.contains('\0')) {
            return Err(Unread::Told(
                "This is no text that can be read. Save the sheet as CSV in UTF-8.".into(),
            ));
        }
        Ok(Self { reader, since, header, number: 0, record })
    }

    /// The next row that has anything in it.
    pub fn next(&mut self) -> Result<Option<Row>, Unread> {
        loop {
            self.since.store(0, Ordering::Relaxed);
            if !self.reader.read_record(&mut self.record).map_err(|error| unread(&error))? {
                return Ok(None);
            }
            if self.record.iter().all(|cell| cell.trim().is_empty()) {
                continue;
            }
            self.number += 1;
            let width = self.header.len();
            let beyond = self.record.iter().skip(width).any(|cell| !cell.trim().is_empty());
            let nul = self.record.iter().any(|cell| cell.contains('\0'));
            let trouble = match (beyond, nul) {
                (true, _) => {
                    Some("The row has more cells than the header; look for a sign or a quote too many.")
                }
                (_, true) => Some("A text may not hold the character NUL."),
                _ => None,
            };
            let mut cells: Vec<String> =
                self.record.iter().take(width).map(|cell| bare(cell).replace('\0', "")).collect();
            cells.resize(width, String::new());
            let line = self.record.position().map_or(0, csv::Position::line);
            return Ok(Some(Row {
                number: self.number,
                line: i64::try_from(line).unwrap_or(i64::MAX),
                cells,
                trouble: trouble.map(str::to_owned),
            }));
        }
    }
}

fn unread(error: &csv::Error) -> Unread {
    match error.kind() {
        csv::ErrorKind::Io(why) if why.kind() == io::ErrorKind::InvalidData => {
            Unread::Told(format!("The file cannot be read on: {why}. Save the sheet as CSV in UTF-8."))
        }
        csv::ErrorKind::Io(_) => Unread::Broken,
        _ => Unread::Told("The file cannot be read as CSV.".into()),
    }
}

/// Fails when a row does not end.
struct Paced<R> {
    inner: R,
    since: Arc<AtomicU64>,
}

impl<R: Read> Read for Paced<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(into)?;
        if self.since.fetch_add(read as u64, Ordering::Relaxed) > LONGEST_ROW {
            let why = "a row is longer than a megabyte; perhaps a quote is not closed";
            return Err(io::Error::new(io::ErrorKind::InvalidData, why));
        }
        Ok(read)
    }
}

/// The rows of a sheet, product by product.
pub struct Groups<R> {
    rows: Rows<R>,
    handle: Option<usize>,
    sku: Option<usize>,
    ahead: Option<Row>,
    /// What came before, in sixteen bytes each.
    handles: HashSet<Uuid>,
    skus: HashMap<Uuid, i64>,
}

impl<R: Read> Groups<R> {
    pub fn new(rows: Rows<R>, columns: &[Option<Column>]) -> Self {
        let place = |wanted: Column| columns.iter().position(|column| column.as_ref() == Some(&wanted));
        let (handle, sku) = (place(Column::Handle), place(Column::Sku));
        Self { rows, handle, sku, ahead: None, handles: HashSet::new(), skus: HashMap::new() }
    }

    pub fn next(&mut self) -> Result<Option<Group>, Unread> {
        let first = match self.ahead.take() {
            Some(row) => row,
            None => match self.row()? {
                Some(row) => row,
                None => return Ok(None),
            },
        };
        let handle = self.handle_of(&first);
        let mut group = Group { handle, rows: vec![first] };
        if !group.handle.is_empty() {
            while group.rows.len() < LARGEST_GROUP {
                match self.row()? {
                    Some(row) if self.handle_of(&row) == group.handle => group.rows.push(row),
                    other => {
                        self.ahead = other;
                        break;
                    }
                }
            }
            if !self.handles.insert(key(&group.handle)) {
                let told =
                    "Rows of this product stand further up. Put all of them together, 300 at the most.";
                group.rows.iter_mut().for_each(|row| row.trouble = Some(told.to_owned()));
            }
        }
        Ok(Some(group))
    }

    fn row(&mut self) -> Result<Option<Row>, Unread> {
        let Some(mut row) = self.rows.next()? else { return Ok(None) };
        let sku = self.sku.map_or("", |place| row.cells[place].trim());
        if !sku.is_empty()
            && let Some(before) = self.skus.insert(key(sku), row.line)
        {
            row.trouble.get_or_insert(format!("Line {before} has this SKU already."));
        }
        Ok(Some(row))
    }

    fn handle_of(&self, row: &Row) -> String {
        self.handle.map_or("", |place| row.cells[place].trim()).to_owned()
    }
}

fn key(name: &str) -> Uuid {
    Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn groups(text: &str) -> Vec<Group> {
        let rows = Rows::new(text.as_bytes(), ',').map_err(|_| "the header").unwrap();
        let columns: Vec<Option<Column>> = rows.header.iter().map(|name| Column::named(name)).collect();
        let mut groups = Groups::new(rows, &columns);
        std::iter::from_fn(|| groups.next().map_err(|_| "a row").unwrap()).collect()
    }

    fn troubles(text: &str) -> Vec<(i64, bool)> {
        groups(text)
            .iter()
            .flat_map(|group| &group.rows)
            .map(|row| (row.line, row.trouble.is_some()))
            .collect()
    }

    #[test]
    fn rows_of_a_handle_are_one_product_and_rows_without_one_stand_alone() {
        let read = groups("handle,sku\nlamp,A\n lamp ,B\n,C\n,D\nbed,E\n");
        let sizes: Vec<(&str, usize)> =
            read.iter().map(|group| (group.handle.as_str(), group.rows.len())).collect();
        assert_eq!(sizes, [("lamp", 2), ("", 1), ("", 1), ("bed", 1)]);
    }

    #[test]
    fn a_line_is_told_as_an_editor_counts_it() {
        assert_eq!(
            troubles("handle,sku\nlamp,\"A\nA\"\n\n,,\nbed,B,\nx,y,z\n"),
            [(2, false), (6, false), (7, true)]
        );
    }

    #[test]
    fn a_product_in_two_places_and_a_sku_on_two_lines_are_refused() {
        let text = "handle,sku\nlamp,A\nbed,B\nlamp,C\nrug,A\n";
        assert_eq!(troubles(text), [(2, false), (3, false), (4, true), (5, true)]);
    }

    #[test]
    fn a_quote_that_is_not_closed_does_not_make_one_row_of_everything() {
        let text = format!("handle,sku\nlamp,\"A\n{}", "x,y\n".repeat(1_000_000));
        let mut rows = Rows::new(text.as_bytes(), ',').map_err(|_| "the header").unwrap();
        assert!(matches!(rows.next(), Err(Unread::Told(told)) if told.contains("quote")));
    }
}
