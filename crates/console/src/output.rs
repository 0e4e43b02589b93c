//! Where a command speaks: on the terminal that it was typed at, wherever it is done.

use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

#[derive(Clone)]
pub enum Console {
    Terminal,
    /// A serving process does the command; what it says goes back to whoever typed it.
    Remote(mpsc::UnboundedSender<ConsoleLine>),
}

impl Console {
    /// For people.
    pub fn tell(&self, line: &str) {
        match self {
            Self::Terminal => tell(line),
            Self::Remote(lines) => drop(lines.send(ConsoleLine::Told(line.to_owned()))),
        }
    }

    /// For scripts and for results.
    pub fn print(&self, text: &str) {
        match self {
            Self::Terminal => print(text),
            Self::Remote(lines) => drop(lines.send(ConsoleLine::Printed(text.to_owned()))),
        }
    }
}

/// What is said in return.
#[derive(Debug, Serialize, Deserialize)]
pub enum ConsoleLine {
    Told(String),
    Printed(String),
    /// It is done: well, or with this sentence; with this exit code.
    Ended(Option<String>, u8),
}

/// For people: on standard error, so that what a script reads stays clean.
#[expect(clippy::print_stderr, reason = "this is where a command line speaks")]
pub fn tell(line: &str) {
    eprintln!("{line}");
}

/// For scripts and for results: on standard output.
pub fn print(text: &str) {
    use std::io::Write as _;
    // A reader that has gone away, such as `head`, is no failure.
    let _ = writeln!(std::io::stdout(), "{text}");
}
