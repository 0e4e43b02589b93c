//! The HTTP client of one provider: a timeout, retries where they are safe, and a circuit breaker of its own.

use kernel::boxed;
use std::time::Duration;

use axum::body::Bytes;
use backon::{BackoffBuilder as _, ExponentialBuilder};
use http::{Request, Response, StatusCode};
use outbound::{Outbound, OutboundError, Policy};
use tokio::time::{Instant, sleep};

use crate::payment::provider_port::Trouble;

/// Between the three times that something is sent; a little different for everybody, so that many who failed together do
/// not come back together.
const PAUSES: ExponentialBuilder =
    ExponentialBuilder::new().with_min_delay(Duration::from_millis(100)).with_max_times(2).with_jitter();

pub struct ProviderClient {
    outbound: Outbound,
    within: Duration,
}

impl ProviderClient {
    /// Every provider has its own, so that the circuit breaker of one does not stop another.
    pub fn new(policy: &Policy, within: Duration) -> Result<Self, OutboundError> {
        let policy = Policy { total_timeout: within, tries: 1, ..policy.clone() };
        Ok(Self { outbound: Outbound::new(policy)?, within })
    }

    /// Sends what may arrive twice: it reads, or it carries the key under which it counts once.
    #[boxed]
    pub async fn send(&self, request: &Request<Vec<u8>>) -> Result<Response<Bytes>, Trouble> {
        let (started, mut sent, mut pauses) = (Instant::now(), false, PAUSES.build());
        loop {
            let answer = self.outbound.send(request.clone()).await;
            let again = match &answer {
                Ok(answer) => {
                    sent = true;
                    passing(answer.status())
                }
                Err(error) => {
                    sent |= arrived(error);
                    matches!(error, OutboundError::Unreachable { .. } | OutboundError::BrokenOff { .. })
                }
            };
            let pause = pauses.next().filter(|_| again && started.elapsed() <= self.within / 2);
            let Some(pause) = pause else { return answer.map_err(|error| trouble(&error, sent)) };
            sleep(pause).await;
        }
    }
}

/// The provider did something that is no answer.
pub fn unclear(why: impl Into<String>) -> Trouble {
    Trouble { sent: true, why: why.into(), retry_after: 5 }
}

fn trouble(error: &OutboundError, sent: bool) -> Trouble {
    let retry_after = match error {
        OutboundError::Resting { left, .. } => u32::try_from(left.as_secs() + 1).unwrap_or(60),
        _ => 5,
    };
    Trouble { sent, why: error.to_string(), retry_after }
}

fn arrived(error: &OutboundError) -> bool {
    matches!(
        error,
        OutboundError::TimedOut { .. } | OutboundError::BrokenOff { .. } | OutboundError::TooLarge { .. }
    )
}

fn passing(status: StatusCode) -> bool {
    [429, 502, 503, 504].contains(&status.as_u16())
}
