//! What a command works with: the console, the cell, and the folder that its paths are meant from.

use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures_util::future::BoxFuture;
use kernel::{Actor, CorrelationId, boxed};
use store::relay::Workers;
use store::{Asked, Cell, Tenant};

use crate::cell_access::CellAccess;
use crate::output::Console;

/// What only the binary can do, which knows all modules and all settings.
pub trait Installation: Send + Sync {
    /// Opens the cell.
    fn open(&self, access: CellAccess) -> BoxFuture<'_, Result<Cell, String>>;

    /// Removes what others left behind in it that died.
    fn clean_up<'a>(&'a self, console: &'a Console, cell: &'a Cell) -> BoxFuture<'a, ()>;

    /// Who works in the background on a cell that this process does not serve.
    fn workers(&self, cell: &Cell) -> Result<Workers, String>;

    /// Whether others may serve the cell while a command changes it.
    fn is_shared(&self) -> bool;
}

#[derive(Clone)]
pub struct Session {
    pub console: Console,
    folder: PathBuf,
    installation: Arc<dyn Installation>,
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
    /// Of a command that is done where it was typed.
    pub fn typed(installation: Arc<dyn Installation>) -> Self {
        Self { console: Console::Terminal, folder: PathBuf::new(), installation, serving: None }
    }

    /// Of a command that was typed elsewhere, in the process that serves.
    pub fn handed_over(&self, console: Console, folder: PathBuf, serving: Serving) -> Self {
        Self { console, folder, serving: Some(serving), ..self.clone() }
    }

    pub fn tell(&self, line: &str) {
        self.console.tell(line);
    }

    pub fn print(&self, text: &str) {
        self.console.print(text);
    }

    /// The cell. Whoever changes it first removes what others left behind that died.
    #[boxed]
    pub async fn cell(&self, access: CellAccess) -> Result<Opened, String> {
        let opened = self.cell_as_it_is(access).await?;
        if access != CellAccess::Look && !opened.served {
            self.installation.clean_up(&self.console, &opened).await;
        }
        Ok(opened)
    }

    /// The cell, with what others left behind.
    #[boxed]
    pub async fn cell_as_it_is(&self, access: CellAccess) -> Result<Opened, String> {
        match &self.serving {
            Some(serving) => Ok(Opened { cell: serving.cell.clone(), served: true }),
            None => Ok(Opened { cell: self.installation.open(access).await?, served: false }),
        }
    }

    /// Whether the process that does the command also serves the cell, with all that is done in the background.
    pub fn is_serving(&self) -> bool {
        self.serving.is_some()
    }

    /// Whether another process may serve the cell while the command works with it.
    pub fn is_shared(&self) -> bool {
        self.installation.is_shared()
    }

    /// Who works in the background on this cell.
    pub fn workers(&self, cell: &Cell) -> Result<Workers, String> {
        match &self.serving {
            Some(serving) => Ok(serving.workers.clone()),
            None => self.installation.workers(cell),
        }
    }

    /// A path as it was meant where it was typed.
    pub fn path(&self, path: &Path) -> PathBuf {
        self.folder.join(path)
    }
}

impl Opened {
    #[boxed]
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

    /// What is asked for here and now, by whoever runs the platform.
    pub fn asked(&self) -> Asked {
        Asked::by(Actor::system(), CorrelationId::new(), self.cell.now())
    }
}

impl Deref for Opened {
    type Target = Cell;

    fn deref(&self) -> &Cell {
        &self.cell
    }
}
