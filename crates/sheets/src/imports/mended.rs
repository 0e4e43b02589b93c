//! The refused rows of an import as a sheet of their own: what is wrong stands in front, and once it is mended the sheet
//! can be sent as it is.

use std::collections::VecDeque;

use bytes::Bytes;
use futures_util::stream::{self, Stream};
use kernel::Problem;
use store::Tenant;

use crate::ImportId;
use crate::exports::export::lines;
use crate::imports::import::{Form, Reject};
use crate::imports::queries;
use crate::imports::source::Source;
use crate::problems::FILES_UNAVAILABLE;
use crate::sheet::queue::Outlet;
use crate::sheet::reader::{Row, Unread};

/// What stands in front of the columns that were there. An import reads none of them.
const IN_FRONT: [&str; 3] = ["line", "column", "problem"];

/// How many rejects are read at a time.
const TOGETHER: i64 = 500;

/// How much is written at a time, in bytes; one row more may be in it.
const PIECE: usize = 256 * 1024;

/// The rows are read from the file again, so that no log holds them; without the file there is only what was wrong.
pub async fn sheet(
    tenant: Tenant,
    id: ImportId,
    source: &Source,
    form: Form,
) -> Result<impl Stream<Item = Result<Bytes, Problem>> + Send + 'static, Problem> {
    let rows = match source.rows(&form).await {
        Ok(rows) => Some(rows),
        Err(Unread::Told(_)) => None,
        Err(Unread::Broken) => return Err(broken()),
    };
    let theirs = form.header.theirs.iter().enumerate();
    // What an earlier sheet of this kind had in front is not repeated.
    let kept = theirs
        .filter(|(place, name)| form.header.ours[*place].is_some() || !IN_FRONT.contains(&name.as_str()));
    let columns: Vec<usize> = kept.map(|(place, _)| place).collect();
    let mended = Mended { tenant, id, rows, form, columns, after: None, waiting: VecDeque::new() };
    Ok(stream::try_unfold(mended, |mut mended| async move {
        Ok(mended.next().await?.map(|piece| (piece, mended)))
    }))
}

struct Mended {
    tenant: Tenant,
    id: ImportId,
    rows: Option<Outlet<Result<Row, Unread>>>,
    form: Form,
    /// The places of the columns that are written.
    columns: Vec<usize>,
    /// The last reject that was written; none before the header is.
    after: Option<i64>,
    waiting: VecDeque<Reject>,
}

impl Mended {
    async fn next(&mut self) -> Result<Option<Bytes>, Problem> {
        if self.after.is_none() {
            self.after = Some(0);
            let theirs = self.columns.iter().map(|place| self.form.header.theirs[*place].clone());
            let header = IN_FRONT.into_iter().map(str::to_owned).chain(theirs);
            return lines([header], self.form.delimiter).map(Some);
        }
        let (mut records, mut bytes) = (Vec::new(), 0);
        while bytes < PIECE
            && let Some(reject) = self.reject().await?
        {
            let record = self.record(reject).await?;
            bytes += record.iter().map(|cell| size_of::<String>() + cell.len()).sum::<usize>();
            records.push(record);
        }
        if records.is_empty() {
            return Ok(None);
        }
        lines(records, self.form.delimiter).map(Some)
    }

    async fn reject(&mut self) -> Result<Option<Reject>, Problem> {
        if self.waiting.is_empty() {
            let after = self.after.unwrap_or(0);
            self.waiting.extend(queries::rejects(&self.tenant, self.id, after, TOGETHER).await?);
        }
        let reject = self.waiting.pop_front();
        self.after = reject.as_ref().map(|reject| reject.row).or(self.after);
        Ok(reject)
    }

    async fn record(&mut self, reject: Reject) -> Result<Vec<String>, Problem> {
        let mut record = vec![reject.line.to_string(), reject.column, reject.problem];
        if let Some(rows) = &mut self.rows {
            let row = loop {
                match rows.take().await {
                    Some(Ok(row)) if row.number < reject.row => {}
                    Some(Ok(row)) => break row,
                    Some(Err(_)) | None => return Err(broken()),
                }
            };
            record.extend(self.columns.iter().map(|place| row.cell(*place).to_owned()));
        }
        record.resize(IN_FRONT.len() + self.columns.len(), String::new());
        Ok(record)
    }
}

pub(crate) fn broken() -> Problem {
    FILES_UNAVAILABLE.says("The file cannot be fetched at the moment.").after(10)
}
