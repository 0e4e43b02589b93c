//! Where a command speaks: on the terminal that it was typed at, wherever it is done.

use tokio::sync::mpsc;

use crate::control::Line;

#[derive(Clone)]
pub enum Console {
    Terminal,
    /// A serving process does the command; what it says goes back to whoever typed it.
    Remote(mpsc::UnboundedSender<Line>),
}

impl Console {
    /// For people.
    pub fn tell(&self, line: &str) {
        match self {
            Self::Terminal => crate::tell(line),
            Self::Remote(lines) => drop(lines.send(Line::Told(line.to_owned()))),
        }
    }

    /// For scripts and for results.
    pub fn print(&self, text: &str) {
        match self {
            Self::Terminal => crate::print(text),
            Self::Remote(lines) => drop(lines.send(Line::Printed(text.to_owned()))),
        }
    }
}
