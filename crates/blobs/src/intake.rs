//! How a stream of bytes becomes a blob: counted, hashed and named on its way, and in parts.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt};
use kernel::Problem;
use object_store::path::Path;
use object_store::{
    Attribute, Attributes, MultipartUpload, ObjectStore, ObjectStoreExt, PutMultipartOptions, PutOptions,
    Result,
};
use ring::digest::{Context, SHA256};
use tokio::task::JoinSet;

use crate::{kind, problems};

/// S3 takes 10,000 parts, so a blob can have 78 GiB.
const PART: usize = 8 * 1024 * 1024;

/// With the one that fills, an upload holds 32 MiB at most.
const PARTS_AT_ONCE: usize = 3;

/// What is asked of a blob that arrives.
pub(crate) struct Rules<'a> {
    pub bytes: u64,
    pub types: Option<&'a [&'a str]>,
    /// A restore brings back what there was.
    pub empty_too: bool,
    /// Whether nothing can have stood under this id before, so that what is half there may be removed.
    pub fresh: bool,
    /// A folder keeps no media type beside a file.
    pub remember_kind: bool,
}

pub(crate) struct Kept {
    pub size: u64,
    pub sha256: String,
    pub kind: &'static str,
}

/// Keeps all of the stream, or nothing.
pub(crate) async fn keep<E: std::fmt::Display>(
    store: Arc<dyn ObjectStore>,
    path: Path,
    rules: &Rules<'_>,
    stream: impl Stream<Item = Result<Bytes, E>>,
) -> Result<Kept, Problem> {
    let mut upload = Upload::new(store, path, rules);
    let kept = take(&mut upload, rules, stream).await;
    if kept.is_err() {
        upload.undo().await;
    }
    kept
}

async fn take<E: std::fmt::Display>(
    upload: &mut Upload,
    rules: &Rules<'_>,
    stream: impl Stream<Item = Result<Bytes, E>>,
) -> Result<Kept, Problem> {
    let failed = |why: object_store::Error| problems::unavailable("keep a blob", &why);
    let mut stream = pin!(stream);
    let (mut size, mut hash) = (0_u64, Context::new(&SHA256));
    // Copied together: a sender who sends single bytes would otherwise make us hold a hundred for each.
    let mut part = BytesMut::new();
    let mut shown = None;
    while let Some(bytes) = stream.next().await {
        let mut bytes = bytes.map_err(|why| problems::broken_off(&why))?;
        size += bytes.len() as u64;
        if size > rules.bytes {
            return Err(problems::too_large(rules.bytes));
        }
        hash.update(&bytes);
        while !bytes.is_empty() {
            let piece = bytes.split_to(bytes.len().min(PART - part.len()));
            part.extend_from_slice(&piece);
            if shown.is_none() && part.len() >= kind::WINDOW {
                shown = Some(allowed(rules, kind::of(&part, false))?);
            }
            if let Some(kind) = shown
                && part.len() == PART
            {
                upload.send(kind, std::mem::take(&mut part).freeze()).await.map_err(failed)?;
            }
        }
    }
    if size == 0 && !rules.empty_too {
        return Err(problems::empty());
    }
    let kind = match shown {
        Some(kind) => kind,
        None => allowed(rules, kind::of(&part, true))?,
    };
    upload.finish(kind, part.freeze()).await.map_err(failed)?;
    let sha256 = hash.finish().as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Kept { size, sha256, kind })
}

fn allowed(rules: &Rules<'_>, kind: &'static str) -> Result<&'static str, Problem> {
    match rules.types {
        Some(types) if !types.contains(&kind) => Err(problems::type_refused(kind, types)),
        _ => Ok(kind),
    }
}

/// One upload. Dropped before its end, as when the sender's connection is gone, it undoes itself.
struct Upload {
    store: Arc<dyn ObjectStore>,
    path: Path,
    remember_kind: bool,
    fresh: bool,
    begun: Option<Box<dyn MultipartUpload>>,
    sending: JoinSet<Result<()>>,
    /// The place was told to show the blob and did not answer yet.
    finishing: bool,
}

impl Upload {
    fn new(store: Arc<dyn ObjectStore>, path: Path, rules: &Rules<'_>) -> Self {
        let (remember_kind, fresh) = (rules.remember_kind, rules.fresh);
        Self { store, path, remember_kind, fresh, begun: None, sending: JoinSet::new(), finishing: false }
    }

    async fn send(&mut self, kind: &'static str, part: Bytes) -> Result<()> {
        while self.sending.len() >= PARTS_AT_ONCE {
            self.wait_for_one().await?;
        }
        let upload = match &mut self.begun {
            Some(upload) => upload,
            none => {
                let attributes = attributes(self.remember_kind, kind);
                let options = PutMultipartOptions { attributes, ..PutMultipartOptions::default() };
                none.insert(self.store.put_multipart_opts(&self.path, options).await?)
            }
        };
        self.sending.spawn(upload.put_part(part.into()));
        Ok(())
    }

    async fn finish(&mut self, kind: &'static str, last: Bytes) -> Result<()> {
        if self.begun.is_some() {
            if !last.is_empty() {
                self.send(kind, last).await?;
            }
            while !self.sending.is_empty() {
                self.wait_for_one().await?;
            }
        } else {
            let options =
                PutOptions { attributes: attributes(self.remember_kind, kind), ..PutOptions::default() };
            self.finishing = true;
            self.store.put_opts(&self.path, last.into(), options).await?;
            self.finishing = false;
            return Ok(());
        }
        self.finishing = true;
        if let Some(upload) = &mut self.begun {
            upload.complete().await?;
        }
        self.begun = None;
        self.finishing = false;
        Ok(())
    }

    async fn wait_for_one(&mut self) -> Result<()> {
        match self.sending.join_next().await {
            Some(Ok(sent)) => sent,
            Some(Err(broken)) => Err(broken.into()),
            None => Ok(()),
        }
    }

    /// Takes back what was sent so far. The second time there is nothing left to take back.
    fn undo(&mut self) -> impl Future<Output = ()> + Send + use<> {
        let (begun, mut sending) = (self.begun.take(), std::mem::take(&mut self.sending));
        let remove = std::mem::take(&mut self.finishing) && self.fresh;
        let (store, path) = (Arc::clone(&self.store), self.path.clone());
        async move {
            sending.shutdown().await;
            if let Some(mut upload) = begun
                && let Err(why) = upload.abort().await
            {
                tracing::warn!(%why, %path, "An upload that broke off could not be taken back; its parts remain until the place's own rule removes them");
            }
            if remove {
                let _ = store.delete(&path).await;
            }
        }
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        if self.begun.is_none() && !self.finishing {
            return;
        }
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            drop(runtime.spawn(self.undo()));
        }
    }
}

fn attributes(remember_kind: bool, kind: &'static str) -> Attributes {
    let mut attributes = Attributes::new();
    if remember_kind {
        attributes.insert(Attribute::ContentType, kind.into());
    }
    attributes
}
