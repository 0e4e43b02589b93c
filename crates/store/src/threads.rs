//! What would hold up others runs on a thread of its own.

use crate::Failure;

/// Does something long, much of which is computing, on a thread where it holds up nobody.
pub(crate) async fn aside<T: Send + 'static>(
    work: impl Future<Output = Result<T, Failure>> + Send + 'static,
) -> Result<T, Failure> {
    let runtime = tokio::runtime::Handle::current();
    tokio::task::spawn_blocking(move || runtime.block_on(work))
        .await
        .unwrap_or_else(|_| Err(Failure::Bug("something long panicked".into())))
}

/// Does what waits for a disk on a thread that may wait.
pub(crate) async fn blocking<T: Send + 'static>(
    run: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    tokio::task::spawn_blocking(run)
        .await
        .unwrap_or_else(|_| Err(Failure::Bug("a storage thread panicked".into())))
}
