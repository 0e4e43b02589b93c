//! What holds at every place.

use std::convert::Infallible;
use std::time::{Duration, SystemTime};

use blobs::{BlobId, Blobs, Limits, Reading, Stored};
use bytes::Bytes;
use futures_util::{Stream, StreamExt, TryStreamExt, stream};
use galleria_tests::read_until;
use kernel::{Fault, TenantId, Timestamp};
use ring::digest::{SHA256, digest};

use crate::places::Home;

const MIB: usize = 1024 * 1024;
const ALL: Limits<'static> = Limits { bytes: 64 * MIB as u64, types: None };

pub async fn run(home: &dyn Home) {
    twenty_mebibytes_come_back_as_they_were(home).await;
    a_range_is_a_part_of_it(home).await;
    what_is_too_large_is_refused_midway_and_leaves_nothing(home).await;
    what_breaks_off_leaves_nothing(home).await;
    an_upload_that_is_given_up_leaves_nothing(home).await;
    a_kind_is_known_by_content(home).await;
    what_is_empty_or_of_another_kind_is_refused(home).await;
    anothers_blob_is_not_there(home).await;
    removed_twice_is_removed_once(home).await;
    a_tenant_is_listed_and_removed_whole(home).await;
    a_restore_brings_a_blob_back_under_its_id(home).await;
    many_uploads_at_once_do_not_mix(home).await;
}

async fn twenty_mebibytes_come_back_as_they_were(home: &dyn Home) {
    let (blobs, tenant) = (home.blobs(), TenantId::new());
    let bytes = noise(20 * MIB + 12_345);
    // In its own task, as a server runs it.
    let kept = {
        let (blobs, bytes) = (blobs.clone(), bytes.clone());
        tokio::spawn(async move { blobs.put(tenant, ALL, pieces(bytes, 100_003)).await.unwrap() })
            .await
            .unwrap()
    };
    assert_eq!(kept.size, bytes.len() as u64);
    assert_eq!(kept.sha256, hash(&bytes));
    let reading = blobs.get(tenant, kept.id, None).await.unwrap().unwrap();
    assert_eq!((reading.size, reading.range.clone()), (kept.size, 0..kept.size));
    assert_eq!(reading.media_type, kept.media_type);
    assert_eq!(hash(&all(reading).await), kept.sha256);
    // Also when all of it comes in one piece, of exactly two parts.
    let exact = bytes.slice(..16 * MIB);
    let kept = blobs.put(tenant, ALL, pieces(exact.clone(), 16 * MIB)).await.unwrap();
    assert_eq!(hash(&all(blobs.get(tenant, kept.id, None).await.unwrap().unwrap()).await), hash(&exact));
    assert!(home.leftovers(tenant).await.is_empty());
}

async fn a_range_is_a_part_of_it(home: &dyn Home) {
    let (blobs, tenant) = (home.blobs(), TenantId::new());
    let bytes = noise(9 * MIB);
    let size = bytes.len() as u64;
    let kept = blobs.put(tenant, ALL, pieces(bytes.clone(), MIB)).await.unwrap();
    for (asked, given) in
        [(0..1, 0..1), (8_388_600..8_388_700, 8_388_600..8_388_700), (size - 5..size + 5, size - 5..size)]
    {
        let reading = blobs.get(tenant, kept.id, Some(asked)).await.unwrap().unwrap();
        assert_eq!((reading.size, reading.range.clone()), (size, given.clone()));
        assert_eq!(all(reading).await, bytes[given.start as usize..given.end as usize]);
    }
    for outside in [size..size + 1, size + 7..size + 9, 5..5] {
        let problem = blobs.get(tenant, kept.id, Some(outside)).await.unwrap_err();
        assert_eq!((problem.code.as_str(), problem.fault), ("range_outside", Fault::OutOfRange));
        assert_eq!(problem.more["size"], size);
    }
    assert!(blobs.get(tenant, BlobId::new(), Some(0..10)).await.unwrap().is_none());
}

async fn what_is_too_large_is_refused_midway_and_leaves_nothing(home: &dyn Home) {
    let (blobs, tenant) = (home.blobs(), TenantId::new());
    let piece = noise(MIB);
    let sent = std::sync::atomic::AtomicUsize::new(0);
    let endless = stream::iter(0..1_000).map(|_| {
        sent.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        Ok::<_, Infallible>(piece.clone())
    });
    let limits = Limits { bytes: 18 * MIB as u64, types: None };
    let problem = blobs.put(tenant, limits, endless).await.unwrap_err();
    assert_eq!((problem.code.as_str(), problem.fault), ("blob_too_large", Fault::TooLarge));
    assert_eq!(sent.into_inner(), 19, "what comes after the limit is not even read");
    nothing_is_left(home, tenant).await;
    // The limit itself is taken.
    let limits = Limits { bytes: 100, types: None };
    assert_eq!(blobs.put(tenant, limits, pieces(noise(100), 7)).await.unwrap().size, 100);
    assert_eq!(blobs.put(tenant, limits, pieces(noise(101), 7)).await.unwrap_err().code, "blob_too_large");
}

async fn what_breaks_off_leaves_nothing(home: &dyn Home) {
    let (blobs, tenant) = (home.blobs(), TenantId::new());
    let broken = pieces(noise(17 * MIB), MIB)
        .map(|piece| piece.map_err(|never| match never {}))
        .chain(stream::iter([Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset))]));
    let problem = blobs.put(tenant, ALL, broken).await.unwrap_err();
    assert_eq!((problem.code.as_str(), problem.fault), ("blob_broken_off", Fault::Unreadable));
    nothing_is_left(home, tenant).await;
}

async fn an_upload_that_is_given_up_leaves_nothing(home: &dyn Home) {
    let (blobs, tenant) = (home.blobs(), TenantId::new());
    let (begun, reached) = tokio::sync::oneshot::channel();
    let stuck = pieces(noise(17 * MIB), MIB)
        .chain(stream::once(async {
            // The connection of whoever sends it is silent from here on.
            let _ = begun.send(());
            std::future::pending().await
        }))
        .boxed();
    let upload = tokio::spawn({
        let blobs = blobs.clone();
        async move { blobs.put(tenant, ALL, stuck).await }
    });
    reached.await.unwrap();
    upload.abort();
    assert!(upload.await.unwrap_err().is_cancelled());
    read_until("nothing is left", async || home.leftovers(tenant).await, Vec::is_empty).await;
    nothing_is_left(home, tenant).await;
}

async fn a_kind_is_known_by_content(home: &dyn Home) {
    let (blobs, tenant) = (home.blobs(), TenantId::new());
    for (bytes, kind) in [
        (b"%PDF-1.7 a document".as_slice(), "application/pdf"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image/png"),
        (b"<!DOCTYPE html><script>alert(1)</script>", "text/plain"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "text/plain"),
        ("Grüße".as_bytes(), "text/plain"),
        (b"\0\x01\x02", "application/octet-stream"),
    ] {
        let kept = keep(&blobs, tenant, bytes).await;
        assert_eq!(kept.media_type, kind);
        let reading = blobs.get(tenant, kept.id, Some(1..2)).await.unwrap().unwrap();
        assert_eq!(reading.media_type, kind, "a part of it is of the same kind");
    }
    // Text around the edge of what is looked at, with a character that the edge cuts in two.
    for size in [65_535, 65_536, 65_537, 70_001] {
        let text = "€".repeat(size / 3 + 1);
        let kept = keep(&blobs, tenant, text.as_bytes()).await;
        assert_eq!(kept.media_type, "text/plain");
        let reading = blobs.get(tenant, kept.id, None).await.unwrap().unwrap();
        assert_eq!(reading.media_type, "text/plain");
    }
}

async fn what_is_empty_or_of_another_kind_is_refused(home: &dyn Home) {
    let (blobs, tenant) = (home.blobs(), TenantId::new());
    let problem = blobs.put(tenant, ALL, pieces(Bytes::new(), 1)).await.unwrap_err();
    assert_eq!((problem.code.as_str(), problem.fault), ("blob_empty", Fault::Invalid));
    let pictures = Limits { bytes: ALL.bytes, types: Some(&["image/png", "image/jpeg"]) };
    for bytes in [Bytes::from_static(b"<html>"), noise(20 * MIB)] {
        let problem = blobs.put(tenant, pictures, pieces(bytes, MIB)).await.unwrap_err();
        assert_eq!((problem.code.as_str(), problem.fault), ("blob_type_refused", Fault::UnsupportedMedia));
        assert!(problem.detail.contains("image/png or image/jpeg"), "{}", problem.detail);
    }
    nothing_is_left(home, tenant).await;
    let picture = Bytes::from_static(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR");
    assert_eq!(blobs.put(tenant, pictures, pieces(picture, 3)).await.unwrap().media_type, "image/png");
}

async fn anothers_blob_is_not_there(home: &dyn Home) {
    let (blobs, owner, other) = (home.blobs(), TenantId::new(), TenantId::new());
    let kept = keep(&blobs, owner, b"mine").await;
    assert!(blobs.get(other, kept.id, None).await.unwrap().is_none());
    assert!(listed(&blobs, other).await.is_empty());
    blobs.delete(other, kept.id).await.unwrap();
    assert_eq!(blobs.delete_all(other).await.unwrap(), 0);
    assert_eq!(all(blobs.get(owner, kept.id, None).await.unwrap().unwrap()).await, b"mine");
}

async fn removed_twice_is_removed_once(home: &dyn Home) {
    let (blobs, tenant) = (home.blobs(), TenantId::new());
    let kept = keep(&blobs, tenant, b"gone soon").await;
    blobs.delete(tenant, kept.id).await.unwrap();
    blobs.delete(tenant, kept.id).await.unwrap();
    assert!(blobs.get(tenant, kept.id, None).await.unwrap().is_none());
}

async fn a_tenant_is_listed_and_removed_whole(home: &dyn Home) {
    let (blobs, tenant, other) = (home.blobs(), TenantId::new(), TenantId::new());
    let before = now();
    let mut kept = Vec::new();
    for size in 1..=25_usize {
        kept.push((keep(&blobs, tenant, &noise(size)).await.id, size as u64));
    }
    let stays = keep(&blobs, other, b"stays").await;
    let mut found = Vec::new();
    for listed in listed(&blobs, tenant).await {
        let age = listed.last_modified.since(before).max(before.since(listed.last_modified));
        assert!(age < Duration::from_secs(120), "{listed:?}");
        found.push((listed.id, listed.size));
    }
    found.sort();
    kept.sort();
    assert_eq!(found, kept);
    assert_eq!(blobs.delete_all(tenant).await.unwrap(), 25);
    assert_eq!(blobs.delete_all(tenant).await.unwrap(), 0);
    assert!(listed(&blobs, tenant).await.is_empty());
    assert!(blobs.get(other, stays.id, None).await.unwrap().is_some());
}

async fn a_restore_brings_a_blob_back_under_its_id(home: &dyn Home) {
    let (blobs, tenant) = (home.blobs(), TenantId::new());
    let bytes = noise(9 * MIB);
    let kept = blobs.put(tenant, ALL, pieces(bytes.clone(), MIB)).await.unwrap();
    // Straight from one place into another, nothing of it kept on the way.
    let reading = blobs.get(tenant, kept.id, None).await.unwrap().unwrap();
    let copy = TenantId::new();
    let back = blobs.write_back(copy, kept.id, reading.stream).await.unwrap();
    assert_eq!(back, kept);
    let again = blobs.write_back(copy, kept.id, pieces(Bytes::from_static(b"older"), 2)).await.unwrap();
    assert_eq!((again.id, again.size), (kept.id, 5));
    assert_eq!(all(blobs.get(copy, kept.id, None).await.unwrap().unwrap()).await, b"older");
    let nothing = blobs.write_back(copy, BlobId::new(), pieces(Bytes::new(), 1)).await.unwrap();
    let reading = blobs.get(copy, nothing.id, None).await.unwrap().unwrap();
    assert_eq!(reading.size, 0);
    assert_eq!(all(reading).await, b"");
}

async fn many_uploads_at_once_do_not_mix(home: &dyn Home) {
    let (blobs, tenant) = (home.blobs(), TenantId::new());
    let uploads = (0..8_usize).map(|at| {
        let blobs = blobs.clone();
        tokio::spawn(async move {
            let bytes = noise(9 * MIB + at);
            let kept = blobs.put(tenant, ALL, pieces(bytes.clone(), 300_000)).await.unwrap();
            assert_eq!(all(blobs.get(tenant, kept.id, None).await.unwrap().unwrap()).await, bytes);
            kept.id
        })
    });
    let mut ids: Vec<BlobId> = Vec::new();
    for upload in uploads.collect::<Vec<_>>() {
        ids.push(upload.await.unwrap());
    }
    assert_eq!(listed(&blobs, tenant).await.len(), 8);
}

async fn nothing_is_left(home: &dyn Home, tenant: TenantId) {
    assert!(home.leftovers(tenant).await.is_empty(), "{:?}", home.leftovers(tenant).await);
    assert!(listed(&home.blobs(), tenant).await.is_empty());
}

pub async fn keep(blobs: &Blobs, tenant: TenantId, bytes: &[u8]) -> Stored {
    blobs.put(tenant, ALL, pieces(Bytes::copy_from_slice(bytes), 1_000)).await.unwrap()
}

pub async fn all(reading: Reading) -> Vec<u8> {
    let expected = reading.range.end - reading.range.start;
    let pieces: Vec<Bytes> = reading.stream.try_collect().await.unwrap();
    let bytes = pieces.concat();
    assert_eq!(bytes.len() as u64, expected);
    bytes
}

async fn listed(blobs: &Blobs, tenant: TenantId) -> Vec<blobs::Listed> {
    blobs.list(tenant).try_collect().await.unwrap()
}

fn pieces(bytes: Bytes, size: usize) -> impl Stream<Item = Result<Bytes, Infallible>> + Send + 'static {
    let count = bytes.len().div_ceil(size);
    stream::iter((0..count).map(move |at| Ok(bytes.slice(at * size..bytes.len().min((at + 1) * size)))))
}

/// Bytes that look like nothing in particular, the same ones each time.
fn noise(size: usize) -> Bytes {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64 ^ size as u64;
    let mut bytes = Vec::with_capacity(size + 8);
    while bytes.len() < size {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend(state.to_le_bytes());
    }
    bytes.truncate(size);
    // Never by chance the opening of some format.
    bytes[..size.min(2)].fill(0xfb);
    bytes.into()
}

fn hash(bytes: &[u8]) -> String {
    digest(&SHA256, bytes).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test of lifetimes counted by others asks the same clock as they do"
)]
pub fn now() -> Timestamp {
    SystemTime::now().into()
}
