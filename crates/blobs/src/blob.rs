//! Keeping, reading and removing the blobs of a tenant.

use std::fmt::Display;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::ready;
use futures_util::stream::BoxStream;
use futures_util::{Stream, StreamExt};
use kernel::{Problem, TenantId, Timestamp, boxed};
use object_store::path::Path;
use object_store::{GetOptions, GetRange, ObjectMeta, ObjectStore, ObjectStoreExt};

use crate::intake::{self, Rules};
use crate::place::{Opened, Signs};
use crate::problems::{range_outside, too_large, unavailable};
use crate::reading::{Reading, reading};
use crate::{Place, kind};

kernel::ids! {
    /// One piece of bytes of a tenant.
    BlobId;
}

/// What is taken.
#[derive(Debug, Clone, Copy)]
pub struct Limits<'a> {
    /// The most bytes.
    pub bytes: u64,
    /// The media types, as [`kind::of`] names them; all of them when it is `None`.
    pub types: Option<&'a [&'a str]>,
}

impl Limits<'_> {
    /// Refuses a size that the sender announces, before the first byte is asked for.
    pub fn check_size(&self, announced: u64) -> Result<(), Problem> {
        if announced > self.bytes { Err(too_large(self.bytes)) } else { Ok(()) }
    }
}

/// What was kept, for the record that will point to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    pub id: BlobId,
    pub size: u64,
    /// In 64 small hexadecimal digits.
    pub sha256: String,
    /// By its content; see [`kind`].
    pub media_type: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listed {
    pub id: BlobId,
    pub size: u64,
    pub last_modified: Timestamp,
}

/// The blobs of all tenants at one place. A clone is the same place.
#[derive(Clone)]
pub struct Blobs(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    store: Arc<dyn ObjectStore>,
    prefix: Path,
    folder: Option<PathBuf>,
    pub signs: Signs,
}

impl Blobs {
    /// Opens the place; a folder is made when it is missing, a bucket or a container is not, and is first spoken to
    /// when it is used.
    pub fn open(place: &Place) -> Result<Self, String> {
        let Opened { store, prefix, signs, folder } = place.open()?;
        Ok(Self(Arc::new(Inner { store, prefix, folder, signs })))
    }

    /// Keeps a new blob, or nothing at all.
    pub async fn put<E: Display>(
        &self,
        tenant: TenantId,
        limits: Limits<'_>,
        stream: impl Stream<Item = Result<Bytes, E>>,
    ) -> Result<Stored, Problem> {
        self.keep(tenant, BlobId::new(), limits, false, true, stream).await
    }

    /// Keeps a blob under an id that was given out before, in a signed address. Of two the last one stays.
    pub async fn put_as<E: Display>(
        &self,
        tenant: TenantId,
        id: BlobId,
        limits: Limits<'_>,
        stream: impl Stream<Item = Result<Bytes, E>>,
    ) -> Result<Stored, Problem> {
        self.keep(tenant, id, limits, false, false, stream).await
    }

    /// Puts a blob back under its own id, out of a backup: of any size and kind, over what may be there.
    pub async fn write_back<E: Display>(
        &self,
        tenant: TenantId,
        id: BlobId,
        stream: impl Stream<Item = Result<Bytes, E>>,
    ) -> Result<Stored, Problem> {
        self.keep(tenant, id, Limits { bytes: u64::MAX, types: None }, true, false, stream).await
    }

    /// Reads a blob or a part of it; `None` when this tenant has none under this id. A range that goes on beyond the
    /// end ends there.
    #[boxed]
    pub async fn get(
        &self,
        tenant: TenantId,
        id: BlobId,
        range: Option<Range<u64>>,
    ) -> Result<Option<Reading>, Problem> {
        let path = self.path(tenant, id);
        let options = GetOptions { range: range.clone().map(GetRange::Bounded), ..GetOptions::default() };
        let found = match self.0.store.get_opts(&path, options).await {
            Ok(found) => found,
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(why) => return self.why_not(&path, range, &why).await,
        };
        let reading = reading(found).await.map_err(|why| {
            unavailable("read a blob", &object_store::Error::Generic { store: "folder", source: why.into() })
        })?;
        Ok(Some(reading))
    }

    /// Removes a blob. That there is none is fine.
    #[boxed]
    pub async fn delete(&self, tenant: TenantId, id: BlobId) -> Result<(), Problem> {
        match self.0.store.delete(&self.path(tenant, id)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(why) => Err(unavailable("remove a blob", &why)),
        }
    }

    /// Removes all that a tenant has, also what half an upload left behind. How many blobs that were.
    #[boxed]
    pub async fn delete_all(&self, tenant: TenantId) -> Result<u64, Problem> {
        let failed = |why: object_store::Error| unavailable("remove a tenant's blobs", &why);
        let store = &self.0.store;
        let all = store.list(Some(&self.of(tenant))).map(|found| found.map(|found| found.location)).boxed();
        let mut removals = store.delete_stream(all);
        let mut removed = 0;
        while let Some(removal) = removals.next().await {
            match removal {
                Ok(_) => removed += 1,
                Err(object_store::Error::NotFound { .. }) => {}
                Err(why) => return Err(failed(why)),
            }
        }
        if let Some(folder) = &self.0.folder {
            let folder = folder.join(tenant.to_string());
            let emptied = tokio::task::spawn_blocking(move || std::fs::remove_dir_all(folder)).await;
            match emptied {
                Ok(Err(why)) if why.kind() != std::io::ErrorKind::NotFound => {
                    return Err(failed(object_store::Error::Generic { store: "folder", source: why.into() }));
                }
                Ok(_) => {}
                Err(broken) => return Err(failed(broken.into())),
            }
        }
        Ok(removed)
    }

    /// Every blob of a tenant, in no order; for a backup, and for a sweeper that removes what no record points to.
    /// Leave what is younger than the longest upload: its record may not be written yet.
    pub fn list(&self, tenant: TenantId) -> BoxStream<'static, Result<Listed, Problem>> {
        let of = self.of(tenant);
        let blob = {
            let of = of.clone();
            move |found: object_store::Result<ObjectMeta>| match found {
                Ok(found) => {
                    let id: BlobId = found.location.filename()?.parse().ok()?;
                    let last_modified = Timestamp::from_micros(found.last_modified.timestamp_micros());
                    // What someone else put there is no blob.
                    let ours = found.location == of.clone().join(id.to_string());
                    ours.then_some(Ok(Listed { id, size: found.size, last_modified }))
                }
                Err(why) => Some(Err(unavailable("list a tenant's blobs", &why))),
            }
        };
        self.0.store.list(Some(&of)).filter_map(move |found| ready(blob(found))).boxed()
    }

    pub(crate) fn path(&self, tenant: TenantId, id: BlobId) -> Path {
        self.of(tenant).join(id.to_string())
    }

    fn of(&self, tenant: TenantId) -> Path {
        self.0.prefix.clone().join(tenant.to_string())
    }

    async fn keep<E: Display>(
        &self,
        tenant: TenantId,
        id: BlobId,
        limits: Limits<'_>,
        empty_too: bool,
        fresh: bool,
        stream: impl Stream<Item = Result<Bytes, E>>,
    ) -> Result<Stored, Problem> {
        let remember_kind = self.0.folder.is_none();
        let rules = Rules { bytes: limits.bytes, types: limits.types, empty_too, fresh, remember_kind };
        let kept = intake::keep(Arc::clone(&self.0.store), self.path(tenant, id), &rules, stream).await?;
        Ok(Stored { id, size: kept.size, sha256: kept.sha256, media_type: kept.kind.to_owned() })
    }

    /// A place says in its own way that a range lies outside, so the blob is asked how large it is.
    async fn why_not(
        &self,
        path: &Path,
        range: Option<Range<u64>>,
        why: &object_store::Error,
    ) -> Result<Option<Reading>, Problem> {
        let Some(range) = range else { return Err(unavailable("read a blob", why)) };
        match self.0.store.head(path).await {
            Ok(found) if range.is_empty() || range.start >= found.size => Err(range_outside(found.size)),
            Ok(_) => Err(unavailable("read a part of a blob", why)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(why) => Err(unavailable("read a blob", &why)),
        }
    }
}

impl std::fmt::Debug for Blobs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Blobs({})", self.0.store)
    }
}

const _: () = assert!(kind::WINDOW < 8 * 1024 * 1024, "the kind is decided before the first part is sent");
