//! Where a cell is, and how it is used.

use std::path::PathBuf;
use std::time::Duration;

/// Where a cell is, and how it is used.
#[derive(Debug, Clone)]
pub enum Opening {
    /// A folder with a file for each tenant.
    Folder(Folder),
    /// A database server shared by many tenants.
    Server(Server),
}

#[derive(Debug, Clone)]
pub struct Folder {
    pub path: PathBuf,
    /// How long a tenant may be idle before its memory is given back.
    pub asleep_after: Duration,
    /// How many tenants may be awake at once.
    pub awake_at_most: usize,
    /// Held by whoever writes; a second process is refused. A reader, such as `verify`, does not take it.
    pub exclusive: bool,
    /// Whether a cell is made where there is none; otherwise that is said, and nothing is touched.
    pub make: bool,
}

#[derive(Debug, Clone)]
pub struct Server {
    /// The address that the application's own role signs in with.
    pub url: String,
    /// The server's own address, when `url` is a pooler's: wake-ups need a connection that is nobody else's.
    pub direct_url: Option<String>,
    pub connections: usize,
    /// Whether statements may be kept prepared; a pooler in transaction mode may not know them.
    pub prepared: bool,
}
