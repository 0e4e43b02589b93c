//! `galleria history …`

use clap::Subcommand;
use console::sentences::{encoded, sentence};
use console::{Session, id};
use serde_json::{Map, Value};
use store::past::Change;
use store::{Moment, Tenant};
use uuid::Uuid;

#[derive(Debug, Subcommand)]
pub enum HistoryCommand {
    /// Show what happened to one thing; with --as-of, how it was.
    Show {
        id: String,
        /// A time, 2026-05-03T14:00:00Z, or a position of the log.
        #[arg(long)]
        as_of: Option<String>,
        #[arg(long)]
        json: bool,
    },
    /// Show what of one thing is not the same at two moments.
    Diff {
        id: String,
        #[arg(long)]
        from: String,
        /// Now when left out.
        #[arg(long)]
        to: Option<String>,
        #[arg(long)]
        json: bool,
    },
}

pub(crate) async fn history(
    session: &Session,
    tenant: &Tenant,
    command: HistoryCommand,
) -> Result<(), String> {
    match command {
        HistoryCommand::Show { id: of, as_of: None, json } => show(session, tenant, id(&of)?, json).await,
        // How it was is what changed since there was nothing.
        HistoryCommand::Show { id: of, as_of: Some(moment), json } => {
            let changes = tenant.changes(id(&of)?, Moment::Position(0), moment.parse()?).await;
            tell(session, &changes.map_err(sentence)?, json)
        }
        HistoryCommand::Diff { id: of, from, to, json } => {
            let to = match to {
                Some(to) => to.parse()?,
                None => Moment::Position(tenant.head().await.map_err(|failure| failure.to_string())?),
            };
            tell(session, &tenant.changes(id(&of)?, from.parse()?, to).await.map_err(sentence)?, json)
        }
    }
}

async fn show(session: &Session, tenant: &Tenant, id: Uuid, json: bool) -> Result<(), String> {
    let mut after = 0;
    loop {
        let events = tenant.stream(id, after, 200).await.map_err(|failure| failure.to_string())?;
        let Some(last) = events.last().map(|last| last.event.version) else { break };
        for recorded in &events {
            let event = &recorded.event;
            if json {
                let data: Value = serde_json::from_str(&event.data).unwrap_or_default();
                let line = serde_json::json!({ "position": recorded.position, "version": event.version, "kind": event.kind, "at": event.at, "actor": event.actor.to_string(), "data": data });
                session.print(&line.to_string());
            } else {
                session.print(&format!(
                    "{:>8} {} {:<20} {}",
                    recorded.position, event.at, event.kind, event.actor
                ));
            }
        }
        after = last;
    }
    if after == 0 {
        return Err(format!("Nothing ever happened to {id} in this shop."));
    }
    Ok(())
}

fn tell(session: &Session, changes: &[Change], json: bool) -> Result<(), String> {
    if json {
        session.print(&encoded(&changes)?);
        return Ok(());
    }
    for change in changes {
        session.print(&format!("{} {}", change.table, line(&change.row)));
        for (sign, columns) in [('-', &change.before), ('+', &change.after)] {
            for (column, value) in columns.iter().flatten() {
                session.print(&format!("  {sign} {column}: {value}"));
            }
        }
    }
    if changes.is_empty() {
        session.tell("Nothing of it changed between the two.");
    }
    Ok(())
}

fn line(row: &Map<String, Value>) -> String {
    row.iter().map(|(column, value)| format!("{column}={value}")).collect::<Vec<_>>().join(" ")
}
