//! Every way somebody from outside is not let in.

use std::fmt;

use outbound::OutboundError;

/// Says what happened and what to do; [`code`](Self::code) says it to a machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FederationError {
    /// The configuration of a provider, with a sentence of its own.
    Provider {
        name: String,
        sentence: String,
    },
    Unreachable {
        issuer: String,
        why: OutboundError,
    },
    /// What the issuer says of itself, or answers, does not fit.
    Unusable {
        issuer: String,
        why: String,
    },
    /// The issuer does not take us for the client that we say we are.
    ClientRefused {
        issuer: String,
    },
    /// The browser came back with something that is not an answer of an issuer.
    Callback {
        why: &'static str,
    },
    /// The answer belongs to another sign-in, or to none of this browser's.
    State,
    Expired,
    /// The answer came from another issuer, or to another address, than the sign-in that is pending.
    MixedUp,
    /// The issuer said no, with its word for it.
    Denied {
        error: String,
    },
    CodeRefused,
    IdToken(Flaw),
    Bearer(Flaw),
    Tenant,
    Domain,
    EmailUnverified,
}

/// What is wrong with a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Flaw {
    Missing,
    Unreadable,
    TooLong,
    Algorithm,
    Type,
    Issuer,
    UnknownKey,
    Signature,
    Audience,
    Party,
    Nonce,
    Expired,
    NotYet,
    AccessToken,
    /// An ID token where a bearer token should be.
    Kind,
}

impl FederationError {
    /// Stable, for machines.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Provider { .. } => "provider_invalid",
            Self::Unreachable { .. } => "issuer_unreachable",
            Self::Unusable { .. } => "issuer_unusable",
            Self::ClientRefused { .. } => "issuer_refuses_client",
            Self::Callback { .. } => "sign_in_answer_invalid",
            Self::State => "sign_in_unknown",
            Self::Expired => "sign_in_expired",
            Self::MixedUp => "sign_in_mixed_up",
            Self::Denied { .. } => "sign_in_denied",
            Self::CodeRefused => "sign_in_code_refused",
            Self::IdToken(_) => "id_token_refused",
            Self::Bearer(Flaw::Expired) => "bearer_expired",
            Self::Bearer(_) => "bearer_refused",
            Self::Tenant => "tenant_refused",
            Self::Domain => "domain_refused",
            Self::EmailUnverified => "email_unverified",
        }
    }

    /// Whether the same can go better another time, with nothing changed by a person.
    pub fn again(&self) -> bool {
        match self {
            Self::Unreachable { why, .. } => why.again(),
            Self::Denied { error } => ["temporarily_unavailable", "server_error"].contains(&error.as_str()),
            _ => false,
        }
    }
}

impl fmt::Display for FederationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Provider { name, sentence } => write!(f, "The provider “{name}” cannot be used: {sentence}"),
            Self::Unreachable { issuer, why } => write!(f, "The issuer {issuer} was not reached: {why}"),
            Self::Unusable { issuer, why } => {
                write!(f, "The issuer {issuer} cannot be used: {why}. Check the address of the issuer.")
            }
            Self::ClientRefused { issuer } => {
                write!(f, "{issuer} does not accept our client id and secret. Enter them anew for this provider.")
            }
            Self::Callback { why } => write!(f, "This is not the answer to a sign-in: {why}. Sign in again."),
            Self::State => f.write_str("This answer belongs to no sign-in of this browser. Sign in again."),
            Self::Expired => f.write_str("This sign-in took longer than 10 minutes. Sign in again."),
            Self::MixedUp => f.write_str("This answer came from another place than was asked. Sign in again."),
            Self::Denied { error } => f.write_str(&denied(error)),
            Self::CodeRefused => {
                f.write_str("The code of this sign-in was used before or is too old. Sign in again.")
            }
            Self::IdToken(flaw) => write!(f, "The issuer's ID token was refused: {flaw}. Sign in again."),
            Self::Bearer(flaw) => write!(f, "The bearer token was refused: {flaw}. Ask its issuer for a new one."),
            Self::Tenant => {
                f.write_str("This account belongs to another organisation. Use an account of the right one.")
            }
            Self::Domain => f.write_str(
                "E-mail addresses of this domain are not let in here. Use another account, or ask an administrator.",
            ),
            Self::EmailUnverified => {
                f.write_str("The issuer did not confirm your e-mail address. Confirm it there, then sign in again.")
            }
        }
    }
}

fn denied(error: &str) -> String {
    let sentence = match error {
        "access_denied" => {
            "You, or an administrator, declined the sign-in. Sign in again, or ask an administrator."
        }
        "login_required" | "interaction_required" | "account_selection_required" => {
            "The issuer wants to see you first. Sign in again."
        }
        "consent_required" => "The issuer wants your consent first. Sign in again and give it.",
        "temporarily_unavailable" | "server_error" => "The issuer has a problem of its own. Try again later.",
        _ => {
            return format!(
                "The issuer refused the sign-in ({error}). Check this provider's settings there."
            );
        }
    };
    sentence.to_owned()
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "there is none",
            Self::Unreadable => "it cannot be read",
            Self::TooLong => "it is too long",
            Self::Algorithm => "its algorithm is not one we take",
            Self::Type => "it is of another type",
            Self::Issuer => "its issuer is none of those configured",
            Self::UnknownKey => "its issuer shows no such key",
            Self::Signature => "its signature does not hold",
            Self::Audience => "it is meant for somebody else",
            Self::Party => "it was made for another client",
            Self::Nonce => "it belongs to another sign-in",
            Self::Expired => "it has expired",
            Self::NotYet => "it is from the future",
            Self::AccessToken => "it belongs to another access token",
            Self::Kind => "it is not an access token",
        })
    }
}

impl std::error::Error for FederationError {}
