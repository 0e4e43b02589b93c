//! `galleria service …`

use std::time::Duration;

use clap::Subcommand;
use console::sentences::{how_often, sentences};
use console::{Consent, Destruction, Opened, Session};
use edge::Permissions;
use kernel::{Problem, Word};

use crate::ServiceKeyId;
use crate::api::services::{self, NewService};
use crate::services::queries::{self, ServiceKeyRow};
use crate::services::use_cases;

const HOUR: Duration = Duration::from_secs(3600);

#[derive(Debug, Subcommand)]
pub enum ServiceCommand {
    /// Make a key with which a service signs its requests, and show its secret, once.
    #[command(
        after_help = "Examples:\n  galleria service create --name checkout --tenant oak --tenant demo\n  galleria service create --name \"old ERP\" --tenant oak --legacy --networks 10.0.0.0/8\n\nHow to sign is described in crates/signing, with a program in Python and one for the shell."
    )]
    Create {
        /// What it is for.
        #[arg(long)]
        name: String,
        /// A tenant in which it may act; may be given more than once. Left out, it may act in all of them.
        #[arg(long, value_name = "SLUG")]
        tenant: Vec<String>,
        /// One of the roles of staff.
        #[arg(long, default_value = "service")]
        role: String,
        /// From which networks it may be used: "10.0.0.0/8, 2001:db8::/32".
        #[arg(long, default_value = "")]
        networks: String,
        /// Take the old form of the signature, too, which protects the body and the time alone.
        #[arg(long)]
        legacy: bool,
        /// How often it may ask in a minute; as often as all services when left out.
        #[arg(long, value_name = "REQUESTS")]
        limit: Option<u32>,
    },
    /// List the keys, without their secrets.
    List,
    /// Make a key in a key's place and show its secret, once; the old one goes on for a while.
    Rotate {
        id: String,
        /// For how many hours both work.
        #[arg(long, value_name = "HOURS", default_value_t = 24)]
        overlap: u32,
    },
    /// Say how often a key may ask in a minute; 0 for as often as all services.
    Limit { id: String, requests: u32 },
    /// End a key at once.
    Revoke {
        id: String,
        #[command(flatten)]
        consent: Consent,
    },
}

impl ServiceCommand {
    pub(crate) fn destroys(&self) -> Option<Destruction> {
        let Self::Revoke { id, consent } = self else { return None };
        Some(Destruction {
            consent: *consent,
            what: format!(
                "The service that signs with the key {id} is shut out at once, for good. (`galleria service rotate` lets both work for a while.)"
            ),
        })
    }
}

const NO_KEYS: &str =
    "No service has a key yet. Make one: galleria service create --name checkout --tenant oak";

pub(crate) async fn service(
    cell: &Opened,
    session: &Session,
    permissions: &Permissions,
    command: ServiceCommand,
) -> Result<(), String> {
    obey(cell, session, permissions, command).await.map_err(sentences)
}

async fn obey(
    cell: &Opened,
    session: &Session,
    permissions: &Permissions,
    command: ServiceCommand,
) -> Result<(), Problem> {
    let platform = match command {
        ServiceCommand::List => cell.own_if_there().await?,
        _ => Some(cell.own().await?),
    };
    let Some(platform) = platform else {
        session.tell(NO_KEYS);
        return Ok(());
    };
    let asked = cell.asked();
    match command {
        ServiceCommand::Create { name, tenant, role, networks, legacy, limit } => {
            let new = NewService { name, tenants: tenant, role: Some(role), networks, legacy, limit };
            let (row, secret) = services::make(cell, permissions, asked, &new).await?;
            show_once(session, &row, &secret);
        }
        ServiceCommand::List => {
            let rows = queries::service_keys(&platform).await?;
            if rows.is_empty() {
                session.tell(NO_KEYS);
            }
            for row in rows {
                let until = row.good_until.map(|until| format!(", until {until}")).unwrap_or_default();
                let form = if row.legacy { ", legacy" } else { "" };
                let limit = row.limit.map(|limit| format!(", {limit} a minute")).unwrap_or_default();
                let ServiceKeyRow { id, name, role, status, made_at, .. } = row;
                let status = status.as_str();
                session.print(&format!(
                    "{id} {status:<10} {role:<16} {name} (since {made_at}{until}{form}{limit})"
                ));
            }
        }
        ServiceCommand::Rotate { id, overlap } => {
            let until = asked.now.plus(HOUR * overlap);
            let (row, secret) = services::rotate(cell, asked, read(&id)?, until).await?;
            show_once(session, &row, &secret);
            session.tell(&format!("The old one, {id}, works until {until}."));
        }
        ServiceCommand::Limit { id, requests } => {
            let limit = Some(requests).filter(|requests| *requests > 0);
            platform.run(asked, use_cases::limit_service(read(&id)?, limit)).await?;
            session.tell(&format!("The key {id} may ask {}.", how_often(limit)));
        }
        ServiceCommand::Revoke { id, .. } => {
            platform.run(asked, use_cases::revoke_service(read(&id)?)).await?;
            session.tell(&format!("The key {id} is revoked."));
        }
    }
    Ok(())
}

fn read(id: &str) -> Result<ServiceKeyId, Problem> {
    id.parse().map_err(|_| Problem::not_found("service key"))
}

fn show_once(session: &Session, row: &ServiceKeyRow, secret: &str) {
    session.print(&format!("{} {secret}", row.id));
    session.tell("These are the id of the key and its secret, which cannot be shown again.");
}
