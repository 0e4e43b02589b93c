//! Every way in which a partner does not give what it was asked for.

use outbound::OutboundError;

/// Says what happened and what to do; [`code`](Self::code) says it to a machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PartnerError {
    Outside(OutboundError),
    /// It does not take the key, or the name and password.
    Refused,
    Status(u16),
    /// What it sent is not what was agreed upon, or breaks off.
    Unreadable(String),
    /// What it sent could do harm, or is larger than anything that is right.
    Hostile(&'static str),
    /// It says itself what is wrong; `ours` when it blames what it was asked.
    Fault {
        code: String,
        text: String,
        ours: bool,
    },
    /// A ticket that was not ready in time.
    NotReady,
}

impl PartnerError {
    pub fn code(&self) -> &'static str {
        match self {
            Self::Outside(error) => error.code(),
            Self::Refused => "partner_refused_secret",
            Self::Status(_) => "partner_status",
            Self::Unreadable(_) => "partner_unreadable",
            Self::Hostile(_) => "partner_hostile",
            Self::Fault { .. } => "partner_fault",
            Self::NotReady => "partner_not_ready",
        }
    }

    /// Whether the same call can go better another time, with nothing changed by a person.
    pub fn again(&self) -> bool {
        match self {
            Self::Outside(error) => error.again(),
            Self::Refused | Self::Hostile(_) => false,
            Self::Status(status) => *status >= 500 || *status == 429,
            Self::Unreadable(_) | Self::NotReady => true,
            Self::Fault { ours, .. } => !ours,
        }
    }
}

impl From<OutboundError> for PartnerError {
    fn from(error: OutboundError) -> Self {
        Self::Outside(error)
    }
}

impl std::fmt::Display for PartnerError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Outside(error) => error.fmt(f),
            Self::Refused => {
                f.write_str("The partner does not accept the secret. Enter the one that they gave you.")
            }
            Self::Status(status) => {
                write!(f, "The partner answered {status}. Check that the address is the right one.")
            }
            Self::Unreadable(why) => write!(f, "What the partner sent cannot be read: {why}."),
            Self::Hostile(why) => write!(
                f,
                "What the partner sent was not read, for it could do harm: {why}. Ask them what happened."
            ),
            Self::Fault { code, text, .. } => write!(f, "The partner says: {text} ({code})"),
            Self::NotReady => f.write_str("The partner did not get ready what was ordered with a ticket."),
        }
    }
}

impl std::error::Error for PartnerError {}

/// What somebody else wrote, short enough for a sentence and without what would break it.
pub fn shown(text: &str) -> String {
    let clean: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    clean.trim().chars().take(300).collect()
}
