//! Which letter an account is sent, and in which language.

use std::time::Duration;

use axum::http::HeaderMap;
use serde::{Deserialize, Serialize};

/// A new password must be set within an hour, an invitation answered within a week.
const RESET_LASTS: Duration = Duration::from_secs(3600);
const INVITATION_LASTS: Duration = Duration::from_secs(7 * 24 * 3600);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Letter {
    /// Somebody made an account for them: choose a password.
    Invitation,
    /// They made one themselves: choose a password, and so show that the address is theirs.
    Welcome,
    /// Choose a new password.
    Reset,
    /// Somebody wanted to make an account with their address, and there is one.
    AlreadyThere,
}

impl Letter {
    pub(crate) fn lasts(self) -> Duration {
        match self {
            Self::Invitation | Self::Welcome => INVITATION_LASTS,
            Self::Reset | Self::AlreadyThere => RESET_LASTS,
        }
    }
}

/// In which a letter is written: that of whoever asked for it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Language {
    #[default]
    #[serde(rename = "en")]
    English,
    #[serde(rename = "de")]
    German,
}

impl Language {
    pub fn of(headers: &HeaderMap) -> Self {
        match edge::language(headers, &["en", "de"]) {
            "de" => Self::German,
            _ => Self::English,
        }
    }
}
