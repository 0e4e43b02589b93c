//! What proves who somebody is: passwords, codes of the moment, recovery codes, tokens, signed claims, passkeys.
//!
//! **Vocabulary.** A *password* is a text a person chose. A *code of the moment* comes from an app that shares a secret
//! with us and shows six digits for half a minute, a *step*. A *recovery code* replaces a lost app, once. A *token* is a
//! random text that means something only to whoever keeps its *fingerprint*. An *access token* is a set of *claims* that
//! an *issuer* signed with one of its *signing keys* and a *verifier* reads without asking anybody. A *passkey* is a key pair
//! of which the person's device keeps the private half; making or using one is a *ceremony* in two halves.
//!
//! **Invariants.** Nothing that is meant to be stored lets its reader in: passwords are hashed with Argon2id, tokens and
//! recovery codes with SHA-256, which is enough for what is random. Only signing keys and the secret of an app must be
//! read again; whoever stores them seals them. Secrets are wiped when dropped and print as `***`. What is compared with a
//! secret is compared in constant time. How much memory hashing takes at most is known: what does not fit is refused as
//! [`Refusal::Busy`]. An access token is believed only if this issuer signed it, for this audience, for now, and if it
//! says nothing we do not say.
//!
//! **Deliberately absent.** Storing, HTTP, and the clock: `now` is always given, in seconds since 1970. So whoever uses a
//! step, a recovery code or the state of a ceremony makes sure that it is used once. Who may do what. Attempts are not
//! counted and nobody is locked out. Attestation: which device made a passkey is not asked.

pub mod ceremony;
mod common_passwords;
mod fingerprint;
pub mod issuer;
pub mod passkey;
mod password;
mod passwords;
mod provider;
mod recovery;
pub mod refusal;
pub mod signing_keys;
pub mod time;
mod token;
mod totp;
pub mod verifier;

pub use ceremony::{Answer, Authenticated, Begun, Passkeys, Registration};
pub use common_passwords::BreachFile;
pub use fingerprint::Fingerprint;
pub use issuer::{Claims, Issuer, Wish};
pub use passkey::{Passkey, UserHandle};
pub use password::Password;
pub use passwords::{Passwords, Verdict};
pub use recovery::{RecoveryCode, recovery_codes, used_recovery_code};
pub use refusal::Refusal;
pub use signing_keys::{Lifetimes, SigningKeys};
pub use time::Seconds;
pub use token::Token;
pub use totp::AppSecret;
pub use verifier::Verifier;
