//! Trying again what may pass within seconds.

use std::time::Duration;

use crate::MailError;

/// Runs `attempt` up to `tries` times, with pauses that double and are a little different for everybody.
pub(crate) async fn retrying<T, F: Future<Output = Result<T, MailError>>>(
    tries: u32,
    pause: Duration,
    attempt: impl Fn() -> F,
) -> Result<T, MailError> {
    let (mut pause, mut left) = (pause, tries);
    loop {
        left = left.saturating_sub(1);
        match attempt().await {
            Err(why) if why.passes() && left > 0 => {
                tracing::info!(%why, left, "A letter is tried again");
                tokio::time::sleep(rand::random_range(pause / 2..=pause)).await;
                pause = pause.saturating_mul(2);
            }
            done => return done,
        }
    }
}
