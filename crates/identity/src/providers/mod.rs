//! Providers: issuers of OpenID Connect at which people sign in, too.

pub mod external_sign_in;
pub mod linked_identity;
pub mod provider;
pub mod queries;
