//! The binary: what the parts are called on the command line, and how they are put together.

mod account;
pub mod app;
mod bills;
mod carry;
mod claims;
pub mod cli;
mod clientele;
pub mod clock;
pub mod config;
mod consent;
mod console;
mod control;
pub mod demo;
mod door;
mod dress;
mod finding;
mod history;
mod key;
mod keys;
mod log;
mod migrate;
pub mod modules;
mod privacy;
mod products;
mod reach;
mod relay;
mod sandbox;
mod serve;
mod service;
mod session;
mod tenant;
mod travel;
mod verify;

use std::pin::Pin;
use std::process::ExitCode;

use clap::Parser;

use self::cli::{Cli, Command};
use self::session::Session;

/// Does what the command line says. An error is a sentence for whoever typed it.
pub async fn run() -> Result<ExitCode, String> {
    let cli = Cli::parse();
    let config = config::read(&cli)?;
    log::start(&config.log)?;
    consent::ask(&cli.command)?;
    if cli.command.is_handed_over()
        && config.database_url.is_none()
        && let Some(done) = control::hand_over(&config.data).await
    {
        return done;
    }
    obey(&Session::typed(config), cli.command).await.map(ExitCode::from)
}

/// Does a command, here or in the process that serves the folder; returns the exit code.
fn obey(
    session: &Session,
    command: Command,
) -> Pin<Box<dyn Future<Output = Result<u8, String>> + Send + '_>> {
    Box::pin(async move {
        match command {
            Command::Serve => serve::serve(&session.config).await?,
            Command::SandboxPayments { book, pause } => sandbox::serve(&session.config, book, pause).await?,
            Command::Demo { json } => demo::demo(session, json).await?,
            Command::Migrate { app_role } => migrate::migrate(session, app_role.as_deref()).await?,
            Command::Verify { tenant, verbose, json } => {
                return verify::verify(session, tenant.as_deref(), verbose, json).await;
            }
            Command::Account { command } => account::account(session, command).await?,
            Command::Service { command } => service::service(session, command).await?,
            Command::Tenant { command } => tenant::tenant(session, command).await?,
            Command::Backup { file, tenant, encrypt } => {
                travel::backup(session, &file, &tenant, encrypt).await?
            }
            Command::Restore { file, tenant, named, replace, files, until, erasures, check, .. } => {
                let asked = travel::Asked {
                    only: tenant.as_deref(),
                    named: named.as_deref(),
                    replace,
                    files: files.as_deref(),
                    until: until.as_deref(),
                    erasures: erasures.as_deref(),
                    only_check: check,
                    ..travel::Asked::of(&file)
                };
                travel::restore(session, asked).await?;
            }
            Command::Keys { command } => keys::keys(session, command).await?,
            Command::Privacy { command } => privacy::privacy(session, command).await?,
            Command::Dead { tenant, command } => relay::dead(session, &tenant, command).await?,
            Command::Jobs { tenant, command } => relay::jobs(session, &tenant, command).await?,
            Command::Search { command } => finding::search(session, command).await?,
            Command::Products { tenant, command } => {
                return products::products(session, &tenant, command).await;
            }
            Command::History { tenant, command } => history::history(session, &tenant, command).await?,
        }
        Ok(0)
    })
}

/// What a refusal says to whoever typed a command: the places in a request's body mean nothing to them.
pub(crate) fn sentences(problem: kernel::Problem) -> String {
    if problem.fields.is_empty() {
        return problem.detail;
    }
    let details: Vec<&str> = problem.fields.iter().map(|field| field.detail.as_str()).collect();
    let mut text = format!("{}.", details.join("; "));
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}

/// For people: on standard error, so that what a script reads stays clean.
#[expect(clippy::print_stderr, reason = "this is where a command line speaks")]
pub fn tell(line: &str) {
    eprintln!("{line}");
}

/// For scripts and for results: on standard output.
pub fn print(text: &str) {
    use std::io::Write as _;
    // A reader that has gone away, such as `head`, is no failure.
    let _ = writeln!(std::io::stdout(), "{text}");
}
