//! All that can be typed, made of what can be typed of each module.

use std::collections::HashMap;
use std::ffi::OsString;
use std::iter;

use clap::error::ErrorKind;
use clap::{ArgMatches, Command};

use crate::module_commands::{ModuleCommands, TypedCommand};

pub struct CommandLine<S> {
    options: fn() -> Command,
    order: &'static [&'static str],
    modules: Vec<ModuleCommands<S>>,
}

impl<S: 'static> CommandLine<S> {
    /// `options` is what can be typed with every command. Help shows those in `order` first, and then the others by name.
    pub fn new(
        options: fn() -> Command,
        order: &'static [&'static str],
        modules: Vec<ModuleCommands<S>>,
    ) -> Result<Self, String> {
        let mut known = HashMap::new();
        for module in &modules {
            for command in module.shown() {
                for name in iter::once(command.get_name()).chain(command.get_all_aliases()) {
                    if let Some(other) = known.insert(name.to_owned(), module.module) {
                        let module = module.module;
                        return Err(format!("two modules call a command {name:?}: {other} and {module}"));
                    }
                }
            }
        }
        Ok(Self { options, order, modules })
    }

    /// Reads what was typed, the name of the program first: the options, and the command.
    pub fn read<W: Into<OsString> + Clone>(
        &self,
        words: impl IntoIterator<Item = W>,
    ) -> Result<(ArgMatches, TypedCommand<S>), clap::Error> {
        let mut line = self.line();
        let matches = line.try_get_matches_from_mut(words)?;
        let module = matches.subcommand_name().and_then(|name| self.modules.iter().find(|one| one.has(name)));
        let module =
            module.ok_or_else(|| line.error(ErrorKind::MissingSubcommand, "No command was typed."))?;
        let command = module.read(&matches).map_err(|error| error.format(&mut line))?;
        Ok((matches, command))
    }

    fn line(&self) -> Command {
        let line = (self.options)().subcommand_required(true).arg_required_else_help(true);
        self.modules.iter().flat_map(ModuleCommands::shown).fold(line, |line, command| {
            let name = command.get_name();
            let place = self.order.iter().position(|first| *first == name).unwrap_or(self.order.len());
            line.subcommand(command.display_order(place))
        })
    }
}

#[cfg(test)]
mod tests {
    use clap::Subcommand;

    use super::*;
    use crate::{CellAccess, CommandSet, Consent, Destruction};

    #[derive(Subcommand)]
    enum Shelves {
        /// Count what is there.
        Count,
        /// Throw all of it away.
        Clear {
            #[command(flatten)]
            consent: Consent,
        },
    }

    impl CommandSet for Shelves {
        fn access(&self) -> CellAccess {
            if matches!(self, Self::Count) { CellAccess::Look } else { CellAccess::Change }
        }

        fn destroys(&self) -> Option<Destruction> {
            let Self::Clear { consent } = self else { return None };
            Some(Destruction { consent: *consent, what: "Nothing is left.".into() })
        }
    }

    #[derive(Subcommand)]
    enum Till {
        /// Add up what was taken.
        Balance { taken: Vec<u8> },
    }

    impl CommandSet for Till {
        fn access(&self) -> CellAccess {
            CellAccess::Look
        }
    }

    #[derive(Subcommand)]
    enum Abacus {
        #[command(alias = "count")]
        Reckon,
    }

    impl CommandSet for Abacus {
        fn access(&self) -> CellAccess {
            CellAccess::Look
        }
    }

    /// What the session of these tests has is a number, to which the till adds.
    fn shelves() -> ModuleCommands<u8> {
        ModuleCommands::new::<Shelves>("shelves", |_, _| Box::pin(async { Ok(0) }))
    }

    fn till() -> ModuleCommands<u8> {
        ModuleCommands::new("till", |float, command| {
            let Till::Balance { taken } = command;
            Box::pin(async move { Ok(float + taken.iter().sum::<u8>()) })
        })
    }

    fn shop() -> Command {
        Command::new("shop")
    }

    #[test]
    fn two_modules_do_not_name_a_command_alike() {
        assert!(CommandLine::new(shop, &[], vec![shelves(), till()]).is_ok());
        let abacus = ModuleCommands::new::<Abacus>("abacus", |_, _| Box::pin(async { Ok(0) }));
        let refused = CommandLine::new(shop, &[], vec![shelves(), till(), abacus]).err().unwrap();
        assert_eq!(refused, "two modules call a command \"count\": shelves and abacus");
    }

    #[tokio::test]
    async fn a_command_is_done_by_the_module_that_has_it() {
        let line = CommandLine::new(shop, &[], vec![shelves(), till()]).unwrap();
        let (_, balance) = line.read(["shop", "balance", "2", "3"]).unwrap();
        assert_eq!(balance.obey(&10).await, Ok(15));
        let unknown = line.read(["shop", "ballance"]).err().unwrap();
        assert_eq!(unknown.kind(), ErrorKind::InvalidSubcommand);
        assert!(unknown.to_string().contains("'balance'"), "{unknown}");
    }

    #[test]
    fn what_changes_the_cell_is_handed_over_and_what_destroys_is_agreed_to() {
        let line = CommandLine::new(shop, &[], vec![shelves()]).unwrap();
        let read = |words: &[&str]| line.read(words).unwrap().1;
        assert!(!read(&["shop", "count"]).is_handed_over());
        assert!(read(&["shop", "clear"]).is_handed_over());
        assert_eq!(read(&["shop", "count"]).confirm(), Ok(()));
        assert_eq!(read(&["shop", "clear", "--yes"]).confirm(), Ok(()));
    }

    #[test]
    fn help_shows_commands_in_an_order_that_is_nobodys_own() {
        let line = CommandLine::new(shop, &["clear", "balance"], vec![shelves(), till()]).unwrap();
        let help = line.read(["shop", "--help"]).err().unwrap().to_string();
        let places = ["clear", "balance", "count"].map(|name| help.find(&format!("\n  {name}")).unwrap());
        assert!(places.is_sorted(), "{help}");
    }
}
