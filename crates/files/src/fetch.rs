//! Fetching a file by its signed address, where its object lies in a folder of ours.

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE,
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_RANGE, RANGE, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use axum::response::Response;
use blobs::{Address, Blobs, Granted, Reading, attachment};
use edge::{Answer, Platform, check_open};
use kernel::Problem;

use crate::shelf::Shelf;

pub(crate) async fn fetch(
    State(platform): State<Platform>,
    Extension(shelf): Extension<Shelf>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Answer {
    let granted = granted(&platform, &method, &uri).await?;
    let tag = format!("\"{}\"", granted.id);
    let asked = asked(&headers, &tag);
    let reading = read(shelf.blobs()?, &granted, asked).await?;
    Ok(sent(reading, &granted, &tag, asked.is_some(), method == Method::HEAD))
}

/// What the address lets its holder do. Whose key it must be signed with, it says itself.
async fn granted(platform: &Platform, method: &Method, uri: &Uri) -> Result<Granted, Problem> {
    // What GET may have, HEAD may ask about.
    let method = if method == Method::HEAD { &Method::GET } else { method };
    let address = Address::read(uri.path(), uri.query().unwrap_or_default())?;
    let cell = platform.cell();
    let record = cell.registry().tenant(address.tenant).ok_or_else(Address::of_nobody)?;
    check_open(&record, &Method::GET)?;
    let keys = cell.tenant(record.id).keys().await?;
    address.check(keys.addresses(), method.as_str(), cell.now())
}

async fn read(blobs: &Blobs, granted: &Granted, asked: Option<Part>) -> Result<Reading, Problem> {
    let Granted { tenant, id, .. } = *granted;
    let gone = || Problem::not_found("file");
    let range = match asked {
        None => None,
        Some(Part::From(start, end)) => Some(start..end),
        Some(Part::Last(bytes)) => {
            let size = blobs.get(tenant, id, None).await?.ok_or_else(gone)?.size;
            Some(size.saturating_sub(bytes)..size)
        }
    };
    blobs.get(tenant, id, range).await?.ok_or_else(gone)
}

fn sent(reading: Reading, granted: &Granted, tag: &str, part: bool, only_head: bool) -> Response {
    let Reading { size, range, media_type, stream } = reading;
    let mut response = Response::new(if only_head { Body::empty() } else { Body::from_stream(stream) });
    let headers = response.headers_mut();
    let fixed = HeaderValue::from_static;
    headers.insert(CONTENT_TYPE, fixed(media_type));
    headers.insert(CONTENT_LENGTH, HeaderValue::from(range.end - range.start));
    headers.insert(ACCEPT_RANGES, fixed("bytes"));
    headers.insert(CACHE_CONTROL, fixed("private, no-cache, no-transform"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, fixed("nosniff"));
    headers.insert(CONTENT_SECURITY_POLICY, fixed("sandbox; default-src 'none'"));
    let mut said = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    let disposition = granted.file_name.as_deref().map(attachment);
    said(CONTENT_DISPOSITION, disposition.as_deref().unwrap_or("attachment"));
    said(ETAG, tag);
    if part {
        said(CONTENT_RANGE, &format!("bytes {}-{}/{size}", range.start, range.end.saturating_sub(1)));
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
    response
}

/// A part of a file: from a byte to before another, or so many at its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    From(u64, u64),
    Last(u64),
}

/// The one part that is asked for. Several, or what cannot be read, is answered with all of it, as HTTP has it; so is a
/// part of something else than what is here.
fn asked(headers: &HeaderMap, tag: &str) -> Option<Part> {
    if headers.get(IF_RANGE).is_some_and(|seen| seen != tag) {
        return None;
    }
    part(headers.get(RANGE)?.to_str().ok()?)
}

fn part(text: &str) -> Option<Part> {
    let (first, last) = text.strip_prefix("bytes=")?.split_once('-')?;
    // A number's `+` would be read, and is none of HTTP's.
    let number =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<u64>().ok())?;
    match (first.trim(), last.trim()) {
        ("", last) => number(last).map(Part::Last),
        (first, "") => number(first).map(|first| Part::From(first, u64::MAX)),
        (first, last) => {
            let (first, last) = (number(first)?, number(last)?);
            (first <= last).then(|| Part::From(first, last.saturating_add(1)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_part_is_read() {
        assert_eq!(part("bytes=0-0"), Some(Part::From(0, 1)));
        assert_eq!(part("bytes=5-9"), Some(Part::From(5, 10)));
        assert_eq!(part("bytes=5-"), Some(Part::From(5, u64::MAX)));
        assert_eq!(part("bytes=-5"), Some(Part::Last(5)));
        assert_eq!(part("bytes=0-18446744073709551615"), Some(Part::From(0, u64::MAX)));
    }

    #[test]
    fn what_is_no_part_is_all_of_it() {
        for text in
            ["", "bytes", "bytes=", "bytes=-", "bytes=5-3", "bytes=0-1,3-4", "lines=0-1", "bytes=+1-2"]
        {
            assert_eq!(part(text), None, "{text}");
        }
        assert_eq!(part("bytes=0-99999999999999999999"), None);
    }

    #[test]
    fn a_part_of_something_else_is_all_of_it() {
        let mut headers = HeaderMap::new();
        headers.insert(RANGE, HeaderValue::from_static("bytes=0-0"));
        assert!(asked(&headers, "\"a\"").is_some());
        headers.insert(IF_RANGE, HeaderValue::from_static("\"a\""));
        assert!(asked(&headers, "\"a\"").is_some());
        headers.insert(IF_RANGE, HeaderValue::from_static("Sat, 03 May 2026 14:00:00 GMT"));
        assert!(asked(&headers, "\"a\"").is_none());
    }
}
