//! What the binary's own commands work with, and from which the list of modules gives to theirs what they need.

use std::ops::Deref;
use std::sync::Arc;

use console::{CommandLine, Session};

use crate::settings::config::Config;

#[derive(Clone)]
pub struct OwnSession {
    pub session: Session,
    pub config: Config,
    /// All that can be typed, for a process that serves and is handed commands.
    pub line: Arc<CommandLine<OwnSession>>,
}

impl Deref for OwnSession {
    type Target = Session;

    fn deref(&self) -> &Session {
        &self.session
    }
}
