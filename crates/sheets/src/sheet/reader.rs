//! A sheet, row by row, and the rows of a product together.

use std::collections::{HashMap, HashSet};
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use csv::StringRecord;
use kernel::formula::bare;
use uuid::Uuid;

use crate::sheet::column::{Column, MOST_MEDIA, MOST_OPTIONS};
use crate::sheet::mapping::Columns;
use crate::sheet::queue::Sizable;

/// A row, with the line of the file on which it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Counted from 1, without the header and without empty ones.
    pub number: i64,
    pub line: i64,
    /// As they are meant; those at the end that are empty are left out.
    cells: Vec<String>,
    pub trouble: Option<String>,
}

impl Row {
    /// One that is not there is empty.
    pub fn cell(&self, place: usize) -> &str {
        self.cells.get(place).map_or("", String::as_str)
    }

    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }
}

/// What a cell takes beside its letters.
const CELL: usize = 48;

impl Sizable for Row {
    fn bytes(&self) -> usize {
        self.cells.iter().fold(size_of::<Self>(), |bytes, cell| bytes + cell.len() + CELL)
    }
}

/// The rows that stand together under one handle; one row where there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    pub handle: String,
    pub rows: Vec<Row>,
}

impl Sizable for Group {
    fn bytes(&self) -> usize {
        self.rows.iter().fold(self.handle.len(), |bytes, row| bytes + row.bytes())
    }
}

/// A row is not longer than this: a quote that is never closed would make one of the whole file.
const LONGEST_ROW: u64 = 1024 * 1024;
/// An export writes up to so many for options and pictures; beside them there is room for 200.
pub const MOST_COLUMNS: usize = 200 + 2 * MOST_OPTIONS + 3 * MOST_MEDIA;
/// In letters, and over all names in bytes: what an import is keeps them.
pub const LONGEST_NAME: usize = 200;
const LONGEST_HEADER: usize = 64 * 1024;
/// A product has at most 200 variants and 100 pictures.
const LARGEST_GROUP: usize = 300;
/// Its rows are in memory together.
const HEAVIEST_GROUP: usize = 2 * 1024 * 1024;

pub struct Rows<R> {
    reader: csv::Reader<Paced<R>>,
    /// What was read since the last row.
    since: Arc<AtomicU64>,
    pub header: Vec<String>,
    number: i64,
    record: StringRecord,
    ends: Ends,
}

/// How lines end. The reader takes the line feed of a pair only with the row behind it, so it counts such a line late.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ends {
    Feed,
    Pair,
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
        if let Some(told) = wrong_with(&record) {
            return Err(Unread::Told(told));
        }
        let header = record.iter().map(|name| bare(name).to_owned()).collect();
        // Behind the header stands the second line, or the first still.
        let behind = reader.position().line() - feeds(&record);
        let ends = if behind > 1 { Ends::Feed } else { Ends::Pair };
        Ok(Self { reader, since, header, number: 0, record, ends })
    }

    /// On which the row begins that was just read. Empty lines before it were read with it.
    fn line(&self) -> u64 {
        let behind = self.reader.position().line() - feeds(&self.record);
        let before = self.record.position().map_or(0, csv::Position::line);
        match self.ends {
            Ends::Pair => behind,
            // The last line may have no end.
            Ends::Feed => before.max(behind - 1),
        }
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
            // A row costs what stands in it, however wide the sheet is.
            while cells.last().is_some_and(String::is_empty) {
                cells.pop();
            }
            let line = self.line();
            return Ok(Some(Row {
                number: self.number,
                line: i64::try_from(line).unwrap_or(i64::MAX),
                cells,
                trouble: trouble.map(str::to_owned),
            }));
        }
    }
}

/// The line feeds that stand in the cells of a row.
fn feeds(record: &StringRecord) -> u64 {
    record.iter().flat_map(str::bytes).filter(|byte| *byte == b'\n').count() as u64
}

/// Why a header is not taken.
fn wrong_with(header: &StringRecord) -> Option<String> {
    if header.len() > MOST_COLUMNS {
        return Some(format!("The file has more than {MOST_COLUMNS} columns."));
    }
    if header.iter().any(|name| name.contains('\0')) {
        return Some("This is no text that can be read. Save the sheet as CSV in UTF-8.".to_owned());
    }
    if let Some(place) = header.iter().position(|name| name.chars().count() > LONGEST_NAME) {
        let number = place + 1;
        return Some(format!(
            "The name of column {number} is longer than {LONGEST_NAME} letters. Give it a shorter one."
        ));
    }
    let long = header.as_slice().len() > LONGEST_HEADER;
    long.then(|| {
        "The names of all columns together are longer than 64 KB. Give them shorter ones.".to_owned()
    })
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
    pub fn new(rows: Rows<R>, columns: &Columns) -> Self {
        let (handle, sku) = (columns.place(&Column::Handle), columns.place(&Column::Sku));
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
            self.gather(&mut group)?;
            if !self.handles.insert(key(&group.handle)) {
                let told =
                    "Rows of this product stand further up. Put all of them together, 300 at the most.";
                group.rows.iter_mut().for_each(|row| row.trouble = Some(told.to_owned()));
            }
        }
        Ok(Some(group))
    }

    /// Takes the further rows of a product. One that is too large keeps nothing of them but where they stand, and is
    /// refused as a whole.
    fn gather(&mut self, group: &mut Group) -> Result<(), Unread> {
        let mut bytes = group.bytes();
        while group.rows.len() < LARGEST_GROUP {
            match self.row()? {
                Some(row) if self.handle_of(&row) == group.handle => {
                    bytes += row.bytes();
                    group.rows.push(row);
                }
                other => {
                    self.ahead = other;
                    break;
                }
            }
            if bytes > HEAVIEST_GROUP {
                group.rows.iter_mut().for_each(|row| row.cells = Vec::new());
            }
        }
        if bytes > HEAVIEST_GROUP {
            let told = "The rows of this product are more than 2 MB. Leave empty in further rows what the first one says.";
            group.rows.iter_mut().for_each(|row| row.trouble = Some(told.to_owned()));
        }
        Ok(())
    }

    fn row(&mut self) -> Result<Option<Row>, Unread> {
        let Some(mut row) = self.rows.next()? else { return Ok(None) };
        let sku = self.sku.map_or("", |place| row.cell(place).trim());
        if !sku.is_empty()
            && let Some(before) = self.skus.insert(key(sku), row.line)
        {
            row.trouble.get_or_insert(format!("Line {before} has this SKU already."));
        }
        Ok(Some(row))
    }

    fn handle_of(&self, row: &Row) -> String {
        self.handle.map_or("", |place| row.cell(place).trim()).to_owned()
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
        let columns = Columns::named(&rows.header);
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
        for ends in ["\n", "\r\n"] {
            let text = ["handle,sku", "lamp,\"A", "A\"", "", "", "bed,B,", "x,y,z"].join(ends);
            assert_eq!(troubles(&text), [(2, false), (6, false), (7, true)], "{ends:?}");
            assert_eq!(troubles(&(text + ends)), [(2, false), (6, false), (7, true)], "{ends:?}");
        }
    }

    #[test]
    fn a_product_in_two_places_and_a_sku_on_two_lines_are_refused() {
        let text = "handle,sku\nlamp,A\nbed,B\nlamp,C\nrug,A\n";
        assert_eq!(troubles(text), [(2, false), (3, false), (4, true), (5, true)]);
    }

    fn told_of_header(names: &[String]) -> Option<String> {
        match Rows::new(names.join(",").as_bytes(), ',') {
            Ok(_) => None,
            Err(Unread::Told(told)) => Some(told),
            Err(Unread::Broken) => panic!("it is all there"),
        }
    }

    #[test]
    fn a_sheet_has_so_many_columns_and_no_endless_names() {
        let names = |count: usize, letters: usize| vec!["é".repeat(letters); count];
        assert_eq!(told_of_header(&names(MOST_COLUMNS, 1)), None);
        assert!(told_of_header(&names(MOST_COLUMNS + 1, 1)).unwrap().contains("540 columns"));
        assert_eq!(told_of_header(&names(2, LONGEST_NAME)), None);
        let long = [names(2, 1), names(1, LONGEST_NAME + 1)].concat();
        assert!(told_of_header(&long).unwrap().contains("The name of column 3 is longer than 200 letters"));
        assert!(told_of_header(&names(200, 170)).unwrap().contains("64 KB"));
    }

    #[test]
    fn a_row_costs_what_stands_in_it_however_wide_the_sheet_is() {
        let wide = format!("handle,sku{}\n,L\n,L{}\n", ",a".repeat(500), ",".repeat(500));
        for group in groups(&wide) {
            assert!(group.bytes() < 300, "{}", group.bytes());
            assert_eq!((group.rows[0].cell(1), group.rows[0].cell(400)), ("L", ""));
        }
    }

    #[test]
    fn a_product_whose_rows_are_too_large_is_refused_as_a_whole_and_the_next_one_is_not() {
        let row = format!("lamp,,{}\n", "x".repeat(100_000));
        let read = groups(&format!("handle,sku,title\n{}bed,B,Bed\n", row.repeat(30)));
        let sizes: Vec<(usize, bool)> =
            read.iter().map(|group| (group.rows.len(), group.rows[0].trouble.is_some())).collect();
        assert_eq!(sizes, [(30, true), (1, false)]);
        assert!(read[0].rows.iter().all(|row| row.is_empty() && row.trouble.is_some()));
        let fits = groups(&format!("handle,sku,title\n{}", row.repeat(20)));
        assert_eq!((fits.len(), fits[0].rows[0].trouble.clone()), (1, None));
    }

    #[test]
    fn a_quote_that_is_not_closed_does_not_make_one_row_of_everything() {
        let text = format!("handle,sku\nlamp,\"A\n{}", "x,y\n".repeat(1_000_000));
        let mut rows = Rows::new(text.as_bytes(), ',').map_err(|_| "the header").unwrap();
        assert!(matches!(rows.next(), Err(Unread::Told(told)) if told.contains("quote")));
    }
}
