//! What can be typed of sheets: `galleria products …`

use kernel::boxed;
use std::fs::File;
use std::io::{self, Read, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use blobs::{Blobs, Place};
use bytes::Bytes;
use catalog::queries::Listed;
use clap::Subcommand;
use console::sentences::{failure_sentence, sentence};
use console::{CellAccess, CommandSet, Opened, Session, id};
use futures_util::stream;
use store::{Tenant, Work};

use crate::ImportId;
use crate::imports::queries::{self, ImportRow};
use crate::imports::{Plan, Reject, State, keep, use_cases};

#[derive(Debug, Subcommand)]
pub enum Commands {
    /// Write products as CSV, and take them in.
    Products {
        /// The tenant.
        #[arg(long, global = true, value_name = "SLUG", default_value = "")]
        tenant: String,
        #[command(subcommand)]
        command: ProductsCommand,
    },
}

#[derive(Debug, Subcommand)]
pub enum ProductsCommand {
    /// Write all products into a new file as CSV, or to the terminal when it is `-`.
    #[command(after_help = "Example:\n  galleria products export --tenant oak products.csv")]
    Export { file: PathBuf },
    /// Take products in from CSV.
    #[command(
        after_help = "Examples:\n  galleria products import --tenant oak products.csv --dry-run\n  galleria products import --tenant oak products.csv --update\n\nSays of each row that was refused why, and ends with 1 when there is one. The other rows are taken."
    )]
    Import {
        file: PathBuf,
        /// Only say what would happen.
        #[arg(long)]
        dry_run: bool,
        /// Change products that are there, too.
        #[arg(long)]
        update: bool,
    },
    /// Say what became of an import, and why rows were refused.
    #[command(
        after_help = "Example:\n  galleria products show --tenant oak 0198c0de-0000-7000-8000-000000000001"
    )]
    Show { import: String },
}

impl CommandSet for Commands {
    fn access(&self) -> CellAccess {
        let Self::Products { command, .. } = self;
        if matches!(command, ProductsCommand::Import { .. }) { CellAccess::Change } else { CellAccess::Look }
    }
}

/// Does one. Files that were uploaded are kept in the `place`.
#[boxed]
pub async fn obey(session: &Session, place: Option<Place>, command: Commands) -> Result<u8, String> {
    let cell = session.cell(command.access()).await?;
    let done = products(&cell, session, place, command).await;
    cell.close().await;
    done
}

async fn products(
    cell: &Opened,
    session: &Session,
    place: Option<Place>,
    command: Commands,
) -> Result<u8, String> {
    let Commands::Products { tenant, command } = command;
    let tenant = cell.tenant_named(&tenant)?;
    match command {
        ProductsCommand::Export { file } => export(session, tenant, &file).await.map(|()| 0),
        ProductsCommand::Import { file, dry_run, update } => {
            let place = place
                .ok_or("This installation has no place for files. Name one with the setting \"files\".")?;
            let plan = Plan { dry_run, update, ..Plan::default() };
            let import = begin(cell, session, &tenant, &Blobs::open(&place)?, &file, plan).await?;
            follow(session, &tenant, import).await
        }
        ProductsCommand::Show { import } => show(session, &tenant, &import).await,
    }
}

async fn export(session: &Session, tenant: Tenant, file: &Path) -> Result<(), String> {
    let cannot = |error: io::Error| format!("{} cannot be written: {error}.", file.display());
    let to_terminal = file == Path::new("-");
    let made = |error: io::Error| match error.kind() {
        io::ErrorKind::AlreadyExists => format!(
            "{} is there already, and was left as it is. Name another file, or remove that one first.",
            file.display()
        ),
        _ => cannot(error),
    };
    let mut written =
        if to_terminal { None } else { Some(File::create_new(session.path(file)).map_err(made)?) };
    let mut export = crate::exports::export(tenant, Listed::default());
    while let Some(piece) = export.next().await.map_err(sentence)? {
        match &mut written {
            Some(file) => file.write_all(&piece).map_err(cannot)?,
            None => session.print(String::from_utf8_lossy(&piece).trim_end_matches("\r\n")),
        }
    }
    if let Some(written) = written {
        written.sync_all().map_err(cannot)?;
        session.tell(&format!("All products were written to {}.", file.display()));
    }
    Ok(())
}

/// The process that serves does it, so that it is seen, cancelled and gone on with like any other import.
async fn begin(
    cell: &Opened,
    session: &Session,
    tenant: &Tenant,
    blobs: &Blobs,
    file: &Path,
    mut plan: Plan,
) -> Result<ImportId, String> {
    let cannot = |error: io::Error| format!("{} cannot be read: {error}.", file.display());
    let opened = File::open(session.path(file)).map_err(cannot)?;
    let name = file.file_name().map_or("products.csv".into(), |name| name.to_string_lossy());
    let kept = keep(blobs, tenant.id(), &name, stream::iter(pieces(opened))).await;
    let (id, stored) = kept.map_err(sentence)?;
    plan.file = id.uuid();
    let import = ImportId::new();
    let work = Work::all([stored, use_cases::begin(import, plan)]);
    tenant.run(cell.asked(), work).await.map_err(sentence)?;
    session.print(&import.to_string());
    Ok(import)
}

async fn follow(session: &Session, tenant: &Tenant, import: ImportId) -> Result<u8, String> {
    if !session.is_shared() && !session.is_serving() {
        session.tell("Nobody serves this folder, so it waits: `galleria serve` does it when it starts. `galleria products show ID` says what became of it.");
        return Ok(0);
    }
    let began = Instant::now();
    loop {
        let row = row(tenant, import).await?;
        if !row.state.is_open() {
            return told(session, tenant, &row).await;
        }
        if row.read == 0 && !session.is_serving() && began.elapsed() > BEGUN_WITHIN {
            session.tell("No process that serves has begun with it yet. `galleria products show ID` says what became of it.");
            return Ok(0);
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

async fn show(session: &Session, tenant: &Tenant, import: &str) -> Result<u8, String> {
    let row = row(tenant, ImportId(id(import)?)).await?;
    if row.state.is_open() {
        session.tell(&format!("{} of {} rows were read.", row.read, row.total));
        return Ok(0);
    }
    told(session, tenant, &row).await
}

async fn row(tenant: &Tenant, import: ImportId) -> Result<ImportRow, String> {
    let row = queries::import(tenant, import).await.map_err(failure_sentence)?;
    row.ok_or_else(|| format!("There is no import {import}."))
}

/// What became of an import: well only when every row was taken, for whoever asks is a script as often as a person.
async fn told(session: &Session, tenant: &Tenant, row: &ImportRow) -> Result<u8, String> {
    session.tell(&row.told);
    let rejects = queries::rejects(tenant, row.id, 0, TOLD).await;
    let rejects = rejects.map_err(failure_sentence)?;
    for Reject { line, column, problem, .. } in &rejects {
        match column.as_str() {
            "" => session.print(&format!("line {line}: {problem}")),
            column => session.print(&format!("line {line}, {column}: {problem}")),
        }
    }
    let more = row.refused - i64::try_from(rejects.len()).unwrap_or(0);
    if more > 0 {
        session.tell(&format!(
            "{more} more rows were refused: GET /api/v1/product-imports/{}/errors has them all, to be mended and imported again.",
            row.id
        ));
    }
    match row.state {
        State::Done | State::DryRunDone => Ok(u8::from(row.refused > 0)),
        State::Cancelled => Err("The import was cancelled; what was taken before that stays.".to_owned()),
        _ => Err("The import failed, for the reason above.".to_owned()),
    }
}

/// How many refused rows are told; the rest is counted.
const TOLD: i64 = 50;

/// How long a process that serves takes to begin, when there is one.
const BEGUN_WITHIN: Duration = Duration::from_secs(15);

/// How much of a file is read at once.
const PIECE: u64 = 256 * 1024;

fn pieces(mut file: File) -> impl Iterator<Item = io::Result<Bytes>> {
    std::iter::from_fn(move || {
        let mut piece = Vec::new();
        match (&mut file).take(PIECE).read_to_end(&mut piece) {
            Ok(0) => None,
            Ok(_) => Some(Ok(Bytes::from(piece))),
            Err(error) => Some(Err(error)),
        }
    })
}
