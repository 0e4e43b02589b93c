//! The sentences in which this crate says no.

use std::fmt;

/// None of them says anything about a key that whoever asked does not know already.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SigningError {
    HeaderMissing { name: &'static str },
    HeaderTwice { name: &'static str },
    HeaderMalformed { name: &'static str },
    TimestampMalformed,
    TimestampOutside { early: bool, by: u64 },
    VersionUnknown,
    LegacyRefused,
    SignatureWrong,
    MethodMalformed,
    TargetMalformed,
    SecretTooShort { shortest: usize },
}

impl SigningError {
    /// For machines; it stays the same when the sentence is reworded.
    pub fn code(&self) -> &'static str {
        match self {
            Self::HeaderMissing { .. } => "signature_header_missing",
            Self::HeaderTwice { .. } => "signature_header_twice",
            Self::HeaderMalformed { .. } => "signature_header_malformed",
            Self::TimestampMalformed => "signature_timestamp_malformed",
            Self::TimestampOutside { .. } => "signature_timestamp_outside",
            Self::VersionUnknown => "signature_version_unknown",
            Self::LegacyRefused => "signature_legacy_refused",
            Self::SignatureWrong => "signature_wrong",
            Self::MethodMalformed => "signature_method_malformed",
            Self::TargetMalformed => "signature_target_malformed",
            Self::SecretTooShort { .. } => "signature_secret_too_short",
        }
    }
}

impl fmt::Display for SigningError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::HeaderMissing { name } => {
                write!(f, "The request has no header {name}. Send it, and sign the request with it.")
            }
            Self::HeaderTwice { name } => write!(f, "The request has the header {name} more than once. Send it once."),
            Self::HeaderMalformed { name } => write!(f, "The header {name} cannot be read. {}", form_of(name)),
            Self::TimestampMalformed => f.write_str(
                "The header x-timestamp is not a time. Send seconds or milliseconds since 1970, in digits only.",
            ),
            Self::TimestampOutside { early, by } => write!(
                f,
                "The request was signed {by} seconds {} now, and at most 300 are taken. Set the clock of the sender, and sign each request anew.",
                if *early { "after" } else { "before" }
            ),
            Self::VersionUnknown => {
                f.write_str("The signature is of a version that is not known here. Sign as v2, and send v2=<hex>.")
            }
            Self::LegacyRefused => f.write_str(
                "This key does not sign in the old form, over body and time alone. Sign as v2, and send v2=<hex>.",
            ),
            Self::SignatureWrong => f.write_str(
                "The signature does not fit the key and the request. Compare the signed text with the description, part by part, and the secret.",
            ),
            Self::MethodMalformed => {
                f.write_str("The method cannot be signed. Write it in capital letters, as on the wire.")
            }
            Self::TargetMalformed => f.write_str(
                "The path cannot be signed. It begins with a slash, and everything in it that is not visible ASCII is percent-encoded.",
            ),
            Self::SecretTooShort { shortest } => {
                write!(f, "The secret has fewer than {shortest} bytes. Make a longer one from random bytes.")
            }
        }
    }
}

impl std::error::Error for SigningError {}

fn form_of(name: &str) -> &'static str {
    match name {
        "x-signature" => "Send v2= and 64 lowercase hexadecimal digits.",
        "x-nonce" => "Send 16 to 128 letters, digits and any of - . _ ~ + / =, new for each request.",
        "x-timestamp" => "Send seconds or milliseconds since 1970, in digits only.",
        _ => "Send 1 to 128 letters, digits and any of - . _ : in it, or leave it out where it is optional.",
    }
}
