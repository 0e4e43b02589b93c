//! Blobs over the three places, each of them real: a folder, S3 as moto speaks it, Azure as Azurite does.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod addresses;
mod http;
mod places;
mod suite;

use std::time::{Duration, Instant};

use blobs::{BlobId, Blobs, Granted, Limits, Place, PlaceOptions};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use kernel::{Fault, TenantId};

use crate::http::request;
use crate::places::{Azure, Folder, Home, KEY, S3};

#[tokio::test(flavor = "multi_thread")]
async fn everything_holds_in_a_folder() {
    suite::run(&Folder::new()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_holds_in_s3() {
    let home = S3::start().await;
    suite::run(&home).await;
    signed_addresses_work(&home, &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_holds_in_azure() {
    let home = Azure::start().await;
    suite::run(&home).await;
    signed_addresses_work(&home, &[("x-ms-blob-type", "BlockBlob")]).await;
    // Moto takes any signature; Azurite looks at it.
    let blobs = home.blobs();
    let tenant = TenantId::new();
    let kept = suite::keep(&blobs, tenant, b"a document").await;
    let now = suite::now();
    let hour = Duration::from_secs(3_600);
    let address = blobs.sign(&KEY, &granted(tenant, kept.id, None), "GET", now, hour).await.unwrap();
    let other = suite::keep(&blobs, tenant, b"another document").await;
    assert_eq!(
        request("GET", &address.replace(&kept.id.to_string(), &other.id.to_string()), &[], b"").await.status,
        403
    );
    assert_eq!(request("PUT", &address, &[("x-ms-blob-type", "BlockBlob")], b"x").await.status, 403);
    let brief =
        blobs.sign(&KEY, &granted(tenant, kept.id, None), "GET", now, Duration::from_secs(1)).await.unwrap();
    tokio::time::sleep(Duration::from_millis(2_100)).await;
    assert_eq!(request("GET", &brief, &[], b"").await.status, 403);
}

fn granted(tenant: TenantId, id: BlobId, name: Option<&str>) -> Granted {
    Granted { tenant, id, file_name: name.map(str::to_owned) }
}

async fn signed_addresses_work(home: &dyn Home, headers: &[(&str, &str)]) {
    let (blobs, tenant, now) = (home.blobs(), TenantId::new(), suite::now());
    let kept = suite::keep(&blobs, tenant, b"%PDF-1.7 a document").await;
    let hour = Duration::from_secs(3_600);
    let address = blobs
        .sign(&KEY, &granted(tenant, kept.id, Some("Rechnung März.pdf")), "GET", now, hour)
        .await
        .unwrap();
    let answer = request("GET", &address, &[], b"").await;
    assert_eq!(
        (answer.status, answer.body.as_slice()),
        (200, b"%PDF-1.7 a document".as_slice()),
        "{address}"
    );
    assert_eq!(answer.header("content-type"), Some("application/pdf"));
    if home.names_files() {
        assert!(answer.header("content-disposition").unwrap().contains("Rechnung%20M%C3%A4rz.pdf"));
    }

    let id = BlobId::new();
    let address = blobs.sign(&KEY, &granted(tenant, id, None), "PUT", now, hour).await.unwrap();
    let sent = [headers, &[("content-type", "text/html")]].concat();
    let answer = request("PUT", &address, &sent, b"<html><script>").await;
    assert!((200..300).contains(&answer.status), "{}", answer.status);
    let reading = blobs.get(tenant, id, None).await.unwrap().unwrap();
    assert_eq!(reading.media_type, "text/plain");
    assert_eq!(suite::all(reading).await, b"<html><script>");
}

#[tokio::test]
async fn a_place_that_does_not_answer_is_unavailable_for_a_while() {
    let options = PlaceOptions {
        endpoint: Some("https://127.0.0.1:9".into()),
        key_id: Some("id".into()),
        secret: Some("hush".into()),
        ..PlaceOptions::default()
    };
    let blobs = Blobs::open(&Place::parse("s3://galleria-files", &options).unwrap()).unwrap();
    let problem = blobs.get(TenantId::new(), BlobId::new(), None).await.unwrap_err();
    assert_eq!((problem.code.as_str(), problem.fault), ("blobs_unavailable", Fault::Unavailable));
    assert!(problem.retry_after.is_some());
    assert!(!format!("{blobs:?} {problem:?}").contains("hush"));
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_refused_with_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let taken = folder.path().join("file");
    std::fs::write(&taken, "in the way").unwrap();
    let place = Place::parse(&taken.join("files").display().to_string(), &PlaceOptions::default()).unwrap();
    let why = Blobs::open(&place).unwrap_err();
    assert!(why.contains("file/files") && why.contains("Check its settings"), "{why}");
}

/// Figures, not a verdict: how fast bytes go in and come out of a folder, and what that takes of memory.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "prints figures; run it with --release -- --ignored --nocapture"]
async fn how_fast_a_folder_is() {
    let home = Folder::new();
    let (blobs, tenant) = (home.blobs(), TenantId::new());
    let pieces = (0..16_384).map(|_| Ok::<_, std::io::Error>(Bytes::from(vec![7; 64 * 1024])));
    let limits = Limits { bytes: u64::MAX, types: None };
    let started = Instant::now();
    let kept = blobs.put(tenant, limits, stream::iter(pieces)).await.unwrap();
    eprintln!("{} MiB in: {:?}", kept.size >> 20, started.elapsed());
    let started = Instant::now();
    let mut reading = blobs.get(tenant, kept.id, None).await.unwrap().unwrap();
    let mut size = 0;
    while let Some(piece) = reading.stream.next().await {
        size += piece.unwrap().len();
    }
    eprintln!("{} MiB out: {:?}", size >> 20, started.elapsed());
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    eprintln!("{}", status.lines().find(|line| line.starts_with("VmHWM")).unwrap());
}
