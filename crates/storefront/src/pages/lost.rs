//! What nobody knows: helpful for people, a problem for programs.

use axum::extract::{FromRequestParts, Request, State};
use axum::http::header::ACCEPT;
use axum::response::{IntoResponse, Response};
use edge::{Platform, Refused};

use crate::frame;
use crate::visit::Visit;

pub(crate) async fn lost(State(platform): State<Platform>, request: Request) -> Response {
    let (mut parts, _) = request.into_parts();
    let accepted = parts.headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let is_person =
        accepted.contains("text/html") && parts.method.is_safe() && !parts.uri.path().starts_with("/api/");
    if !is_person || !matches!(platform.shop_at(&parts), Ok(Some(_))) {
        return Refused::from(edge::nothing_there()).into_response();
    }
    match Visit::from_request_parts(&mut parts, &platform).await {
        Ok(visit) => frame::lost(&visit),
        Err(response) => response,
    }
}
