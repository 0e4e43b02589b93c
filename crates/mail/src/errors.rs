//! The sentences in which this crate says no.

use std::fmt;

#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum MailError {
    /// A field of the letter, or the sender of the settings, cannot stand in a letter.
    Malformed { field: &'static str, why: &'static str },
    /// The server will not take this letter, now or later.
    Refused { code: u16, reply: String },
    /// The server cannot take it now.
    TryLater { code: u16, reply: String },
    /// No connection, or one that broke or fell silent. What was under way may have been taken all the same.
    Unreachable { why: String },
    /// The server's certificate is not trusted.
    Untrusted { why: String },
    /// The server does not know this name and password.
    CredentialsRefused { code: u16, reply: String },
    /// The server lacks what we insist on, as encryption.
    Unfit { why: String },
    /// A letter could not be written into the folder.
    Unwritable { why: String },
    /// The address of the post, or its certificates, could not be read; neither is repeated, as it may hold a password.
    PostAddress { why: &'static str },
}

impl MailError {
    /// For machines; it stays the same when the sentence is reworded.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed { .. } => "letter_malformed",
            Self::Refused { .. } => "mail_refused",
            Self::TryLater { .. } => "mail_try_later",
            Self::Unreachable { .. } => "mail_unreachable",
            Self::Untrusted { .. } => "mail_server_untrusted",
            Self::CredentialsRefused { .. } => "mail_credentials_refused",
            Self::Unfit { .. } => "mail_server_unfit",
            Self::Unwritable { .. } => "mail_folder_unwritable",
            Self::PostAddress { .. } => "mail_address_malformed",
        }
    }

    /// Whether the same letter may go out later: nothing is wrong with it, but with the way.
    pub fn try_again(&self) -> bool {
        !matches!(self, Self::Malformed { .. } | Self::Refused { .. } | Self::PostAddress { .. })
    }

    /// Whether it may be over within seconds, without anybody doing anything.
    pub(crate) fn passes(&self) -> bool {
        matches!(self, Self::TryLater { .. } | Self::Unreachable { .. })
    }
}

/// The sentences outlive the letter, in logs and with jobs. What a server answered often repeats the address that it was
/// asked for, so of its words none is repeated, but the numbers by which it says what is wrong (RFC 3463).
impl fmt::Display for MailError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed { field, why } => {
                write!(
                    f,
                    "The letter was not sent: its field \"{field}\" {why}. Correct it and send it again."
                )
            }
            Self::Refused { code, reply } => write!(
                f,
                "The mail server refused the letter for good ({}). Check its recipient and sender; sending it again as it is does not help.",
                numbers(*code, reply)
            ),
            Self::TryLater { code, reply } => {
                write!(
                    f,
                    "The mail server cannot take the letter now ({}). Send it again in some minutes.",
                    numbers(*code, reply)
                )
            }
            Self::Unreachable { why } => {
                write!(f, "The mail server does not answer ({why}). Send the letter again in some minutes.")
            }
            Self::Untrusted { why } => write!(
                f,
                "The certificate of the mail server is not trusted ({why}). Check the host's name, or add the certificate of your own authority, and send the letter again."
            ),
            Self::CredentialsRefused { code, reply } => write!(
                f,
                "The mail server does not take the name and the password ({}). Correct them in the address of the post, and send the letter again.",
                numbers(*code, reply)
            ),
            Self::Unfit { why } => write!(
                f,
                "The mail server cannot do what is needed ({why}). Choose its port for submission or smtps://, and send the letter again."
            ),
            Self::Unwritable { why } => write!(
                f,
                "The letter could not be written into the folder ({why}). Make room or correct its rights, and send it again."
            ),
            Self::PostAddress { why } => write!(
                f,
                "The address of the post cannot be used: {why}. Write it as smtp://name:password@host:587, smtps://name:password@host:465 or folder:/a/path."
            ),
        }
    }
}

impl std::error::Error for MailError {}

/// `550 5.1.1`
fn numbers(code: u16, reply: &str) -> String {
    let is_number = |part: &str| (1..=3).contains(&part.len()) && part.bytes().all(|c| c.is_ascii_digit());
    let is_status = |word: &&str| word.split('.').count() == 3 && word.split('.').all(is_number);
    match reply.split_whitespace().find(is_status) {
        Some(status) => format!("{code} {status}"),
        None => code.to_string(),
    }
}
