//! Tenants in a file: a line that says what it is, a header, and then compressed pieces, each of them authenticated with
//! its number and whether it is the last. A piece that was edited, moved, doubled or cut off is found before anything is
//! read from it.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Read, Write as _};
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use kernel::{SubjectId, Timestamp};
use ring::hmac;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::inflow::LogDigest;
use super::own::{OwnRow, TABLES};
use super::{Passport, Progress};
use crate::keys::{Keeper, Sealer, Wrapped};
use crate::log::{EVENT_COLUMNS, Recorded, recorded};
use crate::registry::TenantRecord;
use crate::{Cell, Failure, Tenant, vault};

const FIRST_LINE: &str = "galleria-parcel ";
const FORMAT: u32 = 1;

/// How much is gathered before it is compressed.
const PIECE: usize = 1 << 20;

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Header {
    made: Timestamp,
    by: String,
    /// Whether the pieces are encrypted, or only authenticated.
    sealed: bool,
    /// Under which key the parcel's own is wrapped.
    key: String,
    wrapped: String,
    tenants: usize,
}

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
    let beside = path.with_extension("part");
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
pub async fn check(cell: &Cell, path: &Path, keeper: Option<&dyn Keeper>) -> Result<Summary, Failure> {
    let kinds: HashMap<&str, i32> = cell
        .contexts()
        .iter()
        .flat_map(|context| context.streams)
        .flat_map(|stream| stream.kinds().iter().copied())
        .collect();
    let mut reader = Reader::open(path, keeper.unwrap_or(cell.vault().keeper())).await?;
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

fn damaged(path: &Path, why: &str) -> Failure {
    Failure::Unusable(format!(
        "{} cannot be used: {why}. It was cut off or edited; take another copy. Nothing was changed.",
        path.display()
    ))
}

fn cannot(path: &Path, error: &std::io::Error) -> Failure {
    match error.raw_os_error() {
        Some(28) => Failure::Full,
        _ => Failure::Unusable(format!(
            "{} cannot be written or read: {error}. Choose another place.",
            path.display()
        )),
    }
}

/// What authenticates the pieces, and encrypts them when that was asked for.
enum Lock {
    Sealed(Sealer),
    Signed(hmac::Key),
}

impl Lock {
    fn new(secret: &[u8], sealed: bool) -> Self {
        if sealed {
            Self::Sealed(Sealer::new(secret))
        } else {
            Self::Signed(hmac::Key::new(hmac::HMAC_SHA256, secret))
        }
    }

    fn close(&self, about: &[u8], piece: &[u8]) -> Vec<u8> {
        match self {
            Self::Sealed(sealer) => sealer.seal(about, piece),
            Self::Signed(key) => {
                let tag = hmac::sign(key, &[about, piece].concat());
                [tag.as_ref(), piece].concat()
            }
        }
    }

    fn open(&self, about: &[u8], closed: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Sealed(sealer) => sealer.open(about, closed),
            Self::Signed(key) => {
                let (tag, piece) = closed.split_at_checked(32)?;
                hmac::verify(key, &[about, piece].concat(), tag).ok()?;
                Some(piece.to_vec())
            }
        }
    }
}

/// What a piece is bound to: the header, its number, and whether it is the last.
fn about(header: &[u8; 32], number: u64, last: bool) -> Vec<u8> {
    [header.as_slice(), &number.to_be_bytes(), &[u8::from(last)]].concat()
}

struct Writer {
    file: BufWriter<File>,
    path: std::path::PathBuf,
    lock: Lock,
    header: [u8; 32],
    number: u64,
    piece: Vec<u8>,
}

impl Writer {
    fn create(path: &Path, header: &Header, secret: &[u8]) -> Result<Self, Failure> {
        let file = File::create(path).map_err(|error| cannot(path, &error))?;
        let line = serde_json::to_string(header).map_err(|error| Failure::Bug(error.to_string()))?;
        let mut file = BufWriter::with_capacity(1 << 18, file);
        writeln!(file, "{FIRST_LINE}{FORMAT}\n{line}").map_err(|error| cannot(path, &error))?;
        Ok(Self {
            file,
            path: path.to_owned(),
            lock: Lock::new(secret, header.sealed),
            header: Sha256::digest(line.as_bytes()).into(),
            number: 0,
            piece: Vec::with_capacity(PIECE + PIECE / 8),
        })
    }

    fn put(&mut self, record: &Record) -> Result<(), Failure> {
        serde_json::to_writer(&mut self.piece, record).map_err(|error| Failure::Bug(error.to_string()))?;
        self.piece.push(b'\n');
        if self.piece.len() >= PIECE { self.flush(false) } else { Ok(()) }
    }

    fn flush(&mut self, last: bool) -> Result<(), Failure> {
        let squeezed = zstd::bulk::compress(&self.piece, 3).map_err(|error| cannot(&self.path, &error))?;
        let closed = self.lock.close(&about(&self.header, self.number, last), &squeezed);
        let length = u32::try_from(closed.len()).map_err(|_| Failure::Bug("a piece is too long".into()))?;
        let written = self
            .file
            .write_all(&length.to_be_bytes())
            .and_then(|()| self.file.write_all(&[u8::from(last)]))
            .and_then(|()| self.file.write_all(&closed));
        written.map_err(|error| cannot(&self.path, &error))?;
        self.number += 1;
        self.piece.clear();
        Ok(())
    }

    fn finish(mut self) -> Result<(), Failure> {
        self.flush(true)?;
        let synced = self.file.flush().and_then(|()| self.file.get_ref().sync_all());
        synced.map_err(|error| cannot(&self.path, &error))
    }
}

pub(super) struct Reader {
    file: BufReader<File>,
    path: std::path::PathBuf,
    lock: Lock,
    header: Header,
    hash: [u8; 32],
    number: u64,
    lines: std::vec::IntoIter<Record>,
    ended: bool,
}

impl Reader {
    pub(super) async fn open(path: &Path, keeper: &dyn Keeper) -> Result<Self, Failure> {
        let file = File::open(path).map_err(|error| cannot(path, &error))?;
        let mut file = BufReader::with_capacity(1 << 18, file);
        let foreign = || {
            Failure::Unusable(format!(
                "{} is not a backup or an export of Galleria's. Check the name; nothing was changed.",
                path.display()
            ))
        };
        let mut first = String::new();
        file.by_ref().take(64).read_line(&mut first).map_err(|_| foreign())?;
        let format = first.trim_end().strip_prefix(FIRST_LINE).ok_or_else(foreign)?;
        match format.parse::<u32>() {
            Ok(FORMAT) => {}
            Ok(newer) if newer > FORMAT => {
                return Err(Failure::Unusable(format!(
                    "{} was made by a newer galleria (format {newer}, this one knows {FORMAT}). Use the newer one; nothing was changed.",
                    path.display()
                )));
            }
            _ => return Err(foreign()),
        }
        let mut line = String::new();
        file.by_ref().take(1 << 16).read_line(&mut line).map_err(|_| foreign())?;
        let line = line.trim_end();
        let header: Header =
            serde_json::from_str(line).map_err(|_| damaged(path, "its header cannot be read"))?;
        let bytes = BASE64.decode(&header.wrapped).map_err(|_| damaged(path, "its header cannot be read"))?;
        let wrapped = Wrapped { key: header.key.clone(), bytes };
        let secret = keeper.unwrap(b"parcel", &wrapped).await.map_err(|failure| match failure {
            Failure::Unusable(why) if why.contains("locked with the key") => {
                Failure::Unusable(format!("{}: {why}", path.display()))
            }
            Failure::Unusable(_) => damaged(path, "its key does not open"),
            other => other,
        })?;
        if secret.len() != 32 {
            return Err(damaged(path, "its key has the wrong length"));
        }
        Ok(Self {
            lock: Lock::new(&secret, header.sealed),
            hash: Sha256::digest(line.as_bytes()).into(),
            file,
            path: path.to_owned(),
            header,
            number: 0,
            lines: Vec::new().into_iter(),
            ended: false,
        })
    }

    pub(super) fn next(&mut self) -> Result<Option<Record>, Failure> {
        loop {
            if let Some(record) = self.lines.next() {
                return Ok(Some(record));
            }
            if self.ended {
                return Ok(None);
            }
            self.piece()?;
        }
    }

    fn piece(&mut self) -> Result<(), Failure> {
        let cut = |_| damaged(&self.path, "it ends in the middle");
        let mut head = [0; 5];
        self.file.read_exact(&mut head).map_err(cut)?;
        let length = u32::from_be_bytes([head[0], head[1], head[2], head[3]]) as usize;
        let last = head[4] == 1;
        if length > 64 * PIECE {
            return Err(damaged(&self.path, "a piece of it is impossibly long"));
        }
        let mut closed = vec![0; length];
        self.file.read_exact(&mut closed).map_err(cut)?;
        let squeezed = self.lock.open(&about(&self.hash, self.number, last), &closed);
        let squeezed =
            squeezed.ok_or_else(|| damaged(&self.path, "a piece of it is not what was written"))?;
        let plain = zstd::bulk::decompress(&squeezed, 256 * PIECE).map_err(cut)?;
        let lines: Result<Vec<Record>, _> = plain
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
            .map(serde_json::from_slice)
            .collect();
        self.lines = lines.map_err(|_| damaged(&self.path, "a record of it cannot be read"))?.into_iter();
        self.number += 1;
        self.ended = last;
        if last && self.file.fill_buf().is_ok_and(|rest| !rest.is_empty()) {
            return Err(damaged(&self.path, "something was added at its end"));
        }
        Ok(())
    }
}
