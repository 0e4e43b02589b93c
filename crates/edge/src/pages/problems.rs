//! What each code of a refusal means.

use axum::extract::{Path, State};
use kernel::Problem;
use maud::html;

use super::layout::page;
use crate::answer::Answer;
use crate::platform::Platform;

pub(crate) async fn list(State(platform): State<Platform>) -> Answer {
    Ok(page(
        "Problems",
        html! {
            p.lead { "Whatever is refused is answered with a code. These are all of them." }
            table {
                thead { tr { th { "Code" } th { "Status" } th { "What to do" } } }
                tbody {
                    @for problem in platform.problems() {
                        tr { td { a href=(format!("/problems/{}", problem.code)) { code { (problem.code) } } } td { (problem.status()) } td { (problem.what_to_do) } }
                    }
                }
            }
        },
    ))
}

pub(crate) async fn one(State(platform): State<Platform>, Path(code): Path<String>) -> Answer {
    let found = platform
        .problems()
        .iter()
        .find(|problem| problem.code == code)
        .ok_or_else(|| Problem::not_found("problem"))?;
    Ok(page(
        found.title,
        html! {
            p { code { (found.code) } " · HTTP " (found.status()) }
            p.lead { (found.what_to_do) }
            p { a href="/problems" { "All problems" } }
        },
    ))
}
