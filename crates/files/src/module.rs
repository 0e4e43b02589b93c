//! What the platform's list of modules takes of this crate.

use std::sync::Arc;

use blobs::{Place, PlaceOptions};
use edge::grants::{Permission, Share};
use edge::{Module, ModuleSettings, Publishes, Running};
use serde::{Deserialize, Serialize};
use store::relay::Workers;

use crate::public::FileTold;
use crate::{Delete, File, PROBLEMS, Shelf, Sweep, Upkeep, api, projector};

pub const CONTEXT: store::Context = store::Context {
    name: "files",
    migrations: store::migrations!["0001_files"],
    streams: &[store::Stream::of::<File>()],
    people: store::People { by_email: &[], also: &[], forget: projector::forget },
    form: 0,
};

pub const MODULE: Module = Module {
    context: Some(CONTEXT),
    problems: PROBLEMS,
    permissions: &[Permission::new("files", &["read", "write"])],
    shares: &[
        Share::staff("order-manager", &["files:*"]),
        Share::staff("customer-service", &["files:*"]),
        Share::staff("operator", &["files:*"]),
        Share::staff("service", &["files:write"]),
    ],
    groups: &[("files", "Pictures and documents.")],
    settings: ModuleSettings::of::<Settings>(),
    publishes: &[Publishes::of::<FileTold>()],
    ..Module::new("files")
};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// Where files are kept: a folder, s3://bucket/prefix or azure://account/container/prefix; in the data folder when
    /// left out.
    pub files: Option<String>,
    /// Where that service answers, when it is not Amazon or Microsoft.
    pub files_endpoint: Option<String>,
    /// The region of an S3 bucket.
    pub files_region: Option<String>,
    /// The id of an S3 access key.
    pub files_key_id: Option<String>,
    /// The secret of the access key, or the key of the Azure account; the role of the machine is used without it.
    pub files_secret: Option<String>,
    /// Whether that endpoint may be spoken to without encryption.
    pub files_allow_http: bool,
    /// The largest file, in bytes.
    pub file_limit: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            files: None,
            files_endpoint: None,
            files_region: None,
            files_key_id: None,
            files_secret: None,
            files_allow_http: false,
            file_limit: 64 * 1024 * 1024,
        }
    }
}

impl Settings {
    /// Where files are kept, if they are; `beside` is where when nobody says.
    pub fn place(&self, beside: Option<String>) -> Result<Option<Place>, String> {
        let options = PlaceOptions {
            endpoint: self.files_endpoint.clone(),
            region: self.files_region.clone(),
            key_id: self.files_key_id.clone(),
            secret: self.files_secret.clone(),
            allow_http: self.files_allow_http,
        };
        let place = self.files.clone().or(beside);
        place.map(|place| Place::parse(&place, &options)).transpose()
    }
}

/// Without a place for files there is nobody who keeps it in order; when it is named, they read on from where they were.
pub fn running(shelf: &Shelf) -> Running {
    let workers = shelf.blobs().ok().map(|blobs| Workers {
        subscribers: vec![Arc::new(Upkeep)],
        jobs: vec![Arc::new(Delete(blobs.clone())), Arc::new(Sweep(blobs.clone()))],
        ..Workers::default()
    });
    Running { routes: api::routes(shelf.clone()), workers: workers.unwrap_or_default() }
}
