//! A refusal as a page, for a person who reads it.

use axum::http::HeaderValue;
use axum::http::header::CACHE_CONTROL;
use axum::response::Response;
use kernel::Problem;
use maud::html;

use super::layout::page_for;
use super::localized::{Reader, told};

pub(crate) fn page(problem: &Problem, reader: &Reader) -> Response {
    let texts = reader.texts;
    let (title, sentence) = told(texts, problem);
    let content = html! {
        p.lead { (sentence) }
        @if let Some(seconds) = problem.retry_after { p { (texts.again(seconds.into())) } }
        @if !texts.more().is_empty() { p { a href=(format!("/problems/{}", problem.code)) { (texts.more()) } } }
        p { a href="/" { (texts.front()) } }
    };
    page_for(reader, &title, content)
}

/// What a refusal says to machines in its head, around the page.
pub(crate) fn instead(refused: Response, page: Response) -> Response {
    let (mut head, _) = refused.into_parts();
    let (page, body) = page.into_parts();
    head.headers.extend(page.headers);
    head.headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Response::from_parts(head, body)
}
