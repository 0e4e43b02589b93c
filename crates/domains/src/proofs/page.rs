//! Proofs on a page of the domain.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use http::{Request, StatusCode};
use outbound::{Lookup, Outbound, OutboundError, Policy};

use crate::ProofPlace;
use crate::proofs::prover::{Found, PAGE, Proofs};

pub struct Pages(Outbound);

impl Pages {
    /// `policy` says which private addresses may be asked. The page is public and only compared, so it is also read
    /// without encryption: whoever sets up a domain often has no certificate yet.
    pub fn new(policy: Policy, lookup: Arc<dyn Lookup>) -> Result<Self, OutboundError> {
        let policy = Policy {
            plain: true,
            total_timeout: Duration::from_secs(6),
            max_response_bytes: 16 * 1024,
            tries: 2,
            // A check asks up to four times, and the next one is to be asked, too.
            failures: 12,
            ..policy
        };
        Ok(Self(Outbound::with_lookup(policy, lookup)?))
    }

    /// Whether the page holds the proof; otherwise what it is like.
    async fn read(&self, address: &str, proof: &str) -> Result<Result<(), String>, OutboundError> {
        let request = Request::get(address).body(Vec::new());
        let request = request.map_err(|_| OutboundError::Address { text: address.to_owned() })?;
        let answer = self.0.send(request).await?;
        if answer.status() != StatusCode::OK {
            return Ok(Err(format!("{address} answered {}.", answer.status().as_u16())));
        }
        let text = String::from_utf8_lossy(answer.body());
        if text.lines().any(|line| line.trim() == proof) {
            return Ok(Ok(()));
        }
        Ok(Err(format!("{address} does not say what it should.")))
    }
}

impl Proofs for Pages {
    fn way(&self) -> ProofPlace {
        ProofPlace::Page
    }

    fn look<'a>(&'a self, name: &'a str, proof: &'a str) -> Pin<Box<dyn Future<Output = Found> + Send + 'a>> {
        Box::pin(async move {
            let (secure, plain) = (format!("https://{name}{PAGE}"), format!("http://{name}{PAGE}"));
            let first = self.read(&secure, proof).await;
            if matches!(first, Ok(Ok(()))) {
                return Found::There;
            }
            match (self.read(&plain, proof).await, first) {
                (Ok(Ok(())), _) => Found::There,
                // A page that is there says more than one that is not, and the secure one before the other.
                (_, Ok(Err(sentence))) | (Ok(Err(sentence)), _) => Found::Missing(sentence),
                (Err(_), Err(error)) => Found::Unknown(error.to_string()),
                (Err(_), Ok(Ok(()))) => Found::There,
            }
        })
    }
}
