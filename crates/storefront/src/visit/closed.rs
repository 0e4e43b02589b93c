//! Pages where there is no shop to dress them.

use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::Response;
use kernel::Problem;
use maud::{DOCTYPE, html};

use super::response;
use crate::texts::Texts;

/// A page where there is no shop to dress it.
pub(super) fn bare(status: StatusCode, texts: &Texts, title: &str, lead: &str) -> Response {
    let markup = html! {
        (DOCTYPE)
        html lang=(texts.tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                title { (title) }
                link rel="stylesheet" href="/assets/galleria.css";
                link rel="icon" href="data:,";
            }
            body { main #main { h1 { (title) } p.lead { (lead) } } }
        }
    };
    response::html(status, markup.into_string())
}

/// Says in plain words why there is no page: a shop that does not answer now, for its dress is in the storage, too; or a
/// form that another site's page sent.
pub(super) fn closed(texts: &'static Texts, problem: &Problem) -> Response {
    let status = StatusCode::from_u16(problem.fault.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let (title, lead) = match &*problem.code {
        "cross_site" => (texts.sent_elsewhere(), texts.sent_elsewhere_lead()),
        "shop_suspended" => (texts.closed(), texts.closed_lead()),
        _ => (texts.closed(), texts.closed_soon()),
    };
    let mut response = bare(status, texts, title, lead);
    if let Some(seconds) = problem.retry_after {
        response.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    response
}
