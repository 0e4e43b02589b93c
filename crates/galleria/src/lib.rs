//! The binary: what the parts are called on the command line, and how they are put together.

pub mod app;
pub mod cli;
pub mod clock;
pub mod config;
pub mod demo;
mod log;
mod migrate;
mod serve;
mod tenant;
mod verify;

use std::process::ExitCode;

use clap::Parser;

use self::cli::{Cli, Command};

/// Does what the command line says. An error is a sentence for whoever typed it.
pub async fn run() -> Result<ExitCode, String> {
    let cli = Cli::parse();
    let config = config::read(&cli)?;
    log::start(&config.log)?;
    match cli.command {
        Command::Serve => serve::serve(&config).await?,
        Command::Demo { json } => demo::demo(&config, json).await?,
        Command::Migrate { app_role } => migrate::migrate(&config, app_role.as_deref()).await?,
        Command::Verify { tenant, json } => return verify::verify(&config, tenant.as_deref(), json).await,
        Command::Tenant { command } => tenant::tenant(&config, command).await?,
    }
    Ok(ExitCode::SUCCESS)
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
