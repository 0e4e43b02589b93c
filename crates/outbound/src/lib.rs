//! Asking somebody outside, at an address that a person typed, without being used against ourselves.
//!
//! **Vocabulary.** A *policy* says whom we ask although they are private, how long we wait, and how much we read. An
//! *address* is an IP address; it is *forbidden* when it leads to ourselves, to our neighbours, or to nobody. A host
//! *rests* when it failed several times in a row: until then it is not asked.
//!
//! **Invariants.** No connection goes to an address that was not checked: an address written in a URL is checked before
//! it is asked, a name is checked where it is resolved, and the connection takes what was checked without asking the
//! name again. A metadata address of a cloud is never reached, whatever the policy says. Redirects are an answer, not an
//! instruction. The environment's proxies are not used. Neither a path nor a query nor a header is ever logged.
//!
//! **Deliberately absent.** The sense of an answer: every status is returned to the caller. Cookies, compression,
//! queues, and retries that outlast the process.

mod breaker;
mod client;
mod error;
mod network;
mod policy;
mod resolver;

pub use breaker::Rest;
pub use client::{Outbound, Question};
pub use error::OutboundError;
pub use network::forbidden;
pub use policy::{Allowed, Policy};
pub use resolver::{Lookup, SystemLookup};
