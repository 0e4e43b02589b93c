//! Trying again what may pass within seconds.

use std::time::Duration;

use backon::{ExponentialBuilder, Retryable as _};

use crate::MailError;

/// Runs `attempt` up to `tries` times, with pauses that double and are a little different for everybody.
pub(crate) async fn retrying<T, F: Future<Output = Result<T, MailError>>>(
    tries: u32,
    pause: Duration,
    attempt: impl Fn() -> F,
) -> Result<T, MailError> {
    let pauses = ExponentialBuilder::new()
        .with_min_delay(pause)
        .with_max_times(tries.saturating_sub(1) as usize)
        .with_jitter();
    let told = |why: &MailError, after: Duration| tracing::info!(%why, ?after, "A letter is tried again");
    attempt.retry(pauses).when(MailError::passes).notify(told).await
}
