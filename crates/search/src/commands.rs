//! What can be typed of search.

use kernel::boxed;
use std::path::Path;

use clap::Subcommand;
use console::{CellAccess, CommandSet, Session};

use crate::index::rebuild;

#[derive(Debug, Subcommand)]
pub enum Commands {
    /// Look after what products are found by.
    Search {
        #[command(subcommand)]
        command: SearchCommand,
    },
}

#[derive(Debug, Subcommand)]
pub enum SearchCommand {
    /// Make a shop's index again, on this node. The old one serves until the new one is whole.
    #[command(after_help = "Example:\n  galleria search rebuild oak")]
    Rebuild { slug: String },
}

impl CommandSet for Commands {
    fn access(&self) -> CellAccess {
        CellAccess::Look
    }
}

/// Does one. This node keeps its indexes in the `folder`.
#[boxed]
pub async fn obey(session: &Session, folder: &Path, command: Commands) -> Result<u8, String> {
    let access = command.access();
    let Commands::Search { command: SearchCommand::Rebuild { slug } } = command;
    let cell = session.cell(access).await?;
    let tenant = cell.tenant_named(&slug).map(|tenant| tenant.id());
    cell.close().await;
    rebuild(folder, tenant?)?;
    session.tell(&format!(
        "The index of {slug} is made again when somebody searches there next; the old one serves until it is."
    ));
    Ok(0)
}
