//! A tenant as one request sees it, and how its records are answered.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header::ETAG;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::IntoResponse;
use kernel::{CorrelationId, Problem, Timestamp};
use serde::Serialize;
use store::{Tenant, TenantRecord};
use uuid::Uuid;

use crate::access::Caller;
use crate::answer::{Answer, Page, Refused, encode, etag, json_text, names_tag};

/// A tenant as one request sees it. Whoever holds one has passed the permission of its route.
#[derive(Clone)]
pub struct Shop {
    pub tenant: Tenant,
    pub record: Arc<TenantRecord>,
    pub caller: Caller,
    /// Whether the caller has what the route takes; on a route that is open to all, others see what is public, and what is
    /// their own.
    pub permitted: bool,
    pub correlation: CorrelationId,
    pub now: Timestamp,
    pub(crate) if_none_match: Option<HeaderValue>,
}

impl Shop {
    /// Whose records alone the caller may see; `None` for staff who have what the route takes. Where no
    /// permission was asked of them, as on a page, they are treated as nobody in particular.
    pub fn own(&self) -> Option<Uuid> {
        match self.caller.customer() {
            None if self.sees_all() => None,
            customer => Some(customer.unwrap_or(Uuid::nil())),
        }
    }

    pub(crate) fn sees_all(&self) -> bool {
        self.permitted && self.caller.is_staff()
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Shop {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refused> {
        // Put there by the middleware, for every operation of the document.
        parts.extensions.get::<Self>().cloned().ok_or_else(|| Problem::bug().into())
    }
}

impl Shop {
    /// A record with its version; nothing when the caller has that version already.
    pub fn one(&self, view: &impl Serialize, version: i64) -> Answer {
        let tag = etag(version);
        if self.if_none_match.as_ref().is_some_and(|seen| names_tag(seen, &tag)) {
            let mut response = StatusCode::NOT_MODIFIED.into_response();
            response.headers_mut().insert(ETAG, tag);
            return Ok(response);
        }
        let mut response = json_text(200, encode(view));
        response.headers_mut().insert(ETAG, tag);
        Ok(response)
    }

    /// A record among others: its version guards whoever changes it, and says nothing of those beside it.
    pub fn one_among(&self, view: &impl Serialize, version: i64) -> Answer {
        let mut response = json_text(200, encode(view));
        response.headers_mut().insert(ETAG, etag(version));
        Ok(response)
    }

    /// A record that is kept as the JSON it is shown as.
    pub fn one_text(&self, view: String, version: i64) -> Answer {
        let tag = etag(version);
        if self.if_none_match.as_ref().is_some_and(|seen| names_tag(seen, &tag)) {
            return self.one(&(), version);
        }
        let mut response = json_text(200, view.into_bytes());
        response.headers_mut().insert(ETAG, tag);
        Ok(response)
    }

    /// A page of such records: their texts, one behind the other.
    pub fn list_of_texts(&self, page: &Page<String>) -> Answer {
        let length: usize = page.items.iter().map(|item| item.len() + 1).sum();
        let mut body = String::with_capacity(length + 96);
        body.push_str("{\"items\":[");
        for (number, item) in page.items.iter().enumerate() {
            if number > 0 {
                body.push(',');
            }
            body.push_str(item);
        }
        body.push(']');
        if let Some(cursor) = &page.next_cursor {
            // A cursor is base64url, so it needs no escaping.
            body.push_str(",\"next_cursor\":\"");
            body.push_str(cursor);
            body.push('"');
        }
        body.push('}');
        Ok(json_text(200, body.into_bytes()))
    }

    /// Something that has no version to ask for.
    pub fn list_of(&self, view: &impl Serialize) -> Answer {
        Ok(json_text(200, encode(view)))
    }

    pub fn list<T: Serialize>(&self, page: &Page<T>) -> Answer {
        Ok(json_text(200, encode(page)))
    }
}
