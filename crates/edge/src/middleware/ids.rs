//! The ids of a request: which others it belongs to, and its own.

use axum::http::{HeaderMap, HeaderValue};
use kernel::CorrelationId;
use uuid::Uuid;

/// From the caller, from its W3C trace, or new.
pub(crate) fn correlation(headers: &HeaderMap) -> CorrelationId {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let named = text("x-correlation-id").and_then(|id| Uuid::try_parse(id).ok());
    let traced = || {
        let mut parts = text("traceparent")?.split('-');
        let (version, trace) = (parts.next()?, parts.next()?);
        (version.len() == 2 && trace.len() == 32)
            .then(|| Uuid::try_parse(trace).ok())
            .flatten()
            .filter(|id| !id.is_nil())
    };
    named.or_else(traced).map_or_else(CorrelationId::new, CorrelationId)
}

/// Tells the caller of both, and continues its trace.
pub(crate) fn write(correlation: CorrelationId, headers: &mut HeaderMap) {
    let request_id = Uuid::now_v7();
    let mut buffer = Uuid::encode_buffer();
    headers.insert("x-correlation-id", id_header(correlation.uuid().hyphenated().encode_lower(&mut buffer)));
    headers.insert("x-request-id", id_header(request_id.hyphenated().encode_lower(&mut buffer)));
    headers.insert("traceparent", traceparent(correlation, request_id));
}

fn traceparent(correlation: CorrelationId, span: Uuid) -> HeaderValue {
    let (_, span) = span.as_u64_pair();
    HeaderValue::from_str(&format!("00-{}-{span:016x}-01", correlation.uuid().simple()))
        .expect("hexadecimal digits are a header value")
}

fn id_header(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).expect("a UUID is a header value")
}
