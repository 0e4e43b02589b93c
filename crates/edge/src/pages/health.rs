//! Whether the process is alive and ready, and its metrics.

use axum::Router;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use kernel::TenantId;
use serde_json::json;

use crate::answer::{Answer, json_text};
use crate::platform::Platform;
use crate::problems::{DRAINING, nothing_there};
use crate::request::source::Source;

/// Alive: the process answers.
pub(crate) async fn healthz() -> Response {
    json_text(200, json!({ "status": "alive" }).to_string().into_bytes())
}

/// Ready: the storage answers too, and nobody has told us to stop.
pub(crate) async fn readyz(State(platform): State<Platform>) -> Answer {
    if platform.is_draining() {
        return Err(DRAINING.says("This node is stopping. Ask another.").after(1).into());
    }
    platform.cell().ready().await?;
    Ok(json_text(200, json!({ "status": "ready" }).to_string().into_bytes()))
}

/// For Prometheus, which knows a machine by its address and comes from nearby. What the whole platform does is no
/// business of a shop's visitors, nor of anybody far away.
pub(crate) async fn metrics(State(platform): State<Platform>, source: Source, parts: Parts) -> Answer {
    let at = platform.record_at(&parts.uri, &parts.headers);
    let here = at.is_some_and(|record| record.id == TenantId::CELL) && source.is_near();
    if !here || platform.settings().metrics_apart {
        return Err(nothing_there().into());
    }
    Ok(rendered(&platform))
}

/// All that answers where only Prometheus asks.
pub(crate) fn for_prometheus(platform: Platform) -> Router {
    let metrics = get(async |State(platform): State<Platform>| rendered(&platform));
    Router::new().route("/metrics", metrics).with_state(platform)
}

fn rendered(platform: &Platform) -> Response {
    ([(CONTENT_TYPE, "text/plain; version=0.0.4")], platform.render_metrics()).into_response()
}
