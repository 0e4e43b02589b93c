//! What can be typed.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Parser, Subcommand};
use serde::Serialize;

pub use crate::account::AccountCommand;
pub use crate::door::DoorCommand;
pub use crate::finding::SearchCommand;
pub use crate::history::HistoryCommand;
pub use crate::products::ProductsCommand;
pub use crate::relay::{DeadCommand, JobsCommand};
pub use crate::service::ServiceCommand;

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

    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve what is there. Nothing is seeded.
    #[command(after_help = "\
Examples:
  galleria serve
  galleria serve --data /srv/galleria --listen 0.0.0.0:8080
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

    /// Replay logs into an empty database and compare every table, row by row.
    #[command(after_help = "\
Examples:
  galleria verify --data ./data
  galleria verify --data ./data --tenant demo --json

Ends with 1 when a table is not what the log says. It may run beside `serve`.")]
    Verify {
        /// Only this tenant.
        #[arg(long, value_name = "SLUG")]
        tenant: Option<String>,
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
        /// As it was: a time, 2026-05-03T14:00:00Z, or a position of the log.
        #[arg(long, value_name = "MOMENT")]
        until: Option<String>,
        /// People who were erased since, an id a line.
        #[arg(long, value_name = "FILE")]
        erasures: Option<PathBuf>,
        /// Only read the file from end to end, and say what is in it.
        #[arg(long)]
        check: bool,
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
    /// Whether it needs the cell for itself, so that a process that serves it must do it.
    pub fn changes_the_cell(&self) -> bool {
        use TenantCommand::{List, Show};
        match self {
            Self::Serve | Self::Verify { .. } | Self::Keys { command: KeysCommand::New { .. } } => false,
            Self::Tenant { command: List { .. } | Show { .. } | TenantCommand::Export { .. } } => false,
            Self::Account { .. }
            | Self::Service { .. }
            | Self::Demo { .. }
            | Self::Migrate { .. }
            | Self::Tenant { .. }
            | Self::Keys { .. } => true,
            Self::Privacy { command } => matches!(command, PrivacyCommand::Erase { .. }),
            Self::Dead { command, .. } => {
                matches!(command, DeadCommand::Replay { .. } | DeadCommand::Drop { .. })
            }
            Self::Jobs { command, .. } => {
                matches!(command, JobsCommand::Start { .. } | JobsCommand::Cancel { .. })
            }
            Self::Products { command, .. } => matches!(command, ProductsCommand::Import { .. }),
            Self::History { .. }
            | Self::Backup { .. }
            | Self::Search { .. }
            | Self::SandboxPayments { .. } => false,
            Self::Restore { check, .. } => !check,
        }
    }
}

#[derive(Debug, Subcommand)]
pub enum KeysCommand {
    /// Make a key file. An existing one is never overwritten.
    #[command(after_help = "Example:\n  galleria keys new /etc/galleria/keys")]
    New { file: PathBuf },
    /// Put a new key in front of the key file, and wrap every tenant's secret with it. Nothing is encrypted again. Where
    /// several nodes share a database, the file goes to all of them first, and then comes `rewrap`.
    Rotate,
    /// Wrap every tenant's secret with the key that stands first in the file.
    Rewrap,
}

#[derive(Debug, Subcommand)]
pub enum PrivacyCommand {
    /// Show by which ids a person is known.
    #[command(after_help = "Example:\n  galleria privacy find --tenant oak --email ada@example.com")]
    Find {
        #[arg(long, value_name = "SLUG")]
        tenant: String,
        #[arg(long)]
        email: String,
    },
    /// List who was erased, an id a line: what a restore in a new installation needs to know.
    Erasures,
    /// Destroy a person's key and take them out of every table. This cannot be undone, not even from a backup.
    #[command(
        after_help = "Example:\n  galleria privacy erase --tenant oak 0198c0de-0000-7000-8000-000000000001"
    )]
    Erase {
        #[arg(long, value_name = "SLUG")]
        tenant: String,
        /// The person's id; `galleria privacy find` shows it.
        person: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum TenantCommand {
    /// Make a tenant; it answers at <slug>.<base domain>.
    #[command(after_help = "Example:\n  galleria tenant create oak --name \"Oak & Linen\" --currency EUR")]
    Create {
        slug: String,
        /// What people read.
        #[arg(long)]
        name: String,
        /// What it sells in, as three ISO 4217 letters.
        #[arg(long)]
        currency: String,
    },
    /// List the tenants.
    List {
        #[arg(long)]
        json: bool,
    },
    /// Show a tenant with its hosts and keys.
    Show {
        slug: String,
        #[arg(long)]
        json: bool,
    },
    /// Stop serving a tenant.
    Suspend { slug: String },
    /// Serve a tenant without restriction again.
    Resume { slug: String },
    /// Let a tenant be read but not changed.
    ReadOnly { slug: String },
    /// Let a host name of its own lead to a tenant.
    #[command(after_help = "Example:\n  galleria tenant host oak shop.oakandlinen.com")]
    Host { slug: String, host: String },
    /// Write a tenant into a file that another installation can import.
    #[command(
        after_help = "Example:\n  galleria tenant export oak oak.parcel --journey-key journey.keys\n\nThe key file of the journey is made when it does not exist. Whoever has both can read everything."
    )]
    Export {
        slug: String,
        file: PathBuf,
        #[arg(long, value_name = "FILE")]
        journey_key: PathBuf,
    },
    /// Take a tenant out of a file that another installation exported.
    #[command(after_help = "Example:\n  galleria tenant import oak.parcel --journey-key journey.keys")]
    Import {
        file: PathBuf,
        #[arg(long, value_name = "FILE")]
        journey_key: PathBuf,
        /// Under another name.
        #[arg(long = "as", value_name = "SLUG")]
        named: Option<String>,
    },
    /// Move a tenant to another cell, while it is served; it can only be read for a moment. Asked again after a crash,
    /// it finishes what was begun, or undoes it and begins anew.
    #[command(after_help = "\
Examples:
  galleria tenant move oak --to-database-url postgres://galleria_app:secret@db/galleria
  galleria tenant move oak --to-data /srv/other

A folder that it moves to must not be served at that moment.")]
    Move {
        slug: String,
        #[command(flatten)]
        to: Destination,
    },
    /// Say what the tenant's plan has, by the noun of the permissions: orders, files, stock, …
    #[command(after_help = "Example:\n  galleria tenant feature oak files off")]
    Feature {
        slug: String,
        feature: String,
        #[arg(value_parser = ["on", "off"])]
        state: String,
    },
    #[command(flatten)]
    Door(DoorCommand),
    /// Make, list, rotate and revoke keys.
    Key {
        #[command(subcommand)]
        command: KeyCommand,
    },
}

/// Another cell.
#[derive(Debug, clap::Args)]
pub struct Destination {
    /// A folder.
    #[arg(long, value_name = "DIR", conflicts_with = "to_database_url")]
    pub to_data: Option<PathBuf>,
    /// A database server that was prepared with `galleria migrate`.
    #[arg(long, value_name = "URL")]
    pub to_database_url: Option<String>,
    /// Where its files are kept: a folder, s3://bucket/prefix or azure://account/container/prefix. A folder keeps them in
    /// itself unless this says otherwise.
    #[arg(long, value_name = "PLACE")]
    pub to_files: Option<String>,
    /// Its key file, when it is not the one that is used here.
    #[arg(long, value_name = "FILE")]
    pub to_key_file: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Make a key and show its secret, once.
    #[command(
        after_help = "Example:\n  galleria tenant key create oak --name \"Till 1\" --role service\n\nRoles: admin, order-manager, customer-service, operator, viewer, service."
    )]
    Create {
        slug: String,
        /// What it is for.
        #[arg(long)]
        name: String,
        #[arg(long)]
        role: String,
        /// After so many days it stops working by itself.
        #[arg(long, value_name = "DAYS")]
        expires_in: Option<u32>,
        /// How often it may ask in a minute; as often as all keys when left out.
        #[arg(long, value_name = "REQUESTS")]
        limit: Option<u32>,
    },
    /// Say how often a key may ask in a minute; 0 for as often as all keys.
    Limit { slug: String, id: String, requests: u32 },
    /// List a tenant's keys, without their secrets.
    List { slug: String },
    /// Make a key in a key's place and show its secret, once; the old one goes on for a while.
    #[command(
        after_help = "Example:\n  galleria tenant key rotate oak 0198c0de-0000-7000-8000-000000000000 --overlap 24\n\nHand out the new secret within that time; then the old one stops working by itself."
    )]
    Rotate {
        slug: String,
        id: String,
        /// For how many hours both work.
        #[arg(long, value_name = "HOURS", default_value_t = 24)]
        overlap: u32,
    },
    /// End a key.
    Revoke { slug: String, id: String },
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
}

impl Cli {
    pub fn settings(&self) -> Typed {
        Typed {
            data: self.data.clone(),
            database_url: self.database_url.clone(),
            key_file: self.key_file.clone(),
            listen: self.listen,
            base_domain: self.base_domain.clone(),
        }
    }
}
