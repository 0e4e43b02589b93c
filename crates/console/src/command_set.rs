//! What a module says of what can be typed of it.

use clap::Subcommand;
use futures_util::future::BoxFuture;

use crate::cell_access::CellAccess;
use crate::consent::Destruction;

/// What of a module can be typed: an enum, of which each variant is a command.
pub trait CommandSet: Subcommand + Send + 'static {
    /// What it does to the cell.
    fn access(&self) -> CellAccess;

    /// Whether a process that serves the cell does it, when there is one.
    fn is_handed_over(&self) -> bool {
        self.access() != CellAccess::Look
    }

    /// What it destroys, when it cannot be undone.
    fn destroys(&self) -> Option<Destruction> {
        None
    }
}

/// A command that is being done: it ends with an exit code, or with a sentence for whoever typed it.
pub type Doing<'a> = BoxFuture<'a, Result<u8, String>>;
