//! `galleria dead …`

use clap::Subcommand;
use console::sentences::{encoded, sentence};
use console::{Consent, Destruction, Session, id};
use store::Tenant;
use uuid::Uuid;

#[derive(Debug, Subcommand)]
pub enum DeadCommand {
    /// List dead letters, oldest first.
    List {
        #[arg(long)]
        json: bool,
    },
    /// Hand an event over once more; when it is handled, the letter is gone. `all` replays every letter.
    #[command(after_help = "Example:\n  galleria dead replay --tenant oak all")]
    Replay { letter: String },
    /// Drop a letter: nobody needs it handled any more.
    Drop {
        letter: String,
        #[command(flatten)]
        consent: Consent,
    },
}

impl DeadCommand {
    pub(crate) fn destroys(&self, tenant: &str) -> Option<Destruction> {
        let Self::Drop { letter, consent } = self else { return None };
        Some(Destruction {
            consent: *consent,
            what: format!(
                "The letter {letter} of {tenant} is never delivered: what it should have led to does not happen."
            ),
        })
    }
}

/// How many are listed.
const LISTED: usize = 200;

pub(crate) async fn dead(session: &Session, tenant: &Tenant, command: DeadCommand) -> Result<(), String> {
    let letters = async || {
        let letters = tenant.dead_letters(None, Uuid::nil(), LISTED).await;
        letters.map_err(|failure| failure.to_string())
    };
    match command {
        DeadCommand::List { json: true } => session.print(&encoded(&letters().await?)?),
        DeadCommand::List { json: false } => {
            let letters = letters().await?;
            for letter in &letters {
                let line = format!(
                    "{} {} {} at {}, {} times: {}",
                    letter.id,
                    letter.subscriber,
                    letter.kind,
                    letter.position,
                    letter.attempts,
                    letter.problem
                );
                session.print(&line);
            }
            if letters.is_empty() {
                session.tell("There are no dead letters: everything was delivered.");
            }
        }
        DeadCommand::Replay { letter } if letter == "all" => {
            let (mut well, mut badly) = (0, 0);
            for letter in letters().await? {
                match tenant.replay(letter.id, &session.workers(tenant.cell())?.subscribers).await {
                    Ok(()) => well += 1,
                    Err(problem) => {
                        badly += 1;
                        session.tell(&format!("{}: {}", letter.id, problem.detail));
                    }
                }
            }
            session.tell(&format!("{well} were handled, {badly} were not."));
            if badly > 0 {
                return Err("What was not handled stays a dead letter, with its reason.".into());
            }
        }
        DeadCommand::Replay { letter } => {
            tenant
                .replay(id(&letter)?, &session.workers(tenant.cell())?.subscribers)
                .await
                .map_err(sentence)?;
            session.tell(&format!("{letter} was handled, and is gone."));
        }
        DeadCommand::Drop { letter, .. } => {
            tenant.drop_letter(id(&letter)?).await.map_err(sentence)?;
            session.tell(&format!("{letter} is dropped."));
        }
    }
    Ok(())
}
