//! Writing tenants into an archive.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use kernel::SubjectId;
use kernel::boxed;
use zeroize::Zeroizing;

use super::file::{Header, Writer, cannot};
use super::record::{PackedEvent, Record};
use super::summary::{Packed, Summary};
use crate::keys::{Keeper, Wrapped};
use crate::log::{EVENT_COLUMNS, recorded};
use crate::registry::TenantRecord;
use crate::travel::inflow::LogDigest;
use crate::travel::own_rows::{TABLES, Table};
use crate::travel::passport::Passport;
use crate::travel::progress::Progress;
use crate::{Cell, Failure, Tenant, vault};

/// What is to be packed, and how.
pub struct ArchiveWanted<'a> {
    pub tenants: Vec<std::sync::Arc<TenantRecord>>,
    /// Whether the file is to be unreadable without the key.
    pub sealed: bool,
    /// Whose key the archive opens with; the cell's own when there is none, another's for a journey.
    pub keeper: Option<&'a dyn Keeper>,
}

/// Writes tenants into a file, each as it is at one moment, while they go on. The file appears when it is whole.
#[boxed]
pub async fn pack(
    cell: &Cell,
    path: &Path,
    wanted: ArchiveWanted<'_>,
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
    wanted: ArchiveWanted<'_>,
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
    let own = TABLES.each_ref().map(Table::select);
    queries.extend(own.iter().map(|select| (select.as_str(), Vec::new())));
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
