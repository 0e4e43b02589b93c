//! `galleria tenant …`

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::Rng as _;
use serde_json::json;
use store::{Cell, Failure, TenantRecord, TenantStatus};

use crate::cli::{KeyCommand, TenantCommand};
use crate::config::Config;
use crate::{app, clock, print, tell};

pub async fn tenant(config: &Config, command: TenantCommand) -> Result<(), String> {
    let reads = matches!(
        command,
        TenantCommand::List { .. }
            | TenantCommand::Show { .. }
            | TenantCommand::Key { command: KeyCommand::List { .. } }
    );
    let cell = app::open_cell(config, !reads).await?;
    let result = obey(&cell, config, command).await;
    cell.close().await;
    result
}

async fn obey(cell: &Cell, config: &Config, command: TenantCommand) -> Result<(), String> {
    let registry = cell.registry();
    match command {
        TenantCommand::Create { slug, name, currency } => {
            let currency = currency.parse().map_err(|error| format!("{error}: --currency EUR"))?;
            let record =
                registry.create_tenant(&slug, &name, currency, clock::now()).await.map_err(sentence)?;
            tell(&format!(
                "{} is made, and answers at http://{}.{}.",
                record.name, record.slug, config.base_domain
            ));
            tell(&format!(
                "Give it a key: galleria tenant key create {slug} --name \"First key\" --role admin"
            ));
        }
        TenantCommand::List { json: true } => print(&json!({ "tenants": registry.tenants() }).to_string()),
        TenantCommand::List { json: false } => {
            for tenant in registry.tenants() {
                print(&format!(
                    "{:<20} {:<10} {} {}",
                    tenant.slug,
                    tenant.status.as_str(),
                    tenant.currency,
                    tenant.name
                ));
            }
            if registry.tenants().is_empty() {
                tell(
                    "There is no tenant yet. Make one: galleria tenant create oak --name \"Oak & Linen\" --currency EUR",
                );
            }
        }
        TenantCommand::Show { slug, json } => show(cell, &*find(cell, &slug)?, config, json),
        TenantCommand::Suspend { slug } => set_status(cell, &slug, TenantStatus::Suspended).await?,
        TenantCommand::Resume { slug } => set_status(cell, &slug, TenantStatus::Active).await?,
        TenantCommand::ReadOnly { slug } => set_status(cell, &slug, TenantStatus::ReadOnly).await?,
        TenantCommand::Host { slug, host } => {
            registry.add_host(find(cell, &slug)?.id, &host).await.map_err(sentence)?;
            tell(&format!("{host} leads to {slug} now. Point its DNS here."));
        }
        TenantCommand::Key { command } => key(cell, command).await?,
    }
    Ok(())
}

async fn key(cell: &Cell, command: KeyCommand) -> Result<(), String> {
    match command {
        KeyCommand::Create { slug, name, role } => {
            let tenant = find(cell, &slug)?;
            let (key, secret) = make_key(cell, &tenant, &name, &role).await?;
            print(&secret);
            tell(&format!("This is the secret of the key {}; it cannot be shown again.", key.id));
        }
        KeyCommand::List { slug } => {
            for key in cell.registry().keys(find(cell, &slug)?.id) {
                print(&format!("{} {:<18} {} (since {})", key.id, key.role, key.name, key.created));
            }
        }
        KeyCommand::Revoke { slug, id } => {
            let tenant = find(cell, &slug)?;
            let keys = cell.registry().keys(tenant.id);
            let key = keys.iter().find(|key| key.id.to_string() == id);
            let key = key.ok_or_else(|| {
                format!("{slug} has no key {id}. `galleria tenant key list {slug}` shows them.")
            })?;
            cell.registry().revoke_key(tenant.id, key.id).await.map_err(sentence)?;
            tell(&format!("The key {id} is revoked."));
        }
    }
    Ok(())
}

/// A key of the tenant, with a secret that nobody can guess.
pub async fn make_key(
    cell: &Cell,
    tenant: &TenantRecord,
    name: &str,
    role: &str,
) -> Result<(store::Key, String), String> {
    if edge::Role::named(role).is_none() {
        let roles: Vec<&str> = edge::Role::OF_KEYS.iter().map(|role| role.name()).collect();
        return Err(format!("There is no role {role:?}. The roles are: {}.", roles.join(", ")));
    }
    let mut bytes = [0_u8; 32];
    rand::rng().fill_bytes(&mut bytes);
    let secret = format!("gal_{}", URL_SAFE_NO_PAD.encode(bytes));
    let key =
        cell.registry().create_key(tenant.id, name, role, &secret, clock::now()).await.map_err(sentence)?;
    Ok((key, secret))
}

fn show(cell: &Cell, tenant: &TenantRecord, config: &Config, as_json: bool) {
    let keys = cell.registry().keys(tenant.id);
    if as_json {
        print(&json!({ "tenant": tenant, "keys": keys }).to_string());
        return;
    }
    print(&format!("{} ({})", tenant.name, tenant.slug));
    print(&format!("  id        {}", tenant.id));
    print(&format!("  status    {}", tenant.status.as_str()));
    print(&format!("  currency  {}", tenant.currency));
    print(&format!("  address   http://{}.{}", tenant.slug, config.base_domain));
    for host in &tenant.hosts {
        print(&format!("  host      {host}"));
    }
    for key in keys {
        print(&format!("  key       {} {} ({})", key.id, key.name, key.role));
    }
}

async fn set_status(cell: &Cell, slug: &str, status: TenantStatus) -> Result<(), String> {
    cell.registry().set_status(find(cell, slug)?.id, status).await.map_err(sentence)?;
    tell(&format!("{slug} is {} now.", status.as_str().replace('_', "-")));
    Ok(())
}

fn find(cell: &Cell, slug: &str) -> Result<std::sync::Arc<TenantRecord>, String> {
    cell.registry()
        .by_slug(slug)
        .ok_or_else(|| format!("There is no tenant {slug:?}. `galleria tenant list` shows them."))
}

fn sentence(failure: Failure) -> String {
    failure.to_string()
}
