//! `galleria products …`

use std::fs::File;
use std::io::{self, Read, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;
use catalog::queries::Listed;
use clap::Subcommand;
use futures_util::stream;
use kernel::{Actor, CorrelationId};
use sheets::{ImportId, Plan};
use store::{Asked, Tenant, Work};

use crate::relay::sentence;
use crate::session::Session;
use crate::{app, clock};

#[derive(Debug, Subcommand)]
pub enum ProductsCommand {
    /// Write all products into a new file as CSV, or to the terminal when it is `-`.
    #[command(after_help = "Example:\n  galleria products export --tenant oak products.csv")]
    Export { file: PathBuf },
    /// Take products in from CSV.
    #[command(
        after_help = "Examples:\n  galleria products import --tenant oak products.csv --dry-run\n  galleria products import --tenant oak products.csv --update"
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
}

pub async fn products(session: &Session, slug: &str, command: ProductsCommand) -> Result<(), String> {
    let cell = session.cell(matches!(command, ProductsCommand::Import { .. })).await?;
    let result = match (cell.tenant_named(slug), command) {
        (Ok(tenant), ProductsCommand::Export { file }) => export(session, tenant, &file).await,
        (Ok(tenant), ProductsCommand::Import { file, dry_run, update }) => {
            let plan = Plan { dry_run, update, ..Plan::default() };
            import(session, &tenant, &file, plan).await
        }
        (Err(sentence), _) => Err(sentence),
    };
    cell.close().await;
    result
}

async fn export(session: &Session, tenant: Tenant, file: &Path) -> Result<(), String> {
    let cannot = |error: io::Error| format!("{} cannot be written: {error}.", file.display());
    let to_terminal = file == Path::new("-");
    let mut written =
        if to_terminal { None } else { Some(File::create_new(session.path(file)).map_err(cannot)?) };
    let mut export = sheets::export(tenant, Listed::default());
    while let Some(piece) = export.next().await.map_err(sentence)? {
        match &mut written {
            Some(file) => file.write_all(&piece).map_err(cannot)?,
            None => session.print(String::from_utf8_lossy(&piece).trim_end_matches("\r\n")),
        }
    }
    written.map_or(Ok(()), |file| file.sync_all()).map_err(cannot)
}

/// The process that serves does it, so that it is seen, cancelled and gone on with like any other import.
async fn import(session: &Session, tenant: &Tenant, file: &Path, mut plan: Plan) -> Result<(), String> {
    let blobs = app::blobs(&session.config)?;
    let blobs =
        blobs.ok_or("This installation has no place for files. Name one with the setting \"files\".")?;
    let cannot = |error: io::Error| format!("{} cannot be read: {error}.", file.display());
    let opened = File::open(session.path(file)).map_err(cannot)?;
    let name = file.file_name().map_or("products.csv".into(), |name| name.to_string_lossy());
    let kept = sheets::keep(&blobs, tenant.id(), &name, stream::iter(pieces(opened))).await;
    let (id, stored) = kept.map_err(sentence)?;
    plan.file = id.uuid();
    let import = ImportId::new();
    let asked = Asked::by(Actor::system(), CorrelationId::new(), clock::now());
    let work = Work::all([stored, sheets::works::begin(import, plan)]);
    tenant.run(asked, work).await.map_err(sentence)?;
    session.print(&import.to_string());
    if !session.is_serving() {
        session.tell("It is done by a process that serves; GET /api/v1/product-imports says how far it is.");
        return Ok(());
    }
    loop {
        let row = sheets::queries::import(tenant, import).await.map_err(|failure| failure.to_string())?;
        let row = row.ok_or("The import is gone.")?;
        if !row.state.is_open() {
            let done = matches!(row.state, sheets::State::Done | sheets::State::DryRunDone);
            session.tell(&row.told);
            return done.then_some(()).ok_or_else(|| format!("The import is {}.", row.state.as_str()));
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

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
