//! The files of a tenant that moves: carried from where they are kept to where they will be, before it departs and again
//! after, for those that came meanwhile.

use std::collections::HashSet;

use blobs::{BlobId, Blobs};
use futures_util::TryStreamExt;
use kernel::{Problem, TenantId};

use crate::app;
use crate::config::Config;

/// Two places, when the files have to be carried at all.
pub struct Carriage {
    from: Blobs,
    to: Blobs,
}

impl Carriage {
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

async fn ids(place: &Blobs, tenant: TenantId) -> Result<Vec<BlobId>, String> {
    place.list(tenant).map_ok(|listed| listed.id).try_collect().await.map_err(sentence)
}

fn sentence(problem: Problem) -> String {
    problem.detail
}
