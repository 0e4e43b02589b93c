//! What a command works with, and how a module says what can be typed of it.
//!
//! **Vocabulary.** A *session* is what one command works with: where it speaks, the folder that its paths are meant from,
//! the cell. The *commands* of a module are an enum, of which each variant is what can be typed after `galleria`. The
//! *command line* is made of those of all modules. A command is *handed over* when a process that serves the cell does it
//! instead of the one that was typed at.
//!
//! **Invariants.** No two modules name a command alike. Whoever changes a cell says so before it is opened, and the
//! process that serves it does that. A command speaks through its session, so that it is heard where it was typed. What
//! cannot be undone is asked before, or agreed to on the command line.
//!
//! **Deliberately absent.** Settings and contexts: a module's function takes what it needs of them, and the list of the
//! binary gives it. What only the binary can do, which knows them all, is an [`Installation`].

mod cell_access;
mod command_line;
mod command_set;
mod consent;
mod id;
mod module_commands;
mod output;
pub mod sentences;
mod session;

pub use cell_access::CellAccess;
pub use command_line::CommandLine;
pub use command_set::{CommandSet, Doing};
pub use consent::{Consent, Destruction};
pub use id::id;
pub use module_commands::{ModuleCommands, TypedCommand};
pub use output::{Console, ConsoleLine, print, tell};
pub use session::{Installation, Opened, Serving, Session};
