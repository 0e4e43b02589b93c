//! `galleria tenant key …`

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clap::Subcommand;
use console::sentences::{failure_sentence, how_often};
use console::{Consent, Destruction, Session};
use edge::Audience;
use kernel::Timestamp;
use rand::Rng as _;
use store::{Cell, Key, TenantRecord};

use crate::commands::lookup::find;
use crate::{clock, modules};

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Make a key and show its secret, once.
    #[command(
        after_help = "Example:\n  galleria tenant key create oak --name \"Till 1\" --role service\n\nRoles: admin, order-manager, customer-service, operator, viewer, service."
    )]
    Create {
        slug: String,
        /// What it is for.
        #[arg(long)]
        name: String,
        #[arg(long)]
        role: String,
        /// After so many days it stops working by itself.
        #[arg(long, value_name = "DAYS")]
        expires_in: Option<u32>,
        /// How often it may ask in a minute; as often as all keys when left out.
        #[arg(long, value_name = "REQUESTS")]
        limit: Option<u32>,
    },
    /// Say how often a key may ask in a minute; 0 for as often as all keys.
    Limit { slug: String, id: String, requests: u32 },
    /// List a tenant's keys, without their secrets.
    List { slug: String },
    /// Make a key in a key's place and show its secret, once; the old one goes on for a while.
    #[command(
        after_help = "Example:\n  galleria tenant key rotate oak 0198c0de-0000-7000-8000-000000000000 --overlap 24\n\nHand out the new secret within that time; then the old one stops working by itself."
    )]
    Rotate {
        slug: String,
        id: String,
        /// For how many hours both work.
        #[arg(long, value_name = "HOURS", default_value_t = 24)]
        overlap: u32,
    },
    /// End a key at once.
    Revoke {
        slug: String,
        id: String,
        #[command(flatten)]
        consent: Consent,
    },
}

impl KeyCommand {
    pub fn destroys(&self) -> Option<Destruction> {
        let Self::Revoke { slug, id, consent } = self else { return None };
        Some(Destruction {
            consent: *consent,
            what: format!(
                "Whoever uses the key {id} of {slug} is shut out at once, for good. (`galleria tenant key rotate` lets both work for a while.)"
            ),
        })
    }
}

pub async fn key(cell: &Cell, session: &Session, command: KeyCommand) -> Result<(), String> {
    match command {
        KeyCommand::Create { slug, name, role, expires_in, limit } => {
            let tenant = find(cell, &slug)?;
            let expires = expires_in.map(|days| clock::now().plus(DAY * days));
            let (key, secret) = make_key(cell, &tenant, &name, &role, expires).await?;
            limit_key(cell, &tenant, &key, limit).await?;
            show_once(session, &key, &secret);
        }
        KeyCommand::List { slug } => {
            let keys = cell.registry().keys(find(cell, &slug)?.id);
            if keys.is_empty() {
                session.tell(&format!("{slug} has no key yet. Make one: galleria tenant key create {slug} --name \"First key\" --role admin"));
            }
            for key in keys {
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
            cell.registry().expire_key(tenant.id, old.id, until).await.map_err(failure_sentence)?;
            show_once(session, &key, &secret);
            session.tell(&format!("The old one, {id}, works until {until}."));
        }
        KeyCommand::Limit { slug, id, requests } => {
            let tenant = find(cell, &slug)?;
            let key = find_key(cell, &tenant, &id)?;
            let limit = Some(requests).filter(|requests| *requests > 0);
            cell.registry().limit_key(tenant.id, key.id, limit).await.map_err(failure_sentence)?;
            session.tell(&format!("The key {id} may ask {}.", how_often(limit)));
        }
        KeyCommand::Revoke { slug, id, .. } => {
            let tenant = find(cell, &slug)?;
            let key = find_key(cell, &tenant, &id)?;
            cell.registry().revoke_key(tenant.id, key.id).await.map_err(failure_sentence)?;
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
        limit => cell.registry().limit_key(tenant.id, key.id, limit).await.map_err(failure_sentence),
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
    let permissions = modules::permissions();
    if permissions.role(Audience::Staff, role).is_none() {
        let roles = permissions.names(Audience::Staff);
        return Err(format!("There is no role {role:?}. The roles are: {roles}."));
    }
    let mut bytes = [0_u8; 32];
    rand::rng().fill_bytes(&mut bytes);
    let secret = format!("gal_{}", URL_SAFE_NO_PAD.encode(bytes));
    let key = cell.registry().create_key(tenant.id, name, role, &secret, clock::now(), expires).await;
    let key = key.map_err(failure_sentence)?;
    Ok((key, secret))
}
