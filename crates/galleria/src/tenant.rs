//! `galleria tenant …`

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use edge::{Audience, Grants, Role};
use kernel::Timestamp;
use rand::Rng as _;
use serde_json::json;
use store::{Cell, Failure, Key, TenantRecord, TenantStatus};

use crate::cli::{KeyCommand, TenantCommand};
use crate::session::Session;
use crate::{clock, door, travel};

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

pub async fn tenant(session: &Session, command: TenantCommand) -> Result<(), String> {
    match &command {
        TenantCommand::Export { slug, file, journey_key } => {
            return travel::export(session, slug, file, journey_key).await;
        }
        TenantCommand::Import { file, journey_key, named } => {
            let asked = travel::Asked {
                file,
                only: None,
                named: named.as_deref(),
                replace: false,
                until: None,
                erasures: None,
                journey: Some(journey_key),
                only_check: false,
            };
            return travel::restore(session, asked).await;
        }
        TenantCommand::Move { slug, to } => return travel::move_tenant(session, slug, to).await,
        _ => {}
    }
    let reads = matches!(
        command,
        TenantCommand::List { .. }
            | TenantCommand::Show { .. }
            | TenantCommand::Key { command: KeyCommand::List { .. } }
    );
    let cell = session.cell(!reads).await?;
    let result = obey(&cell, session, command).await;
    cell.close().await;
    result
}

async fn obey(cell: &Cell, session: &Session, command: TenantCommand) -> Result<(), String> {
    let registry = cell.registry();
    match command {
        TenantCommand::Create { slug, name, currency } => {
            let currency = currency.parse().map_err(|error| format!("{error}: --currency EUR"))?;
            let record =
                registry.create_tenant(&slug, &name, currency, clock::now()).await.map_err(sentence)?;
            session.tell(&format!(
                "{} is made, and answers at http://{}.{}.",
                record.name, record.slug, session.config.base_domain
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
        TenantCommand::Host { slug, host } => {
            registry.add_host(find(cell, &slug)?.id, &host).await.map_err(sentence)?;
            session.tell(&format!("{host} leads to {slug} now. Point its DNS here."));
        }
        TenantCommand::Feature { slug, feature, state } => {
            Grants::parse([format!("{feature}:read").as_str()]).map_err(|_| {
                format!("{feature:?} is no feature. Name it as permissions do: orders, files, stock.")
            })?;
            let tenant = find(cell, &slug)?;
            cell.registry().set_feature(tenant.id, &feature, state == "on").await.map_err(sentence)?;
            session.tell(&match state.as_str() {
                "on" => format!("The plan of {slug} has {feature} now."),
                _ => format!("The plan of {slug} does not have {feature} any more."),
            });
        }
        TenantCommand::Door(command) => {
            let tenant = find(cell, command.slug())?;
            door::door(cell, session, &tenant, command).await?;
        }
        TenantCommand::Export { .. } | TenantCommand::Import { .. } | TenantCommand::Move { .. } => {}
        TenantCommand::Key { command } => key(cell, session, command).await?,
    }
    Ok(())
}

async fn key(cell: &Cell, session: &Session, command: KeyCommand) -> Result<(), String> {
    match command {
        KeyCommand::Create { slug, name, role, expires_in, limit } => {
            let tenant = find(cell, &slug)?;
            let expires = expires_in.map(|days| clock::now().plus(DAY * days));
            let (key, secret) = make_key(cell, &tenant, &name, &role, expires).await?;
            limit_key(cell, &tenant, &key, limit).await?;
            show_once(session, &key, &secret);
        }
        KeyCommand::List { slug } => {
            for key in cell.registry().keys(find(cell, &slug)?.id) {
                let until = key.expires.map(|expires| format!(", until {expires}")).unwrap_or_default();
                let limit = key.limit.map(|limit| format!(", {limit} a minute")).unwrap_or_default();
                let Key { id, role, name, created, .. } = &*key;
                session.print(&format!("{id} {role:<18} {name} (since {created}{until}{limit})"));
            }
        }
        KeyCommand::Rotate { slug, id, overlap } => {
            let tenant = find(cell, &slug)?;
            let old = find_key(cell, &tenant, &id)?;
            let (key, secret) = make_key(cell, &tenant, &old.name, &old.role, None).await?;
            limit_key(cell, &tenant, &key, old.limit).await?;
            let until = clock::now().plus(HOUR * overlap);
            let until = old.expires.map_or(until, |expires| expires.min(until));
            cell.registry().expire_key(tenant.id, old.id, until).await.map_err(sentence)?;
            show_once(session, &key, &secret);
            session.tell(&format!("The old one, {id}, works until {until}."));
        }
        KeyCommand::Limit { slug, id, requests } => {
            let tenant = find(cell, &slug)?;
            let key = find_key(cell, &tenant, &id)?;
            let limit = Some(requests).filter(|requests| *requests > 0);
            cell.registry().limit_key(tenant.id, key.id, limit).await.map_err(sentence)?;
            session.tell(&format!("The key {id} may ask {}.", how_often(limit)));
        }
        KeyCommand::Revoke { slug, id } => {
            let tenant = find(cell, &slug)?;
            let key = find_key(cell, &tenant, &id)?;
            cell.registry().revoke_key(tenant.id, key.id).await.map_err(sentence)?;
            session.tell(&format!("The key {id} is revoked."));
        }
    }
    Ok(())
}

fn find_key(cell: &Cell, tenant: &TenantRecord, id: &str) -> Result<Arc<Key>, String> {
    let keys = cell.registry().keys(tenant.id);
    keys.into_iter().find(|key| key.id.to_string() == id).ok_or_else(|| {
        format!("{0} has no key {id}. `galleria tenant key list {0}` shows them.", tenant.slug)
    })
}

/// A key that was made a moment ago, before anybody has its secret.
async fn limit_key(cell: &Cell, tenant: &TenantRecord, key: &Key, limit: Option<u32>) -> Result<(), String> {
    match limit.filter(|limit| *limit > 0) {
        None => Ok(()),
        limit => cell.registry().limit_key(tenant.id, key.id, limit).await.map_err(sentence),
    }
}

pub fn how_often(limit: Option<u32>) -> String {
    match limit {
        Some(limit) => format!("{limit} times a minute now"),
        None => "as often as others now".to_owned(),
    }
}

fn show_once(session: &Session, key: &Key, secret: &str) {
    session.print(secret);
    session.tell(&format!("This is the secret of the key {}; it cannot be shown again.", key.id));
}

/// A key of the tenant, with a secret that nobody can guess.
pub async fn make_key(
    cell: &Cell,
    tenant: &TenantRecord,
    name: &str,
    role: &str,
    expires: Option<Timestamp>,
) -> Result<(Key, String), String> {
    if Role::named(Audience::Staff, role).is_none() {
        return Err(format!("There is no role {role:?}. The roles are: {}.", Role::names(Audience::Staff)));
    }
    let mut bytes = [0_u8; 32];
    rand::rng().fill_bytes(&mut bytes);
    let secret = format!("gal_{}", URL_SAFE_NO_PAD.encode(bytes));
    let key = cell.registry().create_key(tenant.id, name, role, &secret, clock::now(), expires).await;
    let key = key.map_err(sentence)?;
    Ok((key, secret))
}

fn show(cell: &Cell, tenant: &TenantRecord, session: &Session, as_json: bool) {
    let keys = cell.registry().keys(tenant.id);
    if as_json {
        session.print(&json!({ "tenant": tenant, "keys": keys }).to_string());
        return;
    }
    session.print(&format!("{} ({})", tenant.name, tenant.slug));
    session.print(&format!("  id        {}", tenant.id));
    session.print(&format!("  status    {}", tenant.status.as_str()));
    session.print(&format!("  currency  {}", tenant.currency));
    session.print(&format!("  address   http://{}.{}", tenant.slug, session.config.base_domain));
    for host in &tenant.hosts {
        session.print(&format!("  host      {host}"));
    }
    for network in &tenant.networks {
        session.print(&format!("  network   {network}"));
    }
    for origin in &tenant.origins {
        let with = if origin.credentials { " (with credentials)" } else { "" };
        session.print(&format!("  origin    {}{with}", origin.origin));
    }
    for key in keys {
        session.print(&format!("  key       {} {} ({})", key.id, key.name, key.role));
    }
}

async fn set_status(cell: &Cell, session: &Session, slug: &str, status: TenantStatus) -> Result<(), String> {
    cell.registry().set_status(find(cell, slug)?.id, status).await.map_err(sentence)?;
    session.tell(&format!("{slug} is {} now.", status.as_str().replace('_', "-")));
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
