//! `galleria tenant …`

use std::path::PathBuf;

use clap::Subcommand;
use console::sentences::failure_sentence;
use console::{CellAccess, Destruction};
use kernel::Word;
use serde_json::json;
use store::{Cell, TenantRecord, TenantStatus};

use crate::commands::lookup::find;
use crate::commands::move_tenant::{self, Destination};
use crate::commands::tenant_access::{self, TenantAccessCommand};
use crate::commands::tenant_key::{self, KeyCommand};
use crate::commands::{backup, restore, sweep};
use crate::own_session::OwnSession;
use crate::{clock, modules};

#[derive(Debug, Subcommand)]
pub enum TenantCommand {
    /// Make a tenant; it answers at <slug>.<base domain>.
    #[command(after_help = "Example:\n  galleria tenant create oak --name \"Oak & Linen\" --currency EUR")]
    Create {
        slug: String,
        /// What people read.
        #[arg(long)]
        name: String,
        /// What it sells in, as three ISO 4217 letters.
        #[arg(long)]
        currency: String,
    },
    /// List the tenants.
    List {
        #[arg(long)]
        json: bool,
    },
    /// Show a tenant with its hosts and keys.
    Show {
        slug: String,
        #[arg(long)]
        json: bool,
    },
    /// Stop serving a tenant.
    Suspend { slug: String },
    /// Serve a tenant without restriction again.
    Resume { slug: String },
    /// Let a tenant be read but not changed.
    ReadOnly { slug: String },
    /// Let a host name of its own lead to a tenant; without a name, list those that do.
    #[command(
        after_help = "Examples:\n  galleria tenant host oak shop.oakandlinen.com\n  galleria tenant host oak"
    )]
    Host { slug: String, host: Option<String> },
    /// Write a tenant into a file that another installation can import.
    #[command(after_help = "\
Examples:
  galleria tenant export oak oak.archive --journey-key journey.keys --files ./oak-files
  galleria tenant export oak oak.archive --journey-key journey.keys

The key file of the journey is made when it does not exist. Whoever has both can read everything. Files that were
uploaded, pictures of products among them, are not in the archive: --files copies them as they are, not encrypted.")]
    Export {
        slug: String,
        file: PathBuf,
        #[arg(long, value_name = "FILE")]
        journey_key: PathBuf,
        /// Copy its uploaded files to this place: a folder, s3://bucket/prefix or azure://account/container/prefix.
        #[arg(long, value_name = "PLACE")]
        files: Option<String>,
    },
    /// Take a tenant out of a file that another installation exported.
    #[command(
        after_help = "Example:\n  galleria tenant import oak.archive --journey-key journey.keys --files ./oak-files"
    )]
    Import {
        file: PathBuf,
        #[arg(long, value_name = "FILE")]
        journey_key: PathBuf,
        /// Where the export put its uploaded files.
        #[arg(long, value_name = "PLACE")]
        files: Option<String>,
        /// Under another name.
        #[arg(long = "as", value_name = "SLUG")]
        named: Option<String>,
    },
    /// Move a tenant to another cell, while it is served; it can only be read for a moment. Asked again after a crash,
    /// it finishes what was begun, or undoes it and begins anew.
    #[command(after_help = "\
Examples:
  galleria tenant move oak --to-database-url postgres://galleria_app:secret@db/galleria
  galleria tenant move oak --to-data /srv/other

A folder that it moves to must not be served at that moment.")]
    Move {
        slug: String,
        #[command(flatten)]
        to: Destination,
    },
    /// Remove what is left of tenants that never wholly arrived, because whoever restored, imported or moved them died.
    /// `serve` does it when it starts.
    #[command(after_help = "Example:\n  galleria tenant sweep")]
    Sweep,
    /// Say what the tenant's plan has, by the noun of the permissions: orders, files, stock, …; without one, list what
    /// the plan leaves out.
    #[command(
        after_help = "Examples:\n  galleria tenant feature oak files off\n  galleria tenant feature oak"
    )]
    Feature {
        slug: String,
        #[arg(requires = "state")]
        feature: Option<String>,
        #[arg(value_parser = ["on", "off"])]
        state: Option<String>,
    },
    #[command(flatten)]
    Access(TenantAccessCommand),
    /// Make, list, rotate and revoke keys.
    Key {
        #[command(subcommand)]
        command: KeyCommand,
    },
}

impl TenantCommand {
    /// What it does to the cell.
    pub fn access(&self) -> CellAccess {
        match self {
            Self::Create { .. } | Self::Import { .. } => CellAccess::Make,
            Self::List { .. }
            | Self::Show { .. }
            | Self::Export { .. }
            | Self::Host { host: None, .. }
            | Self::Feature { feature: None, .. }
            | Self::Key { command: KeyCommand::List { .. } } => CellAccess::Look,
            Self::Access(command) if command.only_looks() => CellAccess::Look,
            _ => CellAccess::Change,
        }
    }

    pub fn destroys(&self) -> Option<Destruction> {
        let Self::Key { command } = self else { return None };
        command.destroys()
    }
}

pub async fn tenant(session: &OwnSession, command: TenantCommand) -> Result<(), String> {
    match &command {
        TenantCommand::Export { slug, file, journey_key, files } => {
            return backup::export(session, slug, file, journey_key, files.as_deref()).await;
        }
        TenantCommand::Import { file, journey_key, named, files } => {
            let asked = restore::Asked {
                file,
                named: named.as_deref(),
                journey: Some(journey_key),
                files: files.as_deref(),
                ..restore::Asked::of(file)
            };
            return restore::restore(session, asked).await;
        }
        TenantCommand::Move { slug, to } => return move_tenant::move_tenant(session, slug, to).await,
        _ => {}
    }
    if matches!(command, TenantCommand::Sweep) {
        return sweep::sweep(session).await;
    }
    let cell = session.cell(command.access()).await?;
    let result = obey(&cell, session, command).await;
    cell.close().await;
    result
}

async fn obey(cell: &Cell, session: &OwnSession, command: TenantCommand) -> Result<(), String> {
    let registry = cell.registry();
    match command {
        TenantCommand::Create { slug, name, currency } => {
            let currency = currency.parse().map_err(|error| format!("{error}: --currency EUR"))?;
            let record = registry
                .create_tenant(&slug, &name, currency, clock::now())
                .await
                .map_err(failure_sentence)?;
            // Made now, so that nobody who only looks has to.
            cell.tenant(record.id).keys().await.map_err(failure_sentence)?;
            session.tell(&format!(
                "Tenant {slug} created. {} answers at {}",
                record.name,
                (session.config.addresses())(&record)
            ));
            session.tell(&format!(
                "Give it a key: galleria tenant key create {slug} --name \"First key\" --role admin"
            ));
        }
        TenantCommand::List { json: true } => {
            session.print(&json!({ "tenants": registry.tenants() }).to_string())
        }
        TenantCommand::List { json: false } => {
            for tenant in registry.tenants() {
                session.print(&format!(
                    "{:<20} {:<10} {} {}",
                    tenant.slug,
                    tenant.status.as_str(),
                    tenant.currency,
                    tenant.name
                ));
            }
            if registry.tenants().is_empty() {
                session.tell(
                    "There is no tenant yet. Make one: galleria tenant create oak --name \"Oak & Linen\" --currency EUR",
                );
            }
        }
        TenantCommand::Show { slug, json } => show(cell, &*find(cell, &slug)?, session, json),
        TenantCommand::Suspend { slug } => set_status(cell, session, &slug, TenantStatus::Suspended).await?,
        TenantCommand::Resume { slug } => set_status(cell, session, &slug, TenantStatus::Active).await?,
        TenantCommand::ReadOnly { slug } => set_status(cell, session, &slug, TenantStatus::ReadOnly).await?,
        TenantCommand::Host { slug, host: None } => {
            let tenant = find(cell, &slug)?;
            tenant.hosts.iter().for_each(|host| session.print(host));
            if tenant.hosts.is_empty() {
                session.tell(&format!("No host name of its own leads to {slug}."));
            }
        }
        TenantCommand::Host { slug, host: Some(host) } => {
            registry.add_host(find(cell, &slug)?.id, &host).await.map_err(failure_sentence)?;
            session.tell(&format!("{host} leads to {slug} now. Point its DNS here."));
        }
        TenantCommand::Feature { slug, feature: Some(feature), state: Some(state) } => {
            modules::permissions().grants([format!("{feature}:read").as_str()]).map_err(|_| {
                format!("{feature:?} is no feature. Name it as permissions do: orders, files, stock.")
            })?;
            let tenant = find(cell, &slug)?;
            cell.registry()
                .set_feature(tenant.id, &feature, state == "on")
                .await
                .map_err(failure_sentence)?;
            session.tell(&match state.as_str() {
                "on" => format!("The plan of {slug} has {feature} now."),
                _ => format!("The plan of {slug} does not have {feature} any more."),
            });
        }
        TenantCommand::Feature { slug, .. } => {
            let tenant = find(cell, &slug)?;
            tenant.without.iter().for_each(|feature| session.print(&format!("{feature} off")));
            if tenant.without.is_empty() {
                session.tell(&format!("The plan of {slug} leaves nothing out."));
            }
        }
        TenantCommand::Access(command) => {
            let tenant = find(cell, command.slug())?;
            tenant_access::access(cell, session, &tenant, command).await?;
        }
        TenantCommand::Export { .. }
        | TenantCommand::Import { .. }
        | TenantCommand::Move { .. }
        | TenantCommand::Sweep => {}
        TenantCommand::Key { command } => tenant_key::key(cell, session, command).await?,
    }
    Ok(())
}

fn show(cell: &Cell, tenant: &TenantRecord, session: &OwnSession, as_json: bool) {
    let keys = cell.registry().keys(tenant.id);
    if as_json {
        session.print(&json!({ "tenant": tenant, "keys": keys }).to_string());
        return;
    }
    session.print(&format!("{} ({})", tenant.name, tenant.slug));
    session.print(&format!("  id        {}", tenant.id));
    session.print(&format!("  status    {}", tenant.status.as_str()));
    session.print(&format!("  currency  {}", tenant.currency));
    session.print(&format!("  address   {}", (session.config.addresses())(tenant)));
    for host in &tenant.hosts {
        session.print(&format!("  host      {host}"));
    }
    for network in &tenant.networks {
        session.print(&format!("  network   {network}"));
    }
    for origin in &tenant.origins {
        session.print(&format!("  origin    {origin}"));
    }
    for key in keys {
        session.print(&format!("  key       {} {} ({})", key.id, key.name, key.role));
    }
}

async fn set_status(
    cell: &Cell,
    session: &OwnSession,
    slug: &str,
    status: TenantStatus,
) -> Result<(), String> {
    cell.registry().set_status(find(cell, slug)?.id, status).await.map_err(failure_sentence)?;
    session.tell(&format!("{slug} is {} now.", status.as_str().replace('_', "-")));
    Ok(())
}
