//! `galleria search …`

use clap::Subcommand;

use crate::cell_access::CellAccess;
use crate::session::Session;

#[derive(Debug, Subcommand)]
pub enum SearchCommand {
    /// Make a shop's index again, on this node. The old one serves until the new one is whole.
    #[command(after_help = "Example:\n  galleria search rebuild oak")]
    Rebuild { slug: String },
}

pub async fn search(session: &Session, command: SearchCommand) -> Result<(), String> {
    let SearchCommand::Rebuild { slug } = command;
    let cell = session.cell(CellAccess::Look).await?;
    let tenant = cell.tenant_named(&slug).map(|tenant| tenant.id());
    cell.close().await;
    search::rebuild(&session.config.search()?, tenant?)?;
    session.tell(&format!(
        "The index of {slug} is made again when somebody searches there next; the old one serves until it is."
    ));
    Ok(())
}
