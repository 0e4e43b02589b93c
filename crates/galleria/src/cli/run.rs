//! Runs what was typed.

use std::process::ExitCode;

use clap::Parser as _;

use crate::cli::arguments::{Cli, Command};
use crate::cli::handover::{self, Obeying};
use crate::cli::{confirm, serve};
use crate::commands::{
    account, backup, demo, history, keys, migrate, privacy, products, relay, restore, sandbox_payments,
    search, service, tenant, verify,
};
use crate::log;
use crate::session::Session;
use crate::settings::config;

/// Does what the command line says. An error is a sentence for whoever typed it.
pub async fn run() -> Result<ExitCode, String> {
    let cli = Cli::parse();
    let config = config::read(cli.config.as_deref(), cli.settings())?;
    log::start(&config.log)?;
    confirm::ask(&cli.command)?;
    if cli.command.is_handed_over()
        && config.database_url.is_none()
        && let Some(done) = handover::hand_over(&config.data).await
    {
        return done;
    }
    obey(&Session::typed(config), cli.command).await.map(ExitCode::from)
}

/// Does a command, here or in the process that serves the folder; returns the exit code.
fn obey(session: &Session, command: Command) -> Obeying<'_> {
    Box::pin(async move {
        match command {
            Command::Serve => serve::serve(&session.config, obey).await?,
            Command::SandboxPayments { book, pause } => {
                sandbox_payments::serve(&session.config, book, pause).await?
            }
            Command::Demo { json } => demo::demo(session, json).await?,
            Command::Migrate { app_role } => migrate::migrate(session, app_role.as_deref()).await?,
            Command::Verify { tenant, verbose, json } => {
                return verify::verify(session, tenant.as_deref(), verbose, json).await;
            }
            Command::Account { command } => account::account(session, command).await?,
            Command::Service { command } => service::service(session, command).await?,
            Command::Tenant { command } => tenant::tenant(session, command).await?,
            Command::Backup { file, tenant, encrypt } => {
                backup::backup(session, &file, &tenant, encrypt).await?
            }
            Command::Restore { file, tenant, named, replace, files, until, erasures, check, .. } => {
                let asked = restore::Asked {
                    only: tenant.as_deref(),
                    named: named.as_deref(),
                    replace,
                    files: files.as_deref(),
                    until: until.as_deref(),
                    erasures: erasures.as_deref(),
                    only_check: check,
                    ..restore::Asked::of(&file)
                };
                restore::restore(session, asked).await?;
            }
            Command::Keys { command } => keys::keys(session, command).await?,
            Command::Privacy { command } => privacy::privacy(session, command).await?,
            Command::Dead { tenant, command } => relay::dead(session, &tenant, command).await?,
            Command::Jobs { tenant, command } => relay::jobs(session, &tenant, command).await?,
            Command::Search { command } => search::search(session, command).await?,
            Command::Products { tenant, command } => {
                return products::products(session, &tenant, command).await;
            }
            Command::History { tenant, command } => history::history(session, &tenant, command).await?,
        }
        Ok(0)
    })
}
