//! Every way this crate says no, in words a person understands.

use std::fmt;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// More passwords wait to be hashed than there is memory set aside for.
    Busy,
    /// What was stored as the hash of a password is none, or asks for more than any of ours.
    HashUnreadable,
    /// The file of breached passwords could not be read.
    BreachFileUnreadable,
    PasswordTooShort,
    PasswordTooLong,
    PasswordTooPlain,
    PasswordPersonal,
    PasswordCommon,
    TokenUnreadable,
    /// Why exactly is nobody's business but the log's.
    AccessTokenInvalid(Fault),
    /// There is no key that signs now: they were not rotated for too long.
    RingUnready,
    /// What was stored as signing keys is none.
    RingUnreadable,
    /// A secret of an app that is too long to be drawn, because of a name.
    NameTooLong,
    /// How passkeys are set up makes no sense.
    PasskeySetup,
    /// The user handle, or a name, cannot stand in a passkey.
    PasskeyName,
    /// What was stored as a passkey, or as the state of a ceremony, is none.
    PasskeyRecordUnreadable,
    PasskeyExpired,
    PasskeyInvalid,
    PasskeyUnknown,
    /// The counter went backwards: perhaps somebody has a copy of the key.
    PasskeyCopied,
}

/// What is wrong with an access token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    Size,
    Shape,
    Header,
    Algorithm,
    Type,
    Key,
    Signature,
    Claims,
    Issuer,
    Audience,
    Expired,
    NotYet,
    Lifetime,
}

impl Refusal {
    /// The same for as long as there is this crate.
    pub fn code(self) -> &'static str {
        match self {
            Self::Busy => "busy",
            Self::HashUnreadable => "password_hash_unreadable",
            Self::BreachFileUnreadable => "breach_file_unreadable",
            Self::PasswordTooShort => "password_too_short",
            Self::PasswordTooLong => "password_too_long",
            Self::PasswordTooPlain => "password_too_plain",
            Self::PasswordPersonal => "password_personal",
            Self::PasswordCommon => "password_common",
            Self::TokenUnreadable => "token_unreadable",
            Self::AccessTokenInvalid(Fault::Expired) => "access_token_expired",
            Self::AccessTokenInvalid(_) => "access_token_invalid",
            Self::RingUnready => "ring_unready",
            Self::RingUnreadable => "ring_unreadable",
            Self::NameTooLong => "name_too_long",
            Self::PasskeySetup => "passkey_setup",
            Self::PasskeyName => "passkey_name",
            Self::PasskeyRecordUnreadable => "passkey_record_unreadable",
            Self::PasskeyExpired => "passkey_expired",
            Self::PasskeyInvalid => "passkey_invalid",
            Self::PasskeyUnknown => "passkey_unknown",
            Self::PasskeyCopied => "passkey_copied",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Busy => "Too many people are signing in at this moment. Try again in a few seconds.",
            Self::HashUnreadable => "The stored password cannot be read. Set a new one.",
            Self::BreachFileUnreadable => {
                "The list of breached passwords cannot be read. Tell whoever runs this platform."
            }
            Self::PasswordTooShort => "The password has fewer than 8 characters. Choose a longer one.",
            Self::PasswordTooLong => "The password has more than 256 characters. Choose a shorter one.",
            Self::PasswordTooPlain => {
                "The password repeats itself or only counts up or down. Choose one that is harder to guess."
            }
            Self::PasswordPersonal => {
                "The password is little more than a name or an address of yours. Choose one that is harder to guess."
            }
            Self::PasswordCommon => "Many people use this password, or it was stolen before. Choose another.",
            Self::TokenUnreadable => "This is not a token of ours, or a part of it is missing. Copy it again.",
            Self::AccessTokenInvalid(Fault::Expired) => "The access token has expired. Sign in again.",
            Self::AccessTokenInvalid(_) => "The access token is not valid. Sign in again.",
            Self::RingUnready => "No key is ready to sign with. Rotate the ring of keys.",
            Self::RingUnreadable => "The stored ring of keys cannot be read. Restore it, or make a new one.",
            Self::NameTooLong => "The name is too long for a QR code. Choose a shorter one.",
            Self::PasskeySetup => {
                "Passkeys need a domain, and origins on it that begin with https://. Correct the settings."
            }
            Self::PasskeyName => {
                "A passkey cannot carry this name. Choose one without spaces and special signs."
            }
            Self::PasskeyRecordUnreadable => "The stored passkey cannot be read. Remove it and add a new one.",
            Self::PasskeyExpired => "That took too long. Begin again.",
            Self::PasskeyInvalid => "The passkey was not accepted. Begin again, or use another way to sign in.",
            Self::PasskeyUnknown => "This passkey is not known here. Use another one, or another way to sign in.",
            Self::PasskeyCopied => {
                "This passkey may have been copied. Use another way to sign in, and remove the passkey."
            }
        })
    }
}

impl std::error::Error for Refusal {}
