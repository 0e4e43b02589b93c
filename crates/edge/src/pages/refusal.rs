//! A refusal as a page, for a person who reads it.

use axum::http::HeaderValue;
use axum::http::header::CACHE_CONTROL;
use axum::response::Response;
use kernel::Problem;
use maud::html;

use super::layout::page_for;
use super::localized::Reader;

pub(crate) fn page(problem: &Problem, reader: &Reader) -> Response {
    let words = reader.words;
    let (title, sentence) = words.of(problem);
    let content = html! {
        p.lead { (sentence) }
        @if let Some(again) = words.again(problem) { p { (again) } }
        @if let Some(more) = words.more { p { a href=(format!("/problems/{}", problem.code)) { (more) } } }
        p { a href="/" { (words.front) } }
    };
    page_for(reader, title, content)
}

/// What a refusal says to machines in its head, around the page.
pub(crate) fn instead(refused: Response, page: Response) -> Response {
    let (mut head, _) = refused.into_parts();
    let (page, body) = page.into_parts();
    head.headers.extend(page.headers);
    head.headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Response::from_parts(head, body)
}
