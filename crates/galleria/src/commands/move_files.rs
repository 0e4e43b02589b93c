//! The files of a tenant that travels. Of one that moves they are carried from where they are kept to where they will be,
//! before it departs and again after, for those that came meanwhile. To one that is restored those are copied that it has
//! records of: the restored one and the one that was packed are erased, and remove files, each for itself.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use blobs::{BlobId, Blobs};
use files::queries::Listed;
use futures_util::TryStreamExt;
use futures_util::future::BoxFuture;
use kernel::{Problem, TenantId};
use parking_lot::Mutex;
use store::travel::Luggage;
use store::{Failure, Tenant};
use uuid::Uuid;

use crate::app;
use crate::own_session::OwnSession;
use crate::settings::config::Config;

/// Two places, when the files have to be carried at all.
pub struct Carriage {
    from: Blobs,
    to: Blobs,
}

impl Carriage {
    pub fn new(from: Blobs, to: Blobs) -> Self {
        Self { from, to }
    }

    /// None when both cells keep their files in one place, or there is none to carry.
    pub async fn between(source: &Config, target: &Config, tenant: TenantId) -> Result<Option<Self>, String> {
        let (Some(here), there) = (source.files()?, target.files()?) else { return Ok(None) };
        if there.as_ref().is_some_and(|there| there.to_string() == here.to_string()) {
            return Ok(None);
        }
        let Some(from) = app::blobs(source)? else { return Ok(None) };
        match app::blobs(target)? {
            Some(to) => Ok(Some(Self { from, to })),
            None if ids(&from, tenant).await?.is_empty() => Ok(None),
            None => Err("It is not said where the files of this shop are to be kept over there. Name a place with --to-files: a folder, s3://bucket/prefix or azure://account/container/prefix; nothing was changed.".into()),
        }
    }

    /// Carries what is not there yet; returns how many that were.
    pub async fn carry(&self, tenant: TenantId) -> Result<u64, String> {
        let there: HashSet<BlobId> = ids(&self.to, tenant).await?.into_iter().collect();
        let mut carried = 0;
        for id in ids(&self.from, tenant).await?.into_iter().filter(|id| !there.contains(id)) {
            // One that was removed meanwhile need not be carried.
            if let Some(reading) = self.from.get(tenant, id, None).await.map_err(sentence)? {
                self.to.write_back(tenant, id, reading.stream).await.map_err(sentence)?;
                carried += 1;
            }
        }
        Ok(carried)
    }

    /// They are all over there: none stays behind.
    pub async fn leave(&self, tenant: TenantId) -> Result<(), String> {
        self.from.delete_all(tenant).await.map(|_| ()).map_err(sentence)
    }
}

/// How many files are read about at a time.
const PAGE: usize = 200;

/// What was brought to a restored tenant, and what is not to be had.
#[derive(Debug, Clone, Copy, Default)]
pub struct Brought {
    pub copied: u64,
    pub missing: u64,
}

/// Copies the files of tenants that are restored.
pub struct Copier {
    from: Option<Blobs>,
    to: Option<Blobs>,
    brought: Mutex<HashMap<TenantId, Brought>>,
}

impl Copier {
    pub fn new(from: Option<Blobs>, to: Option<Blobs>) -> Self {
        Self { from, to, brought: Mutex::default() }
    }

    /// What became of a tenant's files.
    pub fn of(&self, tenant: TenantId) -> Brought {
        self.brought.lock().get(&tenant).copied().unwrap_or_default()
    }

    async fn copy(&self, packed: TenantId, to: &Tenant) -> Result<Brought, Problem> {
        let (mut brought, mut below) = (Brought::default(), Uuid::max());
        loop {
            let files = files::queries::files(to, &Listed::default(), below, PAGE).await?;
            let Some(last) = files.last() else { return Ok(brought) };
            below = last.id.uuid();
            for file in &files {
                match self.copy_one(packed, to.id(), file.id.into()).await? {
                    Some(copied) => brought.copied += u64::from(copied),
                    None => brought.missing += 1,
                }
            }
        }
    }

    /// Whether it had to be copied; nothing when it is not to be had.
    async fn copy_one(&self, packed: TenantId, to: TenantId, id: BlobId) -> Result<Option<bool>, Problem> {
        let Some(place) = &self.to else { return Ok(None) };
        if place.get(to, id, None).await?.is_some() {
            return Ok(Some(false));
        }
        let Some(from) = &self.from else { return Ok(None) };
        let Some(reading) = from.get(packed, id, None).await? else { return Ok(None) };
        place.write_back(to, id, reading.stream).await?;
        Ok(Some(true))
    }
}

impl Luggage for Copier {
    fn bring<'a>(&'a self, packed: TenantId, to: &'a Tenant) -> BoxFuture<'a, Result<(), Failure>> {
        Box::pin(async move {
            let brought = self.copy(packed, to).await.map_err(unreachable)?;
            self.brought.lock().insert(to.id(), brought);
            Ok(())
        })
    }

    fn take_back(&self, from: TenantId) -> BoxFuture<'_, Result<(), Failure>> {
        Box::pin(async move {
            let Some(place) = &self.to else { return Ok(()) };
            place.delete_all(from).await.map(drop).map_err(unreachable)
        })
    }
}

fn unreachable(problem: Problem) -> Failure {
    Failure::Unreachable(format!("the place of the files: {}", problem.detail))
}

/// How many files a tenant has there.
pub async fn count(place: &Blobs, tenant: TenantId) -> Result<usize, String> {
    Ok(ids(place, tenant).await?.len())
}

async fn ids(place: &Blobs, tenant: TenantId) -> Result<Vec<BlobId>, String> {
    place.list(tenant).map_ok(|listed| listed.id).try_collect().await.map_err(sentence)
}

fn sentence(problem: Problem) -> String {
    problem.detail
}

/// A place for files as it was typed: a folder is meant from where it was typed.
pub(crate) fn place_of(session: &OwnSession, place: &str) -> Result<Blobs, String> {
    let place = match place.contains("://") {
        true => place.to_owned(),
        false => session.path(Path::new(place)).display().to_string(),
    };
    let mut config = session.config.clone();
    config.set("files", place);
    app::blobs(&config)?.ok_or_else(|| "--files names no place.".into())
}

pub(crate) fn copied(files: u64) -> String {
    if files == 1 {
        "1 uploaded file was copied".to_owned()
    } else {
        format!("{files} uploaded files were copied")
    }
}
