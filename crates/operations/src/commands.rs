//! What can be typed, and who does it.

use clap::Subcommand;
use console::{CellAccess, CommandSet, Destruction, Opened, Session};
use kernel::boxed;

use crate::dead_letters::{self, DeadCommand};
use crate::history::{self, HistoryCommand};
use crate::jobs::{self, JobsCommand};
use crate::privacy::{self, PrivacyCommand};

#[derive(Debug, Subcommand)]
pub enum Commands {
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

impl CommandSet for Commands {
    fn access(&self) -> CellAccess {
        let only_looks = match self {
            Self::Dead { command, .. } => matches!(command, DeadCommand::List { .. }),
            Self::Jobs { command, .. } => matches!(command, JobsCommand::List { .. }),
            Self::History { .. } => true,
            Self::Privacy { command } => !matches!(command, PrivacyCommand::Erase { .. }),
        };
        if only_looks { CellAccess::Look } else { CellAccess::Change }
    }

    fn destroys(&self) -> Option<Destruction> {
        match self {
            Self::Dead { tenant, command } => command.destroys(tenant),
            Self::Privacy { command } => command.destroys(),
            Self::Jobs { .. } | Self::History { .. } => None,
        }
    }
}

#[boxed]
pub async fn obey(session: &Session, command: Commands) -> Result<u8, String> {
    let cell = session.cell(command.access()).await?;
    let done = obey_in(&cell, session, command).await;
    cell.close().await;
    done.map(|()| 0)
}

async fn obey_in(cell: &Opened, session: &Session, command: Commands) -> Result<(), String> {
    match command {
        Commands::Dead { tenant, command } => {
            dead_letters::dead(session, &cell.tenant_named(&tenant)?, command).await
        }
        Commands::Jobs { tenant, command } => jobs::jobs(cell, session, &tenant, command).await,
        Commands::History { tenant, command } => {
            history::history(session, &cell.tenant_named(&tenant)?, command).await
        }
        Commands::Privacy { command } => privacy::privacy(cell, session, command).await,
    }
}

#[cfg(test)]
mod tests {
    use clap::{Command, FromArgMatches as _};

    use super::*;

    #[test]
    fn whatever_changes_something_is_done_by_the_process_that_serves() {
        let typed = |words: &str| {
            let line = Commands::augment_subcommands(Command::new("galleria"));
            let matches = line.get_matches_from(format!("galleria {words}").split(' '));
            Commands::from_arg_matches(&matches).unwrap()
        };
        for changes in
            ["dead replay all", "dead drop x", "jobs start verify", "jobs retry x", "jobs cancel x"]
        {
            assert!(typed(changes).is_handed_over(), "{changes}");
        }
        assert!(typed("privacy erase --tenant oak x").is_handed_over());
        for looks in ["dead list", "jobs list", "history show x", "privacy erasures"] {
            assert!(!typed(looks).is_handed_over(), "{looks}");
        }
    }
}
