//! The routes of identity.

pub(crate) mod accounts;
pub(crate) mod authenticator_apps;
pub(crate) mod external_sign_in;
pub(crate) mod me;
pub(crate) mod page_origin;
pub(crate) mod passkeys;
pub(crate) mod providers;
pub(crate) mod roles;
pub mod services;
pub(crate) mod sign_in;
pub(crate) mod sign_up;
mod webauthn;
