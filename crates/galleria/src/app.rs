//! The parts of the platform, made from its settings.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use blobs::Blobs;
use connect::{Partners, Vies};
use console::CellAccess;
use credentials::{BreachFile, Passwords};
use customers::{NoRegister, Register};
use domains::{Dns, Pages, Prover};
use edge::Platform;
use federation::Federation;
use files::Shelf;
use identity::{AccountAuthenticator, Letters};
use orders::Ports;
use outbound::{Allowed, Outbound, Policy};
use payments::{Cashier, Sandbox};
use search::Search;
use store::relay::Workers;
use store::{Cell, Failure, Folder, Keeper, KeyFile, Opening, Server};

use crate::clock;
use crate::modules::{self, Parts};
use crate::ports::customers::Customers;
use crate::ports::order_payments::OrdersBills;
use crate::ports::vat_register::ViesRegister;
use crate::settings::config::Config;
use crate::settings::listening::descriptors;

/// The place of the files, if the configuration names one.
pub fn blobs(config: &Config) -> Result<Option<Blobs>, String> {
    config.files()?.map(|place| Blobs::open(&place)).transpose()
}

/// Opens the cell that the configuration names.
pub async fn open_cell(config: &Config, access: CellAccess) -> Result<Cell, String> {
    let opening = match &config.database_url {
        Some(url) => Opening::Server(Server {
            url: url.clone(),
            direct_url: config.database_direct_url.clone(),
            connections: config.database_connections,
            prepared: config.database_prepared,
        }),
        None => Opening::Folder(Folder {
            path: config.data.clone(),
            asleep_after: Duration::from_secs(config.asleep_after_seconds),
            awake_at_most: config.awake_at_most.min(tenants_for_files()),
            exclusive: access != CellAccess::Look,
            make: access == CellAccess::Make,
        }),
    };
    let sentence = |failure: Failure| failure.to_string();
    let keys = config.key_file();
    let fresh = access == CellAccess::Make && config.key_file.is_none() && !is_there(config);
    if let Some(path) = keys.as_ref().filter(|path| fresh && !path.exists()) {
        std::fs::create_dir_all(&config.data).map_err(|error| {
            format!(
                "The data folder {} cannot be made: {error}. Choose another with --data.",
                config.data.display()
            )
        })?;
        KeyFile::make(path).map_err(sentence)?;
    }
    let keeper = || {
        let path = keys.ok_or_else(|| Failure::Unusable(NO_KEY_FILE.into()))?;
        Ok(Arc::new(KeyFile::read(&path)?) as Arc<dyn Keeper>)
    };
    Cell::open(opening, &modules::CONTEXTS, Box::new(keeper), clock::now).await.map_err(sentence)
}

/// Whether there is a cell: a database always is one, or says what it lacks.
pub fn is_there(config: &Config) -> bool {
    config.database_url.is_some() || config.data.join("cell.db").exists()
}

pub const NO_KEY_FILE: &str = "Personal data is locked with a key that every node must have. Name its file with --key-file, or key_file in galleria.toml; make one, once, with: galleria keys new FILE";

/// How many tenants may be awake with the open files that the system allows us: a writer and its readers hold up to
/// fifteen each, and connections have the other half.
fn tenants_for_files() -> usize {
    ((descriptors() / 2).saturating_sub(64) / 15).max(8)
}

/// What modules share. Each part is made here, once for a process that serves.
fn parts(cell: &Cell, config: &Config) -> Result<Parts, String> {
    let letters = letters(config)?;
    let federation = Federation::new(outbound(config)?);
    let authenticator =
        AccountAuthenticator::new(passwords(config)?, modules::permissions(), letters.is_some(), federation);
    let partners = Partners::new(policy(config)?).map_err(|error| error.to_string())?;
    let partner = Arc::new(partners.clone());
    Ok(Parts {
        shelf: Shelf::new(blobs(config)?, config.of::<files::Settings>()?.file_limit),
        letters,
        authenticator,
        prover: prover(config)?,
        cashier: cashier(config)?,
        register: register(config)?,
        ports: Ports { rates: partner.clone(), buyers: Arc::new(Customers), taxes: partner },
        partners,
        search: Search::new(cell.clone()),
    })
}

/// Everything that is served, with who works in the background.
pub async fn router(cell: Cell, config: &Config) -> Result<(axum::Router, Platform), String> {
    let parts = parts(&cell, config)?;
    parts.search.open(&config.search()?)?;
    let door = Arc::new(parts.authenticator.clone());
    edge::app(cell, door, config.edge().await?, modules::running(&parts))
}

/// Who works in the background, for a command that has them do something while nobody serves.
pub fn workers(cell: &Cell, config: &Config) -> Result<Workers, String> {
    let mut workers = Workers::default();
    for (_, running) in modules::running(&parts(cell, config)?) {
        workers.extend(running.workers);
    }
    Ok(workers)
}

/// Where passwords are hashed, and what nobody may choose.
fn passwords(config: &Config) -> Result<Passwords, String> {
    let threads = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let passwords = Passwords::new(threads);
    let Some(path) = config.of::<identity::Settings>()?.breached_passwords else { return Ok(passwords) };
    let breached = BreachFile::open(&path).map_err(|error| {
        format!(
            "The setting breached_passwords names {}, which cannot be used: {error}. Name the file that the downloader of Have I Been Pwned writes, sorted by hash.",
            path.display()
        )
    })?;
    Ok(passwords.refusing(breached))
}

/// How we ask addresses that people typed.
fn outbound(config: &Config) -> Result<Outbound, String> {
    Outbound::new(policy(config)?).map_err(|error| error.to_string())
}

fn policy(config: &Config) -> Result<Policy, String> {
    let allow: Vec<Allowed> = config.outside_allow()?;
    Ok(Policy { allow, allow_http: config.outside_allow_http, ..Policy::default() })
}

/// Who knows which VAT numbers are in use.
fn register(config: &Config) -> Result<Register, String> {
    let address = config.vat_register.trim().to_owned();
    if address.is_empty() {
        return Ok(Arc::new(NoRegister));
    }
    let outbound = outbound(config)?;
    outbound.check(&address).map_err(|error| {
        format!("The setting vat_register names {address:?}, which cannot be asked: {error}. Leave it out to ask the European Union's register, or empty to ask nobody.")
    })?;
    Ok(Arc::new(ViesRegister(Vies { outbound, address })))
}

/// Where the proofs of domains are looked for.
fn prover(config: &Config) -> Result<Prover, String> {
    let dns = Dns::new(config.of::<domains::Settings>()?.dns);
    let pages = Pages::new(policy(config)?, Arc::new(dns.clone())).map_err(|error| error.to_string())?;
    Ok(Prover::new(vec![Box::new(dns), Box::new(pages)]))
}

/// Who asks payment providers.
fn cashier(config: &Config) -> Result<Cashier, String> {
    // A database that many nodes share has no folder of its own for it.
    let book = config.database_url.is_none().then(|| config.data.join("sandbox.book"));
    let apart = config.of::<payments::Settings>()?.sandbox_payments;
    let sandbox = Sandbox::new(apart, book, config.addresses(), clock::now);
    Ok(Cashier::new(policy(config)?, sandbox, Arc::new(OrdersBills)))
}

/// Who sends letters to people, if there is a post.
fn letters(config: &Config) -> Result<Option<Letters>, String> {
    let Some(place) = config.mail() else { return Ok(None) };
    // Each letter is a job, which is begun again.
    let settings = mail::Settings { tries: 1, ..mail::Settings::new(config.mail_from.clone()) };
    let post = mail::open(&place, settings).map_err(|error| error.to_string())?;
    Ok(Some(Letters { post, addresses: config.addresses() }))
}
