//! Which letter an account is sent, and in which language.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

/// A new password must be set within an hour, an invitation answered within a week.
const RESET_LASTS: Duration = Duration::from_secs(3600);
const INVITATION_LASTS: Duration = Duration::from_secs(7 * 24 * 3600);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
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

/// In which a letter is wanted: that of whoever asked for it, by the tag of a folder of letters (`de`). A letter that is
/// not there in it, or is not there any more, is written in English.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Language(String);

impl Language {
    pub fn new(tag: &'static str) -> Self {
        Self(tag.to_owned())
    }

    pub fn tag(&self) -> &str {
        &self.0
    }
}

impl Default for Language {
    fn default() -> Self {
        Self::new("en")
    }
}

#[cfg(test)]
mod tests {
    use kernel::Timestamp;
    use serde_json::json;

    use super::*;
    use crate::accounts::event::LetterWanted;

    #[test]
    fn a_wanted_letter_stands_in_the_log_as_it_always_did() {
        let at = Timestamp::from_micros(0);
        for tag in ["en", "de"] {
            let event = LetterWanted { letter: Letter::AlreadyThere, language: Language::new(tag), at };
            let written = json!({ "letter": "already_there", "language": tag, "at": at });
            assert_eq!(serde_json::to_value(&event).unwrap(), written);
            assert_eq!(serde_json::from_value::<LetterWanted>(written).unwrap(), event);
        }
        let oldest = json!({ "letter": "reset", "at": at });
        let event = serde_json::from_value::<LetterWanted>(oldest).unwrap();
        assert_eq!((event.letter, event.language.tag()), (Letter::Reset, "en"));
    }
}
