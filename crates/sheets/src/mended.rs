//! The refused rows of an import as a sheet of their own: what is wrong stands in front, and once it is mended the sheet
//! can be sent as it is.

use bytes::Bytes;
use futures_util::stream::{self, Stream};
use kernel::Problem;
use store::Tenant;
use tokio::sync::mpsc;

use crate::ImportId;
use crate::cell::guarded;
use crate::export::lines;
use crate::import::{Form, Reject};
use crate::queries;
use crate::reader::{Row, Unread};
use crate::source::Source;

/// What stands in front of the columns that were there. An import reads none of them.
const IN_FRONT: [&str; 3] = ["line", "column", "problem"];

/// How many rejects are read at a time.
const TOGETHER: i64 = 500;

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
    let mended = Mended { tenant, id, rows, form, columns, after: None };
    Ok(stream::try_unfold(mended, |mut mended| async move {
        Ok(mended.next().await?.map(|piece| (piece, mended)))
    }))
}

struct Mended {
    tenant: Tenant,
    id: ImportId,
    rows: Option<mpsc::Receiver<Result<Row, Unread>>>,
    form: Form,
    /// The places of the columns that are written.
    columns: Vec<usize>,
    /// The last reject that was written; none before the header is.
    after: Option<i64>,
}

impl Mended {
    async fn next(&mut self) -> Result<Option<Bytes>, Problem> {
        let Some(after) = self.after else {
            self.after = Some(0);
            let theirs = self.columns.iter().map(|place| guarded(self.form.header.theirs[*place].clone()));
            let header = IN_FRONT.into_iter().map(str::to_owned).chain(theirs);
            return lines([header], self.form.delimiter).map(Some);
        };
        let rejects = queries::rejects(&self.tenant, self.id, after, TOGETHER).await?;
        let Some(last) = rejects.last().map(|reject| reject.row) else { return Ok(None) };
        self.after = Some(last);
        let mut records = Vec::with_capacity(rejects.len());
        for reject in rejects {
            records.push(self.record(reject).await?);
        }
        lines(records, self.form.delimiter).map(Some)
    }

    async fn record(&mut self, reject: Reject) -> Result<Vec<String>, Problem> {
        let mut record = vec![reject.line.to_string(), reject.column, reject.problem];
        if let Some(rows) = &mut self.rows {
            let row = loop {
                match rows.recv().await {
                    Some(Ok(row)) if row.number < reject.row => {}
                    Some(Ok(row)) => break row,
                    Some(Err(_)) | None => return Err(broken()),
                }
            };
            record.extend(self.columns.iter().map(|place| row.cells[*place].clone()));
        }
        record.resize(IN_FRONT.len() + self.columns.len(), String::new());
        Ok(record.into_iter().map(guarded).collect())
    }
}

fn broken() -> Problem {
    Problem::unavailable("files_unavailable", "The file cannot be fetched at the moment.", 10)
}
