//! What a command works with: the settings, the console, the cell, and the folder that its paths are meant from.

use std::ops::Deref;
use std::path::{Path, PathBuf};

use store::relay::Workers;
use store::{Cell, Tenant};

use crate::cell_access::CellAccess;
use crate::console::Console;
use crate::settings::config::Config;
use crate::{app, leftovers};

#[derive(Clone)]
pub struct Session {
    pub config: Config,
    pub console: Console,
    folder: PathBuf,
    /// What the process that serves it has, when the command is done there.
    serving: Option<Serving>,
}

#[derive(Clone)]
pub struct Serving {
    pub cell: Cell,
    pub workers: Workers,
}

/// A cell that is closed at the end of the command, unless it is being served.
pub struct Opened {
    cell: Cell,
    served: bool,
}

impl Session {
    pub fn typed(config: Config) -> Self {
        Self { config, console: Console::Terminal, folder: PathBuf::new(), serving: None }
    }

    pub fn within(config: Config, console: Console, folder: PathBuf, serving: Serving) -> Self {
        Self { config, console, folder, serving: Some(serving) }
    }

    pub fn tell(&self, line: &str) {
        self.console.tell(line);
    }

    pub fn print(&self, text: &str) {
        self.console.print(text);
    }

    /// The cell. Whoever changes it first removes what others left behind that died.
    pub async fn cell(&self, access: CellAccess) -> Result<Opened, String> {
        let opened = self.cell_as_it_is(access).await?;
        if access != CellAccess::Look && !opened.served {
            leftovers::clean_up(&self.console, &self.config, &opened).await;
        }
        Ok(opened)
    }

    /// The cell, with what others left behind.
    pub async fn cell_as_it_is(&self, access: CellAccess) -> Result<Opened, String> {
        match &self.serving {
            Some(serving) => Ok(Opened { cell: serving.cell.clone(), served: true }),
            None => Ok(Opened { cell: app::open_cell(&self.config, access).await?, served: false }),
        }
    }

    /// Whether the process that does the command also serves the cell, with all that is done in the background.
    pub fn is_serving(&self) -> bool {
        self.serving.is_some()
    }

    /// Who works in the background on this cell.
    pub fn workers(&self, cell: &Cell) -> Result<Workers, String> {
        match &self.serving {
            Some(serving) => Ok(serving.workers.clone()),
            None => app::workers(cell, &self.config),
        }
    }

    /// A path as it was meant where it was typed.
    pub fn path(&self, path: &Path) -> PathBuf {
        self.folder.join(path)
    }
}

impl Opened {
    pub async fn close(self) {
        if !self.served {
            self.cell.close().await;
        }
    }

    /// The tenant of this name.
    pub fn tenant_named(&self, slug: &str) -> Result<Tenant, String> {
        if slug.is_empty() {
            return Err("Say which tenant: --tenant SLUG. `galleria tenant list` shows them.".into());
        }
        let record = self.cell.registry().by_slug(slug);
        let record = record
            .ok_or_else(|| format!("There is no tenant {slug:?}. `galleria tenant list` shows them."))?;
        Ok(self.cell.tenant(record.id))
    }
}

impl Deref for Opened {
    type Target = Cell;

    fn deref(&self) -> &Cell {
        &self.cell
    }
}
