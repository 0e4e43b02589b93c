//! What can be typed.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Parser, Subcommand};
use serde::Serialize;

use crate::cell_access::CellAccess;
use crate::commands::account::AccountCommand;
use crate::commands::history::HistoryCommand;
use crate::commands::keys::KeysCommand;
use crate::commands::privacy::PrivacyCommand;
use crate::commands::products::ProductsCommand;
use crate::commands::relay::{DeadCommand, JobsCommand};
use crate::commands::search::SearchCommand;
use crate::commands::service::ServiceCommand;
use crate::commands::tenant::TenantCommand;
use crate::consent::Consent;
use crate::settings::listening::ListenFlags;

/// One roof for many businesses: a multi-tenant commerce platform.
#[derive(Debug, Parser)]
#[command(
    name = "galleria",
    version,
    after_help = "\
Examples:
  galleria demo --data ./data             fill a folder with two demo shops
  galleria serve --data ./data            serve it on http://localhost:8080
  galleria tenant create oak --name \"Oak & Linen\" --currency EUR --data ./data
  galleria verify --data ./data           prove that the tables are what the log says

Settings come from galleria.toml, then from GALLERIA_* (GALLERIA_LISTEN=0.0.0.0:80), then from the
command line; later ones win."
)]
pub struct Cli {
    /// A file of settings, instead of galleria.toml in this folder.
    #[arg(long, global = true, value_name = "FILE", env = "GALLERIA_CONFIG")]
    pub config: Option<PathBuf>,

    /// The folder that the shops live in [default: ./data].
    #[arg(long, global = true, value_name = "DIR", conflicts_with = "database_url")]
    pub data: Option<PathBuf>,

    /// A database server to use instead of a folder: postgres://user:password@host:5432/name.
    #[arg(long, global = true, value_name = "URL")]
    pub database_url: Option<String>,

    /// The file of keys that personal data is locked with [default: galleria.keys in the data folder].
    #[arg(long, global = true, value_name = "FILE")]
    pub key_file: Option<PathBuf>,

    /// Where to listen; port 0 takes a free one [default: 127.0.0.1:8080].
    #[arg(long, global = true, value_name = "ADDR")]
    pub listen: Option<SocketAddr>,

    /// Shops answer at <slug>.<base domain> [default: localhost].
    #[arg(long, global = true, value_name = "HOST")]
    pub base_domain: Option<String>,

    #[command(flatten, next_help_heading = "How it is reached")]
    pub listening: ListenFlags,

    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve what is there. Nothing is seeded.
    #[command(after_help = "\
Examples:
  galleria serve
  galleria serve --listen 0.0.0.0:443 --base-domain shops.example.com \\
    --tls-certificate shops.pem --tls-key shops.key --redirect-listen 0.0.0.0:80
  galleria serve --database-url postgres://galleria_app:secret@db/galleria")]
    Serve,

    /// Serve a payment service that moves nobody's money, to try payments out with.
    #[command(after_help = "\
Examples:
  galleria sandbox-payments --listen 127.0.0.1:9100 --book ./sandbox.book
  GALLERIA_SANDBOX_PAYMENTS=http://127.0.0.1:9100 galleria serve")]
    SandboxPayments {
        /// Where it keeps its book; in memory when left out.
        #[arg(long, value_name = "FILE")]
        book: Option<PathBuf>,
        /// Milliseconds that it takes over everything.
        #[arg(long, value_name = "MS", default_value_t = 0)]
        pause: u64,
    },

    /// Fill an empty cell with two demo shops, and end. Run again, it changes nothing.
    #[command(after_help = "\
Examples:
  galleria demo --data ./data
  galleria demo --data ./data --json      addresses and keys, for a script")]
    Demo {
        /// Print tenants, addresses and keys as JSON.
        #[arg(long)]
        json: bool,
    },

    /// Bring tables up to date: of every tenant of a folder, or of a database server.
    #[command(after_help = "\
Examples:
  galleria migrate --data ./data
  GALLERIA_APP_PASSWORD=secret galleria migrate \\
    --database-url postgres://owner@db/galleria --app-role galleria_app

On a server the address must be the owner's. The application's role owns nothing and cannot bypass
row-level security; it is made with the password in GALLERIA_APP_PASSWORD when it does not exist.")]
    Migrate {
        /// The role that `serve` will sign in with.
        #[arg(long, value_name = "NAME")]
        app_role: Option<String>,
    },

    /// Prove that every table is what the log says: replay it into an empty database, and compare row by row.
    #[command(after_help = "\
Examples:
  galleria verify --data ./data
  galleria verify --data ./data --tenant demo --verbose

Says of each tenant in a line whether it is as it should be, and in the last line whether all are; ends with 1 when one
is not. It may run beside `serve`.")]
    Verify {
        /// Only this tenant.
        #[arg(long, value_name = "SLUG")]
        tenant: Option<String>,
        /// Also print every table with its rows, and a digest of log and tables.
        #[arg(long)]
        verbose: bool,
        /// Print the reports as JSON.
        #[arg(long)]
        json: bool,
    },

    /// Make accounts for people: staff of a tenant, or operators of the platform.
    Account {
        #[command(subcommand)]
        command: AccountCommand,
    },

    /// Make keys for services that sign their requests, list, rotate and revoke them.
    Service {
        #[command(subcommand)]
        command: ServiceCommand,
    },

    /// Make, show and stop tenants; give them hosts and keys.
    Tenant {
        #[command(subcommand)]
        command: TenantCommand,
    },

    /// Write tenants into one file, while they are served. Tables do not travel: they are made again from the log.
    #[command(after_help = "\
Examples:
  galleria backup monday.parcel
  galleria backup oak.parcel --tenant oak --encrypt

A backup opens with the key file that the cell has now; keep a copy of that file, and not beside the backup.")]
    Backup {
        file: PathBuf,
        /// Only this tenant; may be given several times.
        #[arg(long, value_name = "SLUG")]
        tenant: Vec<String>,
        /// Make the file unreadable without the key. What is personal always is.
        #[arg(long)]
        encrypt: bool,
    },

    /// Take tenants out of a backup. The whole file is checked before anything is changed.
    #[command(after_help = "\
Examples:
  galleria restore monday.parcel
  galleria restore monday.parcel --tenant oak --as oak-monday
  galleria restore monday.parcel --tenant oak --replace --until 2026-05-03T14:00:00Z

Files that were uploaded are copied from where this installation keeps them, for they are in no backup.
Whoever was erased since the backup stays erased. In a new installation, which does not know of them, name the list
that `galleria privacy erasures` printed in the old one with --erasures.")]
    Restore {
        file: PathBuf,
        /// Only this tenant.
        #[arg(long, value_name = "SLUG")]
        tenant: Option<String>,
        /// Under another name.
        #[arg(long = "as", value_name = "SLUG")]
        named: Option<String>,
        /// In the place of the tenant that has the name now, which stays beside it, suspended.
        #[arg(long)]
        replace: bool,
        /// Where the files lie that were uploaded, when it is not where this installation keeps them.
        #[arg(long, value_name = "PLACE")]
        files: Option<String>,
        /// As it was: a time, 2026-05-03T14:00:00Z, or a position of the log.
        #[arg(long, value_name = "MOMENT")]
        until: Option<String>,
        /// People who were erased since, an id a line.
        #[arg(long, value_name = "FILE")]
        erasures: Option<PathBuf>,
        /// Only read the file from end to end, and say what is in it.
        #[arg(long)]
        check: bool,
        #[command(flatten)]
        consent: Consent,
    },

    /// Make and change the key that personal data is locked with.
    Keys {
        #[command(subcommand)]
        command: KeysCommand,
    },

    /// See what could not be delivered, and hand it over once more.
    Dead {
        /// The tenant.
        #[arg(long, global = true, value_name = "SLUG", default_value = "")]
        tenant: String,
        #[command(subcommand)]
        command: DeadCommand,
    },

    /// Start, see and cancel jobs.
    Jobs {
        /// The tenant; left out, the cell's own jobs.
        #[arg(long, global = true, value_name = "SLUG", default_value = "")]
        tenant: String,
        #[command(subcommand)]
        command: JobsCommand,
    },

    /// Look after what products are found by.
    Search {
        #[command(subcommand)]
        command: SearchCommand,
    },

    /// Write products as CSV, and take them in.
    Products {
        /// The tenant.
        #[arg(long, global = true, value_name = "SLUG", default_value = "")]
        tenant: String,
        #[command(subcommand)]
        command: ProductsCommand,
    },

    /// See what happened to one thing, and how it was.
    #[command(after_help = "\
Examples:
  galleria history show --tenant oak 0198c0de-0000-7000-8000-000000000001
  galleria history show --tenant oak 0198c0de-… --as-of 2026-05-03T14:00:00Z
  galleria history diff --tenant oak 0198c0de-… --from 2026-05-03T14:00:00Z --to 4711")]
    History {
        /// The tenant.
        #[arg(long, global = true, value_name = "SLUG", default_value = "")]
        tenant: String,
        #[command(subcommand)]
        command: HistoryCommand,
    },

    /// Find people, and erase them for good.
    Privacy {
        #[command(subcommand)]
        command: PrivacyCommand,
    },
}

impl Command {
    /// What it does to the cell.
    pub fn access(&self) -> CellAccess {
        match self {
            Self::Serve | Self::Demo { .. } => CellAccess::Make,
            Self::Account { .. } | Self::Migrate { .. } | Self::Keys { .. } => CellAccess::Change,
            Self::Restore { check: false, .. } => CellAccess::Make,
            Self::Service { command } => command.access(),
            Self::Tenant { command } => command.access(),
            Self::Privacy { command: PrivacyCommand::Erase { .. } }
            | Self::Dead { command: DeadCommand::Replay { .. } | DeadCommand::Drop { .. }, .. }
            | Self::Jobs { command: JobsCommand::Start { .. } | JobsCommand::Cancel { .. }, .. }
            | Self::Products { command: ProductsCommand::Import { .. }, .. } => CellAccess::Change,
            Self::Privacy { .. }
            | Self::Dead { .. }
            | Self::Jobs { .. }
            | Self::Products { .. }
            | Self::Restore { .. }
            | Self::Verify { .. }
            | Self::History { .. }
            | Self::Backup { .. }
            | Self::Search { .. }
            | Self::SandboxPayments { .. } => CellAccess::Look,
        }
    }

    /// Whether a process that serves the cell does it, when there is one.
    pub fn is_handed_over(&self) -> bool {
        let by_itself = matches!(self, Self::Serve | Self::Keys { command: KeysCommand::New { .. } });
        !by_itself && self.access() != CellAccess::Look
    }
}

/// The settings that were typed.
#[derive(Debug, Serialize)]
pub struct Typed {
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    database_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_file: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    listen: Option<SocketAddr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    base_domain: Option<String>,
    #[serde(flatten)]
    listening: ListenFlags,
}

impl Cli {
    pub fn settings(&self) -> Typed {
        Typed {
            data: self.data.clone(),
            database_url: self.database_url.clone(),
            key_file: self.key_file.clone(),
            listen: self.listen,
            base_domain: self.base_domain.clone(),
            listening: self.listening.clone(),
        }
    }
}
