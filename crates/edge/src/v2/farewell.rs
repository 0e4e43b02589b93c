//! The end of the first version, announced in the headers of its answers.

use axum::http::header::LINK;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Uri};
use kernel::Timestamp;

use super::paths::{FIRST, SECOND, renamed};

/// Until when the first version is served, for those who still ask it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Farewell {
    /// From when on nobody should begin with it.
    pub deprecated: Option<Timestamp>,
    /// From when on it may be gone.
    pub sunset: Option<Timestamp>,
}

impl Farewell {
    pub(crate) fn is_near(&self) -> bool {
        self.deprecated.is_some() || self.sunset.is_some()
    }

    /// `Deprecation` (RFC 9745), `Sunset` (RFC 8594), and where the same is found in the second version.
    pub(crate) fn write(&self, uri: &Uri, headers: &mut HeaderMap) {
        let Some(successor) = renamed(uri, FIRST, SECOND) else { return };
        let deprecated = self.deprecated.map(|at| format!("@{}", at.as_micros().div_euclid(1_000_000)));
        let link = format!("<{}>; rel=\"successor-version\"", successor.path());
        let said = [
            (HeaderName::from_static("deprecation"), deprecated),
            (HeaderName::from_static("sunset"), self.sunset.and_then(http_date)),
            (LINK, Some(link)),
        ];
        for (name, value) in said {
            if let Some(value) = value.and_then(|value| HeaderValue::try_from(value).ok()) {
                headers.append(name, value);
            }
        }
    }
}

fn http_date(at: Timestamp) -> Option<String> {
    let at = jiff::Timestamp::from_microsecond(at.as_micros()).ok()?;
    jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&at).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_that_ends_says_when_and_what_comes_after_it() {
        let at = |text: &str| Some(text.parse().unwrap());
        let farewell =
            Farewell { deprecated: at("2027-01-01T00:00:00Z"), sunset: at("2028-07-01T12:00:00Z") };
        let mut headers = HeaderMap::new();
        farewell.write(&Uri::from_static("/api/v1/orders?email=a"), &mut headers);
        assert_eq!(headers["deprecation"], "@1798761600");
        assert_eq!(headers["sunset"], "Sat, 01 Jul 2028 12:00:00 GMT");
        assert_eq!(headers["link"], "</api/v2/orders>; rel=\"successor-version\"");
        assert!(farewell.is_near() && !Farewell::default().is_near());
    }
}
