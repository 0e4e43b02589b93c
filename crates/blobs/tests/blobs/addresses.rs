//! Signed addresses of a folder, which we check ourselves.

use std::time::Duration;

use blobs::{Address, BlobId, Blobs, Granted};
use kernel::{Fault, Problem, TenantId, Timestamp};

use crate::places::{Folder, Home, KEY};

const NOW: Timestamp = Timestamp::from_micros(1_795_000_000_123_456);
const HOUR: Duration = Duration::from_secs(3_600);

async fn signed(blobs: &Blobs, tenant: TenantId, id: BlobId, name: Option<&str>) -> String {
    sign(blobs, "GET", tenant, id, HOUR, name).await.unwrap()
}

async fn sign(
    blobs: &Blobs,
    method: &str,
    tenant: TenantId,
    id: BlobId,
    lasts: Duration,
    name: Option<&str>,
) -> Result<String, Problem> {
    let granted = Granted { tenant, id, file_name: name.map(str::to_owned) };
    blobs.sign(&KEY, &granted, method, NOW, lasts).await
}

fn check(method: &str, address: &str, now: Timestamp) -> Result<Granted, Problem> {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    Address::read(path, query)?.check(&KEY, method, now)
}

fn is_invalid(method: &str, address: &str) {
    let problem = check(method, address, NOW).unwrap_err();
    assert_eq!((problem.code.as_str(), problem.fault), ("address_invalid", Fault::NotFound), "{address}");
}

#[tokio::test]
async fn an_address_grants_what_was_signed() {
    let home = Folder::new();
    let (blobs, tenant, id) = (home.blobs(), TenantId::new(), BlobId::new());
    let address = signed(&blobs, tenant, id, None).await;
    assert!(address.starts_with(&format!("/blobs/{tenant}/{id}?expires=1795003601&signature=")), "{address}");
    let granted = check("GET", &address, NOW).unwrap();
    assert_eq!(granted, Granted { tenant, id, file_name: None });
    let named = signed(&blobs, tenant, id, Some("Rechnung & März+1 100%.pdf")).await;
    let granted = check("GET", &named, NOW).unwrap();
    assert_eq!(granted.file_name.as_deref(), Some("Rechnung & März+1 100%.pdf"));
    let put = sign(&blobs, "PUT", tenant, id, HOUR, None).await.unwrap();
    assert!(check("PUT", &put, NOW).is_ok());
}

#[tokio::test]
async fn an_address_is_good_until_its_moment_and_not_after() {
    let home = Folder::new();
    let (blobs, tenant, id) = (home.blobs(), TenantId::new(), BlobId::new());
    let address = sign(&blobs, "GET", tenant, id, Duration::from_secs(1), None).await.unwrap();
    assert!(check("GET", &address, NOW.plus(Duration::from_secs(1))).is_ok());
    let problem = check("GET", &address, NOW.plus(Duration::from_secs(2))).unwrap_err();
    assert_eq!((problem.code.as_str(), problem.fault), ("address_expired", Fault::Forbidden));
    // Expired and edited is only edited.
    let edited = address.replace("expires=1", "expires=2");
    assert_eq!(check("GET", &edited, NOW).unwrap_err().code, "address_invalid");
}

#[tokio::test]
async fn an_address_is_for_one_method_one_tenant_and_one_blob() {
    let home = Folder::new();
    let (blobs, tenant, id) = (home.blobs(), TenantId::new(), BlobId::new());
    let address = signed(&blobs, tenant, id, None).await;
    for method in ["PUT", "HEAD", "DELETE", "get", ""] {
        is_invalid(method, &address);
    }
    is_invalid("GET", &address.replace(&tenant.to_string(), &TenantId::new().to_string()));
    is_invalid("GET", &address.replace(&id.to_string(), &BlobId::new().to_string()));
    is_invalid("GET", &address.replace(&id.to_string(), &id.to_string().to_uppercase()));
    is_invalid("GET", &address.replace("/blobs/", "/files/"));
    is_invalid("GET", &address.replace(&tenant.to_string(), &format!("{tenant}/..")));
    is_invalid("GET", &address.replace('?', "/?"));
    let (path, query) = address.split_once('?').unwrap();
    let of_anothers_key = Address::read(path, query).unwrap().check(&[8; 32], "GET", NOW).unwrap_err();
    assert_eq!(of_anothers_key.code, "address_invalid");
}

#[tokio::test]
async fn no_bit_of_an_address_can_be_changed() {
    let home = Folder::new();
    let (blobs, tenant, id) = (home.blobs(), TenantId::new(), BlobId::new());
    let address = signed(&blobs, tenant, id, Some("a b.pdf")).await;
    let mut changed = 0;
    for at in 0..address.len() {
        for bit in 0..8 {
            let mut bytes = address.clone().into_bytes();
            bytes[at] ^= 1 << bit;
            if let Ok(edited) = String::from_utf8(bytes) {
                is_invalid("GET", &edited);
                changed += 1;
            }
        }
    }
    assert!(changed > 1_000);
    for cut in 0..address.len() {
        is_invalid("GET", &address[..cut]);
    }
}

#[tokio::test]
async fn a_parameter_stands_once_and_in_its_one_form() {
    let home = Folder::new();
    let (blobs, tenant, id) = (home.blobs(), TenantId::new(), BlobId::new());
    let address = signed(&blobs, tenant, id, Some("a.pdf")).await;
    let (path, query) = address.split_once('?').unwrap();
    let pairs: Vec<&str> = query.split('&').collect();
    for pair in &pairs {
        is_invalid("GET", &format!("{address}&{pair}"));
        is_invalid("GET", &format!("{path}?{pair}&{query}"));
        let without: Vec<&str> = pairs.iter().copied().filter(|other| other != pair).collect();
        is_invalid("GET", &format!("{path}?{}", without.join("&")));
    }
    for (from, to) in [
        ("expires=", "expires=0"),
        ("expires=", "expires=%2B"),
        ("expires=", "expires=+"),
        ("name=a", "name=%61"),
        ("name=a.pdf", "name="),
        ("expires=", "Expires="),
        ("&name", "&&name"),
        ("&name", ";name"),
    ] {
        is_invalid("GET", &address.replacen(from, to, 1));
    }
    for more in ["&", "&x=1", "=", "%00", "&download", "#fragment"] {
        is_invalid("GET", &format!("{address}{more}"));
    }
    // Their order says nothing.
    let turned: Vec<&str> = pairs.iter().rev().copied().collect();
    assert!(check("GET", &format!("{path}?{}", turned.join("&")), NOW).is_ok());
}

#[tokio::test]
async fn a_lifetime_outside_of_a_second_to_a_week_is_refused() {
    let home = Folder::new();
    let (blobs, tenant, id) = (home.blobs(), TenantId::new(), BlobId::new());
    for lasts in
        [Duration::ZERO, Duration::from_millis(999), Duration::from_secs(7 * 86_400 + 1), Duration::MAX]
    {
        let problem = sign(&blobs, "GET", tenant, id, lasts, None).await.unwrap_err();
        assert_eq!(problem.code, "address_refused");
    }
}
