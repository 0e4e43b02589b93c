//! Addresses that let their holder do one thing to one blob until a moment.
//!
//! For a folder the address is a route of ours, `/blobs/{tenant}/{id}?expires=…&signature=…`, signed with a key of the
//! tenant's, and [`Address::check`] says whether it holds. For S3 and Azure it is theirs, and the bytes never pass
//! through us.

use std::fmt::Write;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::{Problem, TenantId, Timestamp, boxed};
use object_store::signer::{Method, SignedUrlOptions};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use ring::hmac;

use crate::place::Signs;
use crate::problems::{ADDRESS_REFUSED, address_expired, address_invalid, unavailable};
use crate::{BlobId, Blobs};

const SHORTEST: Duration = Duration::from_secs(1);
/// What S3 and Azure allow, too.
const LONGEST: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// What a tenant's addresses are signed with: the same on every node, and for as long as its addresses are to hold.
pub type SigningKey = [u8; 32];

/// What may stand in a query, and in `filename*` of RFC 8187, as it is.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// What the holder of an address may do it to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Granted {
    pub tenant: TenantId,
    pub id: BlobId,
    /// Under which name a browser is to keep it; see [`attachment`].
    pub file_name: Option<String>,
}

impl Blobs {
    /// An address for one `GET` or `PUT`. A file's name is for a `GET`; Azure leaves it out.
    ///
    /// A `PUT` by an address of S3 or Azure goes past the limits of [`Blobs::put`]: look at what came before a record
    /// points to it. Azure wants the header `x-ms-blob-type: BlockBlob` with it. Both count the lifetime by the
    /// machine's clock, not by `now`.
    #[boxed]
    pub async fn sign(
        &self,
        key: &SigningKey,
        granted: &Granted,
        method: &str,
        now: Timestamp,
        lasts: Duration,
    ) -> Result<String, Problem> {
        let Granted { tenant, id, file_name } = granted;
        check_wish(method, lasts, file_name.as_deref())?;
        let whole_seconds = Duration::from_secs(lasts.as_secs() + u64::from(lasts.subsec_nanos() > 0));
        let provider = match &self.0.signs {
            Signs::We => return Ok(own(key, granted, method, now.plus(lasts))),
            Signs::S3(signer) | Signs::Azure(signer) => signer,
        };
        let mut options = SignedUrlOptions::new();
        if let (Signs::S3(_), Some(name)) = (&self.0.signs, file_name) {
            options = options.with_query([("response-content-disposition", attachment(name))]);
        }
        let method = if method == "PUT" { Method::PUT } else { Method::GET };
        let signed =
            provider.signed_url_opts(method, &self.path(*tenant, *id), whole_seconds, &options).await;
        Ok(signed.map_err(|why| unavailable("sign an address", &why))?.to_string())
    }
}

fn own(key: &SigningKey, granted: &Granted, method: &str, until: Timestamp) -> String {
    let Granted { tenant, id, file_name } = granted;
    let path = format!("/blobs/{tenant}/{id}");
    // Upwards, so that an address for a second lasts one.
    let expires = until.as_micros().div_euclid(1_000_000) + i64::from(until.as_micros() % 1_000_000 != 0);
    let said = statement(*tenant, method, &path, expires, file_name.as_deref());
    let signature = hmac::sign(&secret(key), &said);
    let mut address = format!("{path}?expires={expires}");
    if let Some(name) = file_name {
        let _ = write!(address, "&name={}", utf8_percent_encode(name, ENCODED));
    }
    let _ = write!(address, "&signature={}", URL_SAFE_NO_PAD.encode(signature));
    address
}

fn secret(key: &SigningKey) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, key)
}

/// An address of ours taken apart. There is one way to write each, and any other is refused. Until it is checked it
/// is only what somebody wrote.
pub struct Address {
    /// Whose key it must be signed with.
    pub tenant: TenantId,
    id: BlobId,
    expires: i64,
    file_name: Option<String>,
    signature: Vec<u8>,
}

impl Address {
    /// `path` and `query` as they came, nothing decoded.
    pub fn read(path: &str, query: &str) -> Result<Self, Problem> {
        Self::parts(path, query).ok_or_else(address_invalid)
    }

    /// What one reads like whose tenant is not there: like any other that never was good.
    pub fn of_nobody() -> Problem {
        address_invalid()
    }

    /// Whether [`Blobs::sign`] made it with this key, and for this method.
    pub fn check(self, key: &SigningKey, method: &str, now: Timestamp) -> Result<Granted, Problem> {
        let Self { tenant, id, expires, file_name, signature } = self;
        let path = format!("/blobs/{tenant}/{id}");
        let said = statement(tenant, method, &path, expires, file_name.as_deref());
        hmac::verify(&secret(key), &said, &signature).map_err(|_| address_invalid())?;
        // Only after the signature: who did not hold a good address is not told that it was one.
        if now.as_micros() >= expires.saturating_mul(1_000_000) {
            return Err(address_expired());
        }
        Ok(Granted { tenant, id, file_name })
    }

    fn parts(path: &str, query: &str) -> Option<Self> {
        let (tenant, id) = path.strip_prefix("/blobs/")?.split_once('/')?;
        let (tenant, id) = (tenant.parse::<TenantId>().ok()?, id.parse::<BlobId>().ok()?);
        let (mut expires, mut name, mut signature) = (None, None, None);
        for pair in query.split('&') {
            let (key, value) = pair.split_once('=')?;
            let slot = match key {
                "expires" => &mut expires,
                "name" => &mut name,
                "signature" => &mut signature,
                _ => return None,
            };
            if slot.replace(value).is_some() {
                return None;
            }
        }
        let expires =
            expires.and_then(|text| text.parse::<i64>().ok().filter(|read| read.to_string() == text))?;
        let signature = URL_SAFE_NO_PAD.decode(signature?).ok()?;
        let file_name = match name {
            Some(text) => Some(decoded(text)?),
            None => None,
        };
        let canonical = path == format!("/blobs/{tenant}/{id}");
        canonical.then_some(Self { tenant, id, expires, file_name, signature })
    }
}

/// The value of `Content-Disposition` that makes a browser keep a file under a name instead of showing it.
pub fn attachment(file_name: &str) -> String {
    let plain = |c: char| if (' '..='~').contains(&c) && !"\"\\%".contains(c) { c } else { '_' };
    let ascii: String = file_name.chars().map(plain).collect();
    format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{}", utf8_percent_encode(file_name, ENCODED))
}

fn check_wish(method: &str, lasts: Duration, file_name: Option<&str>) -> Result<(), Problem> {
    let refused = |detail: &str| Err(ADDRESS_REFUSED.says(detail));
    if !["GET", "PUT"].contains(&method) {
        return refused("An address is signed for GET or for PUT. Ask for one of them.");
    }
    if !(SHORTEST..=LONGEST).contains(&lasts) {
        return refused("An address lasts between 1 second and 7 days. Ask for a time in between.");
    }
    let Some(name) = file_name else { return Ok(()) };
    if method != "GET" {
        return refused("A file's name goes with an address for GET. Leave it out here.");
    }
    let odd = |c: char| c.is_control() || c == '/' || c == '\\';
    if name.trim().is_empty() || name.chars().count() > 200 || name.contains(odd) {
        return refused("A file's name has 1 to 200 characters and no slashes. Choose another.");
    }
    Ok(())
}

/// What is signed: a list in which each part is preceded by its length, so that no two lists read the same.
fn statement(tenant: TenantId, method: &str, path: &str, expires: i64, file_name: Option<&str>) -> Vec<u8> {
    let (tenant, expires) = (tenant.to_string(), expires.to_string());
    let parts = ["galleria blob address 1", &tenant, method, path, &expires];
    let mut statement = Vec::with_capacity(256);
    for part in parts.into_iter().chain(file_name) {
        statement.extend((part.len() as u64).to_be_bytes());
        statement.extend(part.as_bytes());
    }
    statement
}

fn decoded(text: &str) -> Option<String> {
    let name = percent_decode_str(text).decode_utf8().ok()?.into_owned();
    (utf8_percent_encode(&name, ENCODED).to_string() == text).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_statements_read_the_same() {
        let tenant = TenantId::new();
        let plain = statement(tenant, "GET", "/a", 12, None);
        assert_ne!(plain, statement(tenant, "GET/", "a", 12, None));
        assert_ne!(plain, statement(tenant, "GET", "/a1", 2, None));
        assert_ne!(plain, statement(tenant, "GET", "/a", 12, Some("")));
        assert_ne!(plain, statement(TenantId::new(), "GET", "/a", 12, None));
    }

    #[test]
    fn a_name_in_any_script_reaches_a_browser() {
        let header = attachment("Rechnung \"März\" 100%.pdf");
        assert_eq!(
            header,
            "attachment; filename=\"Rechnung _M_rz_ 100_.pdf\"; filename*=UTF-8''Rechnung%20%22M%C3%A4rz%22%20100%25.pdf"
        );
        assert!(attachment("a\r\nSet-Cookie: b").is_ascii());
        assert!(!attachment("a\r\nSet-Cookie: b").contains(['\r', '\n']));
    }

    #[test]
    fn an_address_is_for_a_get_or_a_put_of_a_second_to_a_week() {
        let hour = Duration::from_secs(3_600);
        assert!(check_wish("GET", SHORTEST, Some("a.pdf")).is_ok());
        assert!(check_wish("PUT", LONGEST, None).is_ok());
        assert!(check_wish("DELETE", hour, None).is_err());
        assert!(check_wish("get", hour, None).is_err());
        assert!(check_wish("GET", Duration::from_millis(999), None).is_err());
        assert!(check_wish("GET", LONGEST + Duration::from_millis(1), None).is_err());
        assert!(check_wish("PUT", hour, Some("a.pdf")).is_err());
        for name in ["", " ", "a/b", "a\\b", "a\nb"] {
            assert!(check_wish("GET", hour, Some(name)).is_err(), "{name:?}");
        }
    }
}
