//! The domains of a shop: names of its own under which it answers, once it has shown that they are its own.
//!
//! **Vocabulary.** A domain is *claimed*, with a token; it is *proven* when its *proof*, which holds the token, was found
//! where only its owner can put it: in DNS, or on a page of the domain. A check that does not find it is a *miss*. A
//! proven domain whose proof is missed on several days is *lost*, and one that is not wanted any more is *given up*. A
//! *host* is what the cell's registry knows: a name that leads to a shop.
//!
//! **Invariants.** No host leads to a shop before the log says that the domain is proven, and a name leads to one shop:
//! of two that claim it, whoever proves it first has it. The registry follows the log, however often it is told. Nobody
//! outside is asked within a unit of work, and no private address unless the operator allowed it.
//!
//! **Deliberately absent.** Certificates, and DNS records of ours: whatever stands in front of the platform has those.

mod api;
mod domain;
mod hosts;
mod ids;
mod module;
mod name;
mod projector;
mod proofs;
pub mod public;
pub mod queries;
mod recheck;
mod refusal;
pub mod use_cases;

pub use domain::{Domain, DomainEvent};
pub use hosts::Hosts;
pub use ids::DomainId;
pub use module::{CONTEXT, MODULE, Settings, running};
pub use proofs::dns::Dns;
pub use proofs::page::Pages;
pub use proofs::place::ProofPlace;
pub use proofs::prover::{Found, Looked, Proofs, Prover};
pub use recheck::{Recheck, every_day};
pub use refusal::{PROBLEMS, Refusal};
