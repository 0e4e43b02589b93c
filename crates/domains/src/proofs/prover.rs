//! Where a proof can lie, and looking for it. This is the one place of domains from which anybody outside is asked.

use kernel::boxed;
use std::pin::Pin;
use std::sync::Arc;

use crate::ProofPlace;

/// A place in which only the owner of a domain can put something.
pub trait Proofs: Send + Sync {
    fn way(&self) -> ProofPlace;

    /// Looks there for the proof of a domain.
    fn look<'a>(&'a self, name: &'a str, proof: &'a str) -> Pin<Box<dyn Future<Output = Found> + Send + 'a>>;
}

/// What is in one place. What is not there is said in a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    There,
    Missing(String),
    /// The place could not be looked into.
    Unknown(String),
}

/// What was found in all places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looked {
    pub there: Option<ProofPlace>,
    /// Whether the name servers said that it is not with them: a domain that is only out of reach is not lost.
    pub sure: bool,
    pub told: String,
}

/// The places in which we look, one after the other.
#[derive(Clone)]
pub struct Prover(Arc<[Box<dyn Proofs>]>);

impl Prover {
    pub fn new(places: Vec<Box<dyn Proofs>>) -> Self {
        Self(places.into())
    }

    #[boxed]
    pub async fn look(&self, name: &str, token: &str) -> Looked {
        let proof = proof(token);
        let (mut sure, mut told) = (false, Vec::new());
        for place in self.0.iter() {
            match place.look(name, &proof).await {
                Found::There => return Looked { there: Some(place.way()), sure: true, told: String::new() },
                Found::Missing(sentence) => {
                    sure |= place.way() == ProofPlace::Dns;
                    told.push(sentence);
                }
                Found::Unknown(sentence) => told.push(sentence),
            }
        }
        Looked { there: None, sure, told: told.join(" ") }
    }
}

/// The text that proves a domain.
pub fn proof(token: &str) -> String {
    format!("galleria-proof={token}")
}

/// The name of the TXT record.
pub fn record(name: &str) -> String {
    format!("_galleria.{name}")
}

pub const PAGE: &str = "/.well-known/galleria-proof.txt";
