//! What happens to an account, as the log keeps it.

use credentials::Fingerprint;
use kernel::{Personal, Timestamp};
use serde::{Deserialize, Serialize};

use crate::PasskeyId;
use crate::accounts::letter::{Language, Letter};
use crate::accounts::person::Person;

kernel::events! {
    pub enum AccountEvent {
        Opened(Opened) = ("account.opened", 1),
        Renamed(Renamed) = ("account.renamed", 1),
        PasswordSet(PasswordSet) = ("account.password_set", 1),
        Verified(Verified) = ("account.verified", 1),
        LetterWanted(LetterWanted) = ("account.letter_wanted", 1),
        AppAdded(AppAdded) = ("account.app_added", 1),
        AppConfirmed(AppConfirmed) = ("account.app_confirmed", 1),
        AppRemoved(AppRemoved) = ("account.app_removed", 1),
        CodeUsed(CodeUsed) = ("account.code_used", 1),
        RecoveryCodesMade(RecoveryCodesMade) = ("account.recovery_codes_made", 1),
        RecoveryCodeUsed(RecoveryCodeUsed) = ("account.recovery_code_used", 1),
        PasskeyAdded(PasskeyAdded) = ("account.passkey_added", 1),
        PasskeyUsed(PasskeyUsed) = ("account.passkey_used", 1),
        PasskeyRemoved(PasskeyRemoved) = ("account.passkey_removed", 1),
        RolesSet(RolesSet) = ("account.roles_set", 1),
        Disabled(Disabled) = ("account.disabled", 1),
        Enabled(Enabled) = ("account.enabled", 1),
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opened {
    pub audience: String,
    pub person: Personal<Person>,
    pub roles: Vec<String>,
    pub at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Renamed {
    pub person: Personal<Person>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordSet {
    pub hash: Personal<String>,
    pub at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verified {
    pub at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LetterWanted {
    pub letter: Letter,
    #[serde(default)]
    pub language: Language,
    pub at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppAdded {
    pub secret: Personal<Vec<u8>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppConfirmed {
    pub step: u64,
    pub at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppRemoved {
    pub at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeUsed {
    pub step: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecoveryCodesMade {
    pub codes: Personal<Vec<Fingerprint>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecoveryCodeUsed {
    pub place: usize,
    pub left: i64,
    pub at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasskeyAdded {
    pub id: PasskeyId,
    pub record: Personal<String>,
    pub credential: Personal<Vec<u8>>,
    pub name: Personal<String>,
    /// The challenge that was answered, and until when it can be.
    pub challenge: String,
    pub until: Timestamp,
    pub at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasskeyUsed {
    pub id: PasskeyId,
    pub record: Personal<String>,
    /// The challenge that was answered, and until when it can be.
    pub challenge: String,
    pub until: Timestamp,
    pub at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasskeyRemoved {
    pub id: PasskeyId,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RolesSet {
    pub roles: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disabled {
    pub at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enabled {}
