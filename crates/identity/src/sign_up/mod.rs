//! How accounts begin: by a customer who asks, or by an invitation.

pub mod invite;
pub mod request;
