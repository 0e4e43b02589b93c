//! What a session asks of the binary.

use std::sync::Arc;

use console::{CellAccess, CommandLine, Console, Installation, Session};
use futures_util::future::BoxFuture;
use store::Cell;
use store::relay::Workers;

use crate::own_session::OwnSession;
use crate::settings::config::Config;
use crate::{app, leftovers};

/// What one command works with that was typed here.
pub fn session(config: Config, line: Arc<CommandLine<OwnSession>>) -> OwnSession {
    OwnSession { session: Session::typed(Arc::new(Installed(config.clone()))), config, line }
}

struct Installed(Config);

impl Installation for Installed {
    fn open(&self, access: CellAccess) -> BoxFuture<'_, Result<Cell, String>> {
        Box::pin(app::open_cell(&self.0, access))
    }

    fn clean_up<'a>(&'a self, console: &'a Console, cell: &'a Cell) -> BoxFuture<'a, ()> {
        Box::pin(leftovers::clean_up(console, &self.0, cell))
    }

    fn workers(&self, cell: &Cell) -> Result<Workers, String> {
        app::workers(cell, &self.0)
    }

    fn is_shared(&self) -> bool {
        self.0.database_url.is_some()
    }
}
