//! Reading an archive without changing anything.

use kernel::boxed;
use std::collections::HashMap;
use std::path::Path;

use super::file::{Header, Reader, damaged};
use super::record::Record;
use super::summary::{Packed, Summary};
use crate::Failure;
use crate::context::Context;
use crate::keys::Keeper;
use crate::travel::inflow::LogDigest;
use crate::travel::passport::Passport;

/// Reads an archive from end to end, changes nothing, and says what is in it; or why it cannot be used.
#[boxed]
pub async fn check(
    contexts: &'static [Context],
    path: &Path,
    keeper: &dyn Keeper,
) -> Result<Summary, Failure> {
    let kinds: HashMap<&str, i32> = contexts
        .iter()
        .flat_map(|context| context.streams)
        .flat_map(|stream| stream.kinds().iter().copied())
        .collect();
    let mut reader = Reader::open(path, keeper).await?;
    let Header { made, by, sealed, tenants, .. } = reader.header.clone();
    let mut summary = Summary { made, by, sealed, tenants: Vec::new() };
    let mut digest = LogDigest::default();
    let mut current: Option<Packed> = None;
    while let Some(record) = reader.next()? {
        match (record, &mut current) {
            (Record::Tenant { passport, .. }, None) => {
                let Passport { id, slug, name, .. } = *passport;
                digest = LogDigest::default();
                current = Some(Packed { id, slug, name, events: 0, digest: String::new() });
            }
            (Record::Event(event), Some(packed)) => {
                match kinds.get(event.k.as_str()) {
                    Some(known) if event.sc <= *known => {}
                    _ => {
                        return Err(Failure::Unusable(format!(
                            "{} holds {:?} in schema {}, which this binary does not know. Use the version that made the file ({}), or a newer one; nothing was changed.",
                            path.display(),
                            event.k,
                            event.sc,
                            summary.by
                        )));
                    }
                }
                packed.events += 1;
                let recorded = event.recorded(packed.id);
                if recorded.position != packed.events {
                    return Err(damaged(path, "its log has a gap"));
                }
                digest.add(&recorded);
            }
            (Record::End { events, digest: told }, Some(packed)) => {
                packed.digest = std::mem::take(&mut digest).finish();
                if packed.events != events || packed.digest != told {
                    return Err(damaged(path, "its log is not what it says of itself"));
                }
                summary.tenants.extend(current.take());
            }
            (Record::Person { .. } | Record::Own(_), Some(_)) => {}
            _ => return Err(damaged(path, "its records are out of order")),
        }
    }
    if current.is_some() || summary.tenants.len() != tenants {
        return Err(damaged(path, "something is missing at its end"));
    }
    Ok(summary)
}
