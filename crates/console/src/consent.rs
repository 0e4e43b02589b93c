//! Asks before something is done that cannot be undone, where somebody can be asked: at the terminal that it was typed
//! at. Elsewhere it takes a word on the command line.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

/// The flag with which somebody agrees to what cannot be undone.
#[derive(Debug, Clone, Copy, clap::Args)]
pub struct Consent {
    /// Do it without asking.
    #[arg(long)]
    pub yes: bool,
}

/// What a command destroys, as whoever is asked reads it, and whether they agreed already.
pub struct Destruction {
    pub consent: Consent,
    pub what: String,
}

impl Destruction {
    /// Asks whoever typed it. An error is why it is not done.
    pub fn confirm(&self) -> Result<(), String> {
        let what = &self.what;
        if self.consent.yes {
            return Ok(());
        }
        if !io::stdin().is_terminal() {
            return Err(format!("{what} Nothing was done yet: say --yes if that is what you want."));
        }
        match answered(what) {
            Ok(true) => Ok(()),
            Ok(false) => Err("Nothing was done.".into()),
            Err(error) => Err(format!("Nothing was done, for the answer cannot be read: {error}.")),
        }
    }
}

fn answered(what: &str) -> io::Result<bool> {
    let mut asks = io::stderr();
    write!(asks, "{what}\nGo on? [y/N] ")?;
    asks.flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}
