//! Which commands there are, and who does them.

use clap::Subcommand;
use console::{CellAccess, CommandSet, Destruction, Session};
use edge::Permissions;
use kernel::boxed;

use crate::commands::account::{self, AccountCommand};
use crate::commands::service::{self, ServiceCommand};
use crate::letters::outbox::Addresses;

#[derive(Debug, Subcommand)]
pub enum Commands {
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
}

impl CommandSet for Commands {
    fn access(&self) -> CellAccess {
        match self {
            Self::Service { command: ServiceCommand::List } => CellAccess::Look,
            Self::Account { .. } | Self::Service { .. } => CellAccess::Change,
        }
    }

    fn destroys(&self) -> Option<Destruction> {
        match self {
            Self::Account { .. } => None,
            Self::Service { command } => command.destroys(),
        }
    }
}

/// Does one. Links lead to the `addresses` of the shops.
#[boxed]
pub async fn obey(
    session: &Session,
    permissions: Permissions,
    addresses: Addresses,
    command: Commands,
) -> Result<u8, String> {
    let cell = session.cell(command.access()).await?;
    let done = match command {
        Commands::Account { command } => {
            account::account(&cell, session, &permissions, &addresses, command).await
        }
        Commands::Service { command } => service::service(&cell, session, &permissions, command).await,
    };
    cell.close().await;
    done.map(|()| 0)
}
