//! Every way a call ends without an answer.

use std::time::Duration;

/// Says what happened and what to do; [`code`](Self::code) says it to a machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OutboundError {
    Address { text: String },
    Scheme { host: String },
    Credentials { host: String },
    Forbidden { host: String, why: &'static str },
    UnknownName { host: String },
    Unreachable { host: String },
    TimedOut { host: String },
    BrokenOff { host: String },
    TooLarge { host: String, bytes: usize },
    Resting { host: String, left: Duration },
    NoCertificates,
}

impl OutboundError {
    /// Stable, for machines.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Address { .. } => "outbound_address_invalid",
            Self::Scheme { .. } => "outbound_scheme_refused",
            Self::Credentials { .. } => "outbound_credentials_refused",
            Self::Forbidden { .. } => "outbound_address_forbidden",
            Self::UnknownName { .. } => "outbound_name_unknown",
            Self::Unreachable { .. } => "outbound_unreachable",
            Self::TimedOut { .. } => "outbound_timed_out",
            Self::BrokenOff { .. } => "outbound_broken_off",
            Self::TooLarge { .. } => "outbound_answer_too_large",
            Self::Resting { .. } => "outbound_resting",
            Self::NoCertificates => "outbound_no_certificates",
        }
    }

    /// Whether the same call can go better another time, with nothing changed by a person.
    pub fn again(&self) -> bool {
        matches!(
            self,
            Self::UnknownName { .. }
                | Self::Unreachable { .. }
                | Self::TimedOut { .. }
                | Self::BrokenOff { .. }
                | Self::Resting { .. }
        )
    }
}

impl std::fmt::Display for OutboundError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Address { text } => {
                write!(f, "“{text}” is not an address on the web. Write it like https://login.example.com.")
            }
            Self::Scheme { host } => {
                write!(f, "{host} is asked over https only. Write the address with https://.")
            }
            Self::Credentials { host } => {
                write!(f, "The address of {host} holds a user's name or password. Leave them out.")
            }
            Self::Forbidden { host, why } => write!(
                f,
                "{host} has an address that is not asked from here ({why}). Use a public one, or let the operator allow it."
            ),
            Self::UnknownName { host } => {
                write!(f, "No address was found for {host}. Check the name, or try again later.")
            }
            Self::Unreachable { host } => {
                write!(
                    f,
                    "{host} could not be reached. Check that it runs and that its certificate is good, or try again later."
                )
            }
            Self::TimedOut { host } => write!(f, "{host} did not answer in time. Try again later."),
            Self::BrokenOff { host } => write!(f, "{host} broke its answer off. Try again later."),
            Self::TooLarge { host, bytes } => {
                write!(
                    f,
                    "{host} answered with more than {bytes} bytes. Check that the address is the right one."
                )
            }
            Self::Resting { host, left } => write!(
                f,
                "{host} failed several times in a row and is left alone. Try again in {} seconds.",
                left.as_secs() + 1
            ),
            Self::NoCertificates => {
                write!(
                    f,
                    "This machine has no certificates to check others by. Install them (Debian: ca-certificates)."
                )
            }
        }
    }
}

impl std::error::Error for OutboundError {}
