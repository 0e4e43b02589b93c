//! The binary's own commands, and who does them.

use std::path::PathBuf;

use clap::Subcommand;
use console::{CellAccess, CommandSet, Consent, Destruction, Doing};

use crate::commands::keys::{self, KeysCommand};
use crate::commands::tenant::{self, TenantCommand};
use crate::commands::{backup, demo, migrate, restore, serve, verify};
use crate::own_session::OwnSession;

#[derive(Debug, Subcommand)]
pub enum Commands {
    /// Serve what is there. Nothing is seeded.
    #[command(after_help = "\
Examples:
  galleria serve
  galleria serve --listen 0.0.0.0:443 --base-domain shops.example.com \\
    --tls-certificate shops.pem --tls-key shops.key --redirect-listen 0.0.0.0:80
  galleria serve --database-url postgres://galleria_app:secret@db/galleria")]
    Serve,

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
}

impl CommandSet for Commands {
    fn access(&self) -> CellAccess {
        match self {
            Self::Serve | Self::Demo { .. } | Self::Restore { check: false, .. } => CellAccess::Make,
            Self::Migrate { .. } | Self::Keys { .. } => CellAccess::Change,
            Self::Tenant { command } => command.access(),
            Self::Restore { .. } | Self::Verify { .. } | Self::Backup { .. } => CellAccess::Look,
        }
    }

    fn is_handed_over(&self) -> bool {
        let by_itself = matches!(self, Self::Serve | Self::Keys { command: KeysCommand::New { .. } });
        !by_itself && self.access() != CellAccess::Look
    }

    fn destroys(&self) -> Option<Destruction> {
        match self {
            Self::Restore { replace: true, check: false, consent, .. } => Some(Destruction {
                consent: *consent,
                what: "The tenant that has the name now is stopped at once and stays beside the restored one, suspended and under another name. What happened in it since the backup is not in the restored one.".into(),
            }),
            Self::Tenant { command } => command.destroys(),
            _ => None,
        }
    }
}

pub fn obey(session: &OwnSession, command: Commands) -> Doing<'_> {
    Box::pin(async move {
        match command {
            Commands::Serve => serve::serve(session).await?,
            Commands::Demo { json } => demo::demo(session, json).await?,
            Commands::Migrate { app_role } => migrate::migrate(session, app_role.as_deref()).await?,
            Commands::Verify { tenant, verbose, json } => {
                return verify::verify(session, tenant.as_deref(), verbose, json).await;
            }
            Commands::Tenant { command } => tenant::tenant(session, command).await?,
            Commands::Backup { file, tenant, encrypt } => {
                backup::backup(session, &file, &tenant, encrypt).await?
            }
            Commands::Restore { file, tenant, named, replace, files, until, erasures, check, .. } => {
                let asked = restore::Asked {
                    only: tenant.as_deref(),
                    named: named.as_deref(),
                    replace,
                    files: files.as_deref(),
                    until: until.as_deref(),
                    erasures: erasures.as_deref(),
                    only_check: check,
                    ..restore::Asked::of(&file)
                };
                restore::restore(session, asked).await?;
            }
            Commands::Keys { command } => keys::keys(session, command).await?,
        }
        Ok(0)
    })
}
