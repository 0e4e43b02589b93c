//! Sizes of pictures, made when somebody first asks for one: one at a time on each node, however many ask.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use blobs::problems::BLOBS_UNAVAILABLE;
use blobs::{Bits, Blobs, Limits, Reading};
use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::once;
use kernel::{Problem, TenantId, boxed};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use crate::FileId;
use crate::sizes::{MOST_BYTES, Unsized, object, smaller};

/// How long somebody waits for their turn; then they see the picture as it is.
const PATIENCE: Duration = Duration::from_secs(3);

/// Of how many sizes a node remembers that they cannot be made; then all are forgotten.
const MOST: usize = 10_000;

/// What makes sizes on this node.
#[derive(Debug, Clone)]
pub(crate) struct Gallery {
    turn: Arc<Semaphore>,
    /// Pictures and the widths in which they cannot be made, so that nobody tries again and again. A narrow one may be
    /// made where a wide one takes too much.
    without: Arc<Mutex<HashSet<(TenantId, FileId, u32)>>>,
}

/// A picture as it is shown.
pub struct Shown {
    /// Whether it is what was asked for, and will be tomorrow. If not, it is the picture as it was stored.
    pub lasting: bool,
    pub reading: Reading,
}

impl Gallery {
    pub fn new() -> Self {
        Self { turn: Arc::new(Semaphore::new(1)), without: Arc::default() }
    }

    /// `None` when there is no such picture.
    #[boxed]
    pub async fn show(
        &self,
        blobs: &Blobs,
        tenant: TenantId,
        file: FileId,
        width: u32,
    ) -> Result<Option<Shown>, Problem> {
        let kept = async || blobs.get(tenant, object(file, width), None).await;
        if let Some(reading) = kept().await? {
            return Ok(Some(Shown { lasting: true, reading }));
        }
        let Some(original) = blobs.get(tenant, file.into(), None).await? else { return Ok(None) };
        let as_it_is = |reading| Ok(Some(Shown { lasting: false, reading }));
        if original.size > MOST_BYTES || self.is_without(tenant, file, width) {
            return as_it_is(original);
        }
        let Ok(Ok(turn)) = timeout(PATIENCE, self.turn.clone().acquire_owned()).await else {
            return as_it_is(original);
        };
        // Somebody may have made it while we waited.
        if let Some(reading) = kept().await? {
            return Ok(Some(Shown { lasting: true, reading }));
        }
        let media_type = original.media_type;
        let bytes = whole(original.stream).await?;
        // Whoever asked may be gone by then; the turn is over when the work is.
        let made = spawn_blocking(move || (smaller(&bytes, media_type, width), turn)).await;
        match made.map_or(Err(Unsized::Damaged), |(made, _turn)| made) {
            Ok(made) => {
                let reading = self.keep(blobs, tenant, file, width, made.into()).await?;
                Ok(Some(Shown { lasting: true, reading }))
            }
            Err(why) => {
                tracing::debug!(%tenant, file = %file, width, ?why, "A picture has no such size and is shown as it is");
                self.remember(tenant, file, width);
                let original = blobs.get(tenant, file.into(), None).await?;
                original.map_or(Ok(None), as_it_is)
            }
        }
    }

    async fn keep(
        &self,
        blobs: &Blobs,
        tenant: TenantId,
        file: FileId,
        width: u32,
        made: Bytes,
    ) -> Result<Reading, Problem> {
        let stream = |bytes: Bytes| once(async move { Ok::<_, std::io::Error>(bytes) }).boxed();
        let limits = Limits { bytes: u64::MAX, types: None };
        blobs.put_as(tenant, object(file, width), limits, stream(made.clone())).await?;
        // A picture that was removed meanwhile leaves no size behind.
        if blobs.get(tenant, file.into(), None).await?.is_none() {
            blobs.delete(tenant, object(file, width)).await?;
        }
        let size = made.len() as u64;
        let media_type = blobs::kind::of(&made, true);
        Ok(Reading { size, range: 0..size, media_type, stream: stream(made) })
    }

    fn is_without(&self, tenant: TenantId, file: FileId, width: u32) -> bool {
        self.without.lock().unwrap_or_else(PoisonError::into_inner).contains(&(tenant, file, width))
    }

    fn remember(&self, tenant: TenantId, file: FileId, width: u32) {
        let mut without = self.without.lock().unwrap_or_else(PoisonError::into_inner);
        if without.len() >= MOST {
            without.clear();
        }
        without.insert((tenant, file, width));
    }
}

async fn whole(mut bits: Bits) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    while let Some(piece) = bits.next().await {
        let broken = |_| BLOBS_UNAVAILABLE.says("The picture broke off. Load it again.").after(1);
        bytes.extend_from_slice(&piece.map_err(broken)?);
    }
    Ok(bytes)
}
