//! Tenants in a file, record after record: a tenant's place, its people's keys, its log, the store's own rows, its end.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use kernel::{SubjectId, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::inflow::LogDigest;
use super::own::{OwnRow, TABLES};
use super::piece::{Header, Reader, Writer, cannot, damaged};
use super::{Passport, Progress};
use crate::context::Context;
use crate::keys::{Keeper, Wrapped};
use crate::log::{EVENT_COLUMNS, Recorded, recorded};
use crate::registry::TenantRecord;
use crate::{Cell, Failure, Tenant, vault};

/// What stands in the pieces, a line each.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub(super) enum Record {
    Tenant { passport: Box<Passport>, key: String, wrapped: String },
    Person { subject: SubjectId, wrapped: Option<String>, created: Timestamp },
    Event(Box<PackedEvent>),
    Own(OwnRow),
    End { events: i64, digest: String },
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct PackedEvent {
    p: i64,
    id: Uuid,
    s: String,
    sid: Uuid,
    v: i64,
    k: String,
    sc: i32,
    a: kernel::Actor,
    c: Uuid,
    ca: Option<Uuid>,
    at: i64,
    r: i64,
    d: String,
}

impl PackedEvent {
    fn of(recorded: Recorded) -> Self {
        let event = recorded.event;
        Self {
            p: recorded.position,
            id: event.id.uuid(),
            s: event.stream.into_owned(),
            sid: event.stream_id,
            v: event.version,
            k: event.kind.into_owned(),
            sc: event.schema,
            a: event.actor,
            c: event.correlation.uuid(),
            ca: event.causation.map(|id| id.uuid()),
            at: event.at.as_micros(),
            r: event.recorded.as_micros(),
            d: event.data,
        }
    }

    pub(super) fn recorded(self, tenant: kernel::TenantId) -> Recorded {
        Recorded {
            position: self.p,
            event: kernel::Envelope {
                id: kernel::EventId(self.id),
                tenant,
                stream: self.s.into(),
                stream_id: self.sid,
                version: self.v,
                kind: self.k.into(),
                schema: self.sc,
                actor: self.a,
                correlation: kernel::CorrelationId(self.c),
                causation: self.ca.map(kernel::EventId),
                at: Timestamp::from_micros(self.at),
                recorded: Timestamp::from_micros(self.r),
                data: self.d,
            },
        }
    }
}

/// What is to be packed, and how.
pub struct Wanted<'a> {
    pub tenants: Vec<std::sync::Arc<TenantRecord>>,
    /// Whether the file is to be unreadable without the key.
    pub sealed: bool,
    /// Whose key the parcel opens with; the cell's own when there is none, another's for a journey.
    pub keeper: Option<&'a dyn Keeper>,
}

/// What a parcel holds.
#[derive(Debug, Clone, Serialize)]
pub struct Summary {
    pub made: Timestamp,
    pub by: String,
    pub sealed: bool,
    pub tenants: Vec<Packed>,
}

/// A tenant in a parcel.
#[derive(Debug, Clone, Serialize)]
pub struct Packed {
    pub id: kernel::TenantId,
    pub slug: String,
    pub name: String,
    pub events: i64,
    pub digest: String,
}

/// Writes tenants into a file, each as it is at one moment, while they go on. The file appears when it is whole.
pub async fn pack(
    cell: &Cell,
    path: &Path,
    wanted: Wanted<'_>,
    progress: &mut Progress<'_>,
) -> Result<Summary, Failure> {
    if path.exists() {
        return Err(Failure::Refused(format!(
            "{} is there already. Choose another name; it was not touched.",
            path.display()
        )));
    }
    let mut beside = path.as_os_str().to_owned();
    beside.push(".part");
    let beside = PathBuf::from(beside);
    if beside.exists() {
        return Err(Failure::Refused(format!(
            "{} is there already: another backup is writing it, or one was broken off. Remove it if none is, or choose another name; it was not touched.",
            beside.display()
        )));
    }
    let packed = pack_beside(cell, &beside, wanted, progress).await;
    let settled = packed.and_then(|summary| {
        std::fs::rename(&beside, path).map_err(|error| cannot(path, &error))?;
        Ok(summary)
    });
    if settled.is_err() {
        let _ = std::fs::remove_file(&beside);
    }
    settled
}

async fn pack_beside(
    cell: &Cell,
    path: &Path,
    wanted: Wanted<'_>,
    progress: &mut Progress<'_>,
) -> Result<Summary, Failure> {
    let keeper = wanted.keeper.unwrap_or(cell.vault().keeper());
    let mut secret = Zeroizing::new([0_u8; 32]);
    rand::Rng::fill_bytes(&mut rand::rng(), &mut *secret);
    let Wrapped { key, bytes } = keeper.wrap(b"parcel", &*secret).await?;
    let header = Header {
        made: cell.now(),
        by: env!("CARGO_PKG_VERSION").to_owned(),
        sealed: wanted.sealed,
        key,
        wrapped: BASE64.encode(bytes),
        tenants: wanted.tenants.len(),
    };
    let mut writer = Writer::create(path, &header, &*secret)?;
    let mut summary =
        Summary { made: header.made, by: header.by, sealed: header.sealed, tenants: Vec::new() };
    for record in &wanted.tenants {
        let tenant = cell.tenant(record.id);
        let packed = pack_tenant(cell, &tenant, record, keeper, &mut writer, progress).await?;
        summary.tenants.push(packed);
    }
    writer.finish()?;
    Ok(summary)
}

async fn pack_tenant(
    cell: &Cell,
    tenant: &Tenant,
    record: &TenantRecord,
    keeper: &dyn Keeper,
    writer: &mut Writer,
    progress: &mut Progress<'_>,
) -> Result<Packed, Failure> {
    // Whoever has none yet gets keys now.
    tenant.keys().await?;
    let kept = vault::read(cell.engine(), tenant.id()).await?;
    let kept = kept.ok_or_else(|| Failure::Bug("a tenant has no keys".into()))?;
    let secret = cell.vault().secret(&kept).await?;
    let Wrapped { key, bytes } = keeper.wrap(kept.origin.as_bytes(), &secret).await?;
    let passport = Passport::of(record, cell.registry().passport_keys(record.id), kept.origin);
    writer.put(&Record::Tenant { passport: Box::new(passport), key, wrapped: BASE64.encode(bytes) })?;

    let total = tenant.head().await?;
    let log = format!("select {EVENT_COLUMNS} from events order by position");
    let mut queries = vec![("select subject, wrapped, created from subject_keys", Vec::new())];
    queries.push((log.as_str(), Vec::new()));
    queries.extend(TABLES.iter().map(|table| (table.select, Vec::new())));
    let (mut digest, mut events) = (LogDigest::default(), 0);
    tenant
        .read(&queries, &mut |query, row| match query {
            0 => {
                let wrapped = row.get::<Option<Vec<u8>>>(1)?.map(|wrapped| BASE64.encode(wrapped));
                writer.put(&Record::Person { subject: SubjectId(row.get(0)?), wrapped, created: row.get(2)? })
            }
            1 => {
                let recorded = recorded(tenant.id(), row)?;
                digest.add(&recorded);
                events = recorded.position;
                if events % 20_000 == 0 {
                    progress(&record.slug, events, total.max(events));
                }
                writer.put(&Record::Event(Box::new(PackedEvent::of(recorded))))
            }
            own => writer.put(&Record::Own(TABLES[own - 2].row(row)?)),
        })
        .await?;
    let digest = digest.finish();
    writer.put(&Record::End { events, digest: digest.clone() })?;
    progress(&record.slug, events, events);
    let (id, slug, name) = (record.id, record.slug.clone(), record.name.clone());
    Ok(Packed { id, slug, name, events, digest })
}

/// Reads a parcel from end to end, changes nothing, and says what is in it; or why it cannot be used.
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
