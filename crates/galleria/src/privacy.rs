//! `galleria privacy …`

use kernel::{Actor, CorrelationId, SubjectId};
use store::Asked;

use crate::cli::PrivacyCommand;
use crate::clock;
use crate::session::Session;

pub async fn privacy(session: &Session, command: PrivacyCommand) -> Result<(), String> {
    let cell = session.cell(matches!(command, PrivacyCommand::Erase { .. })).await?;
    let result = match command {
        PrivacyCommand::Find { tenant, email } => {
            let tenant = cell.tenant_named(&tenant)?;
            let people = orders::queries::customers(&tenant, &email).await;
            people.map_err(|failure| failure.to_string()).map(|people| {
                for (person, orders) in &people {
                    session.print(&format!("{person} ({orders} orders)"));
                }
                if people.is_empty() {
                    session.tell("Nobody is known here by this address.");
                }
            })
        }
        PrivacyCommand::Erasures => {
            let erased = cell.erasures().await.map_err(|failure| failure.to_string());
            erased
                .map(|erased| erased.iter().for_each(|(person, at)| session.print(&format!("{person} {at}"))))
        }
        PrivacyCommand::Erase { tenant, person } => {
            let tenant = cell.tenant_named(&tenant)?;
            let person = person.parse().map(SubjectId).map_err(|_| {
                "A person is named by their id. Find it with: galleria privacy find --tenant SLUG --email ADDRESS"
            })?;
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
