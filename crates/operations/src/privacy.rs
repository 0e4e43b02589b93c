//! `galleria privacy …`

use clap::Subcommand;
use console::sentences::{failure_sentence, sentence};
use console::{Consent, Destruction, Opened, Session};
use kernel::SubjectId;

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

impl PrivacyCommand {
    pub(crate) fn destroys(&self) -> Option<Destruction> {
        let Self::Erase { tenant, person, consent } = self else { return None };
        Some(Destruction {
            consent: *consent,
            what: format!(
                "This destroys the key of the person {person} and takes them out of every table of {tenant}: their name, their addresses, the files about them. It cannot be undone, not even from a backup."
            ),
        })
    }
}

pub(crate) async fn privacy(cell: &Opened, session: &Session, command: PrivacyCommand) -> Result<(), String> {
    match command {
        PrivacyCommand::Find { tenant, email } => {
            let people = cell.tenant_named(&tenant)?.known_by(&email).await.map_err(failure_sentence)?;
            for known in &people {
                let by: Vec<String> = known.by.iter().map(|(what, count)| counted(what, *count)).collect();
                session.print(&format!("{} ({})", known.subject, by.join(", ")));
            }
            if people.is_empty() {
                session.tell("Nobody is known here by this address.");
            }
        }
        PrivacyCommand::Erasures => {
            let erased = cell.erasures().await.map_err(failure_sentence)?;
            erased.iter().for_each(|(person, at)| session.print(&format!("{person} {at}")));
            if erased.is_empty() {
                session.tell("Nobody was erased yet.");
            }
        }
        PrivacyCommand::Erase { tenant, person, .. } => erase(cell, session, &tenant, &person).await?,
    }
    Ok(())
}

async fn erase(cell: &Opened, session: &Session, slug: &str, person: &str) -> Result<(), String> {
    let tenant = cell.tenant_named(slug)?;
    let person = person.parse().map(SubjectId).map_err(|_| {
        "A person is named by their id. Find it with: galleria privacy find --tenant SLUG --email ADDRESS"
    })?;
    if !tenant.has_met(person).await.map_err(failure_sentence)? {
        return Err(format!(
            "Nobody is known to {slug} by the id {person}, so nothing was erased. Find a person with: galleria privacy find --tenant {slug} --email ADDRESS"
        ));
    }
    tenant.erase(person, cell.asked()).await.map_err(sentence)?;
    session.tell(&format!("{person} is erased: their key is destroyed, and nothing says any more who they were. What they ordered stays counted."));
    Ok(())
}

fn counted(what: &str, count: i64) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
