//! Runs what was typed.

use std::process::ExitCode;
use std::sync::Arc;

use clap::{CommandFactory as _, FromArgMatches as _};
use console::{CommandLine, ModuleCommands};

use crate::cli::options::Options;
use crate::commands::own;
use crate::own_session::OwnSession;
use crate::settings::config;
use crate::{handover, installation, log, modules};

/// In which order help shows what is known to it; a command of a new module stands behind them.
const ORDER: &[&str] = &[
    "serve",
    "sandbox-payments",
    "demo",
    "migrate",
    "verify",
    "account",
    "service",
    "tenant",
    "backup",
    "restore",
    "keys",
    "dead",
    "jobs",
    "search",
    "products",
    "history",
    "privacy",
];

/// Does what the command line says. An error is a sentence for whoever typed it.
pub async fn run() -> Result<ExitCode, String> {
    let line = command_line()?;
    let (matches, command) = line.read(std::env::args_os()).unwrap_or_else(|error| error.exit());
    let options = Options::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let config = config::read(options.config.as_deref(), options.settings(), &modules::settings())?;
    log::start(&config.log)?;
    command.confirm()?;
    if command.is_handed_over()
        && config.database_url.is_none()
        && let Some(done) = handover::hand_over(&config.data).await
    {
        return done;
    }
    command.obey(&installation::session(config, Arc::new(line))).await.map(ExitCode::from)
}

/// The binary's own commands, and those of the modules.
fn command_line() -> Result<CommandLine<OwnSession>, String> {
    let mut commands = modules::commands();
    commands.push(ModuleCommands::new("galleria", own::obey));
    CommandLine::new(Options::command, ORDER, commands)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_shows_every_command_that_has_a_place_in_its_place() {
        let help = command_line().unwrap().read(["galleria", "-h"]).err().unwrap().to_string();
        let place =
            |name: &&str| help.find(&format!("\n  {name} ")).unwrap_or_else(|| panic!("{name}: {help}"));
        assert!(ORDER.iter().map(place).is_sorted(), "{help}");
    }
}
