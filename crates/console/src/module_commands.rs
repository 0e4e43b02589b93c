//! The commands of a module, with their type forgotten.

use clap::{ArgMatches, Command};

use crate::command_set::{CommandSet, Doing};
use crate::consent::Destruction;

/// What of a module can be typed, and who does it. `S` is the session of the binary, which has what every module needs.
pub struct ModuleCommands<S> {
    pub(crate) module: &'static str,
    augment: fn(Command) -> Command,
    has: fn(&str) -> bool,
    read: Box<Read<S>>,
}

type Read<S> = dyn Fn(&ArgMatches) -> Result<TypedCommand<S>, clap::Error> + Send + Sync;

impl<S: 'static> ModuleCommands<S> {
    pub fn new<C: CommandSet>(module: &'static str, obey: fn(&S, C) -> Doing<'_>) -> Self {
        let read = move |matches: &ArgMatches| {
            let command = C::from_arg_matches(matches)?;
            Ok(TypedCommand {
                is_handed_over: command.is_handed_over(),
                destroys: command.destroys(),
                obey: Box::new(move |session| obey(session, command)),
            })
        };
        Self { module, augment: C::augment_subcommands, has: C::has_subcommand, read: Box::new(read) }
    }

    /// Its commands, as help shows them.
    pub(crate) fn shown(&self) -> Vec<Command> {
        // Into a command of their own, so that what is said of the enum is not said of the whole command line.
        (self.augment)(Command::new(self.module)).get_subcommands().cloned().collect()
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        (self.has)(name)
    }

    pub(crate) fn read(&self, matches: &ArgMatches) -> Result<TypedCommand<S>, clap::Error> {
        (self.read)(matches)
    }
}

/// A command as it was typed.
pub struct TypedCommand<S> {
    is_handed_over: bool,
    destroys: Option<Destruction>,
    obey: Box<dyn for<'a> FnOnce(&'a S) -> Doing<'a> + Send>,
}

impl<S> TypedCommand<S> {
    /// Whether a process that serves the cell does it, when there is one.
    pub fn is_handed_over(&self) -> bool {
        self.is_handed_over
    }

    /// Asks whoever typed it, when it destroys something. An error is why it is not done.
    pub fn confirm(&self) -> Result<(), String> {
        self.destroys.as_ref().map_or(Ok(()), Destruction::confirm)
    }

    /// Does it, here.
    pub fn obey(self, session: &S) -> Doing<'_> {
        (self.obey)(session)
    }
}
