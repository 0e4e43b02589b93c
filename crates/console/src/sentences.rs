//! Errors and results as text for whoever typed a command.

use kernel::Problem;
use store::Failure;

pub fn encoded(value: &impl serde::Serialize) -> Result<String, String> {
    serde_json::to_string(value).map_err(|error| error.to_string())
}

pub fn sentence(problem: Problem) -> String {
    problem.detail
}

pub fn failure_sentence(failure: Failure) -> String {
    failure.to_string()
}

/// What a refusal says to whoever typed a command: the places in a request's body mean nothing to them.
pub fn sentences(problem: Problem) -> String {
    if problem.fields.is_empty() {
        return problem.detail;
    }
    let details: Vec<&str> = problem.fields.iter().map(|field| field.detail.as_str()).collect();
    let mut text = format!("{}.", details.join("; "));
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}

/// How often a key may ask from now on.
pub fn how_often(limit: Option<u32>) -> String {
    match limit {
        Some(limit) => format!("{limit} times a minute now"),
        None => "as often as others now".to_owned(),
    }
}
