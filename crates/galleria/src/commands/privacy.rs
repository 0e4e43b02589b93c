//! `galleria privacy …`

use clap::Subcommand;
use kernel::{Actor, CorrelationId, SubjectId};
use store::Asked;

use crate::cell_access::CellAccess;
use crate::clock;
use crate::consent::Consent;
use crate::session::Session;

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
        #[command(flatten)]
        consent: Consent,
    },
}

pub async fn privacy(session: &Session, command: PrivacyCommand) -> Result<(), String> {
    let erases = matches!(command, PrivacyCommand::Erase { .. });
    let cell = session.cell(if erases { CellAccess::Change } else { CellAccess::Look }).await?;
    let result = match command {
        PrivacyCommand::Find { tenant, email } => {
            let tenant = cell.tenant_named(&tenant)?;
            let people = tenant.known_by(&email).await;
            people.map_err(|failure| failure.to_string()).map(|people| {
                for known in &people {
                    let by: Vec<String> =
                        known.by.iter().map(|(what, count)| counted(what, *count)).collect();
                    session.print(&format!("{} ({})", known.subject, by.join(", ")));
                }
                if people.is_empty() {
                    session.tell("Nobody is known here by this address.");
                }
            })
        }
        PrivacyCommand::Erasures => {
            let erased = cell.erasures().await.map_err(|failure| failure.to_string());
            erased.map(|erased| {
                erased.iter().for_each(|(person, at)| session.print(&format!("{person} {at}")));
                if erased.is_empty() {
                    session.tell("Nobody was erased yet.");
                }
            })
        }
        PrivacyCommand::Erase { tenant: slug, person, .. } => {
            let tenant = cell.tenant_named(&slug)?;
            let person = person.parse().map(SubjectId).map_err(|_| {
                "A person is named by their id. Find it with: galleria privacy find --tenant SLUG --email ADDRESS"
            })?;
            let met = tenant.has_met(person).await.map_err(|failure| failure.to_string())?;
            if !met {
                return Err(format!(
                    "Nobody is known to {slug} by the id {person}, so nothing was erased. Find a person with: galleria privacy find --tenant {slug} --email ADDRESS"
                ));
            }
            let asked = Asked::by(Actor::system(), CorrelationId::new(), clock::now());
            let erased = tenant.erase(person, asked).await;
            erased.map_err(|problem| problem.detail).map(|_| {
                session.tell(&format!("{person} is erased: their key is destroyed, and nothing says any more who they were. What they ordered stays counted."));
            })
        }
    };
    cell.close().await;
    result
}

fn counted(what: &str, count: i64) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
