//! Asks before something is done that cannot be undone, where somebody can be asked: at the terminal that it was typed
//! at. Elsewhere it takes a word on the command line.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use crate::cli::arguments::Command;
use crate::commands::privacy::PrivacyCommand;
use crate::commands::relay::DeadCommand;
use crate::commands::service::ServiceCommand;
use crate::commands::tenant::TenantCommand;
use crate::commands::tenant_key::KeyCommand;
use crate::consent::Consent;

/// Asks whoever typed a command that destroys something. An error is why it is not done.
pub fn ask(command: &Command) -> Result<(), String> {
    let Some((consent, what)) = destroys(command) else { return Ok(()) };
    if consent.yes {
        return Ok(());
    }
    if !io::stdin().is_terminal() {
        return Err(format!("{what} Nothing was done yet: say --yes if that is what you want."));
    }
    match answered(&what) {
        Ok(true) => Ok(()),
        Ok(false) => Err("Nothing was done.".into()),
        Err(error) => Err(format!("Nothing was done, for the answer cannot be read: {error}.")),
    }
}

/// What a command destroys, as whoever is asked reads it.
fn destroys(command: &Command) -> Option<(Consent, String)> {
    Some(match command {
        Command::Restore { replace: true, check: false, consent, .. } => (
            *consent,
            "The tenant that has the name now is stopped at once and stays beside the restored one, suspended and under another name. What happened in it since the backup is not in the restored one.".to_owned(),
        ),
        Command::Privacy { command: PrivacyCommand::Erase { tenant, person, consent } } => (
            *consent,
            format!("This destroys the key of the person {person} and takes them out of every table of {tenant}: their name, their addresses, the files about them. It cannot be undone, not even from a backup."),
        ),
        Command::Tenant { command: TenantCommand::Key { command: KeyCommand::Revoke { slug, id, consent } } } => (
            *consent,
            format!("Whoever uses the key {id} of {slug} is shut out at once, for good. (`galleria tenant key rotate` lets both work for a while.)"),
        ),
        Command::Service { command: ServiceCommand::Revoke { id, consent } } => (
            *consent,
            format!("The service that signs with the key {id} is shut out at once, for good. (`galleria service rotate` lets both work for a while.)"),
        ),
        Command::Dead { tenant, command: DeadCommand::Drop { letter, consent } } => (
            *consent,
            format!("The letter {letter} of {tenant} is never delivered: what it should have led to does not happen."),
        ),
        _ => return None,
    })
}

fn answered(what: &str) -> io::Result<bool> {
    let mut asks = io::stderr();
    write!(asks, "{what}\nGo on? [y/N] ")?;
    asks.flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}
