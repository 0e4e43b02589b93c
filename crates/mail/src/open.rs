//! Which post an address names.

use std::path::Path;
use std::sync::Arc;

use crate::{Folder, MailError, Post, Settings, Smtp};

/// The post at an address: `folder:/a/path`, `smtp://name:password@host:587` or `smtps://name:password@host:465`.
pub fn open(address: &str, settings: Settings) -> Result<Arc<dyn Post>, MailError> {
    if let Some(path) = address.strip_prefix("folder:") {
        return Ok(Arc::new(Folder::open(Path::new(path), settings)?));
    }
    if address.starts_with("smtp://") || address.starts_with("smtps://") {
        return Ok(Arc::new(Smtp::open(address, settings)?));
    }
    Err(MailError::PostAddress { why: "it begins with none of folder:, smtp:// and smtps://" })
}
