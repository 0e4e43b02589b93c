//! `galleria account …`

use std::sync::Arc;

use clap::Subcommand;
use console::sentences::{failure_sentence, sentences};
use console::{Opened, Session};
use edge::{Audience, Permissions};
use store::TenantRecord;

use crate::letters::outbox::Addresses;
use crate::sign_up::invite::{Invited, invite};

#[derive(Debug, Subcommand)]
pub enum AccountCommand {
    /// Make an account, and print the link with which its owner chooses a password.
    ///
    /// For an account that is there, it prints a new link.
    #[command(
        after_help = "Examples:\n  galleria account create --tenant oak --name \"Ada Lovelace\" --email ada@example.com --role admin\n  galleria account create --name \"Bob Kahn\" --email bob@example.com --role owner     an operator of the platform\n\nRoles of staff: admin, order-manager, customer-service, operator, viewer. Roles of operators: owner, ops, support, auditor."
    )]
    Create {
        /// Whose staff it is; left out, the account is an operator's.
        #[arg(long, value_name = "SLUG")]
        tenant: Option<String>,
        #[arg(long)]
        name: String,
        #[arg(long)]
        email: String,
        /// May be given more than once.
        #[arg(long, required = true)]
        role: Vec<String>,
    },
}

pub(crate) async fn account(
    cell: &Opened,
    session: &Session,
    permissions: &Permissions,
    addresses: &Addresses,
    command: AccountCommand,
) -> Result<(), String> {
    let AccountCommand::Create { tenant, name, email, role } = command;
    let (record, audience) = match &tenant {
        Some(slug) => {
            let record = cell.registry().by_slug(slug);
            let unknown = || format!("There is no tenant {slug:?}. `galleria tenant list` shows them.");
            (record.ok_or_else(unknown)?, Audience::Staff)
        }
        None => {
            cell.own().await.map_err(failure_sentence)?;
            (Arc::new(TenantRecord::platform()), Audience::Operator)
        }
    };
    let invited = Invited { audience, name: &name, email: &email, roles: &role };
    let invited = invite(&cell.tenant(record.id), permissions, invited).await;
    let (id, ticket) = invited.map_err(sentences)?;
    // The page behind it leads to the door that this account has.
    let door = if audience == Audience::Staff { "?as=staff" } else { "" };
    session.print(&format!("{}/password{door}#{ticket}", addresses(&record)));
    session.tell(&format!(
        "Account created: {id}. Whoever opens this link within seven days chooses its password; send it to nobody else."
    ));
    Ok(())
}
