//! How the system says no: a sentence for a person, a stable code for a machine (RFC 9457 problem details).

use std::convert::Infallible;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What a code means, for people who meet it: `/problems/<code>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProblemDoc {
    pub fault: Fault,
    /// Stable, for machines: `out_of_stock`.
    pub code: &'static str,
    pub title: &'static str,
    pub what_to_do: &'static str,
}

impl ProblemDoc {
    /// That it happened, and what to do about it this time.
    pub fn says(&self, detail: impl Into<String>) -> Problem {
        Problem::new(self.fault, self.code, self.title, detail)
    }

    pub const fn status(&self) -> u16 {
        self.fault.status()
    }
}

/// Codes that are said where they are found: each is a constant of its own, and all of them are `PROBLEMS`.
///
/// ```
/// kernel::problems! {
///     NotFound JAR_GONE "jar_gone" "No such jar": "Look into the pantry.",
/// }
/// assert_eq!(JAR_GONE.says("There is no such jar.").code, PROBLEMS[0].code);
/// ```
#[macro_export]
macro_rules! problems {
    ($($fault:ident $NAME:ident $code:literal $title:literal: $what:literal),* $(,)?) => {
        $(pub const $NAME: $crate::ProblemDoc = $crate::ProblemDoc {
            fault: $crate::Fault::$fault,
            code: $code,
            title: $title,
            what_to_do: $what,
        };)*

        pub const PROBLEMS: &[$crate::ProblemDoc] = &[$($NAME),*];
    };
}

problems! {
    NotFound NOT_FOUND "not_found" "Not found": "The record does not exist here, or not any more.",
    Invalid INVALID "invalid" "Some fields do not hold": "Each field is named in \"errors\" by its JSON pointer.",
    Invalid IMPROBABLE "improbable" "Is that meant?":
        "It can be meant, and probably is not: \"errors\" names each field. Send \"sure\": true with it if it is meant.",
    Bug INTERNAL "internal" "Our mistake": "It was recorded under the correlation id; nothing was changed.",
}

/// Whose fault it is and what can be done about it. The edge turns it into an HTTP status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// 400: the request cannot be read.
    Unreadable,
    /// 401: say who you are.
    Unauthenticated,
    /// 403: you may not.
    Forbidden,
    /// 404: there is no such thing, or it is someone else's.
    NotFound,
    /// 405: not in this way.
    MethodNotAllowed,
    /// 406: not in the form that was asked for.
    NotAcceptable,
    /// 408: the request did not arrive in time.
    TooSlow,
    /// 409: not in the state that things are in.
    Conflict,
    /// 412: it changed since you read it.
    Changed,
    /// 413: too much at once.
    TooLarge,
    /// 415: not in this format.
    UnsupportedMedia,
    /// 416: there is nothing where it was asked for.
    OutOfRange,
    /// 422: it can be read, but it does not hold.
    Invalid,
    /// 428: say which version you mean.
    VersionRequired,
    /// 429: too often.
    TooMany,
    /// 500: our mistake.
    Bug,
    /// 503: not now; ask again.
    Unavailable,
}

impl Fault {
    pub const fn status(self) -> u16 {
        match self {
            Self::Unreadable => 400,
            Self::Unauthenticated => 401,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::NotAcceptable => 406,
            Self::TooSlow => 408,
            Self::Conflict => 409,
            Self::Changed => 412,
            Self::TooLarge => 413,
            Self::UnsupportedMedia => 415,
            Self::OutOfRange => 416,
            Self::Invalid => 422,
            Self::VersionRequired => 428,
            Self::TooMany => 429,
            Self::Bug => 500,
            Self::Unavailable => 503,
        }
    }
}

/// What is wrong with one field, named by its JSON pointer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldProblem {
    /// Where in the request, as a JSON pointer: `/lines/0/quantity`.
    pub pointer: String,
    /// What to do about it, as a sentence.
    pub detail: String,
}

/// A refusal or a failure, ready to be told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Problem {
    pub fault: Fault,
    /// Stable, for machines: `out_of_stock`.
    pub code: String,
    /// What it is, the same words each time: "Out of stock".
    pub title: String,
    /// What happened this time and what to do, as a sentence.
    pub detail: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldProblem>,
    /// Further members, by name: what a program needs to act on the refusal.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub more: Map<String, Value>,
    /// Seconds after which asking again makes sense.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u32>,
}

impl Problem {
    pub fn new(fault: Fault, code: &str, title: &str, detail: impl Into<String>) -> Self {
        Self {
            fault,
            code: code.to_owned(),
            title: title.to_owned(),
            detail: detail.into(),
            fields: Vec::new(),
            more: Map::new(),
            retry_after: None,
        }
    }

    /// The request can be read, but fields of it do not hold.
    pub fn invalid(fields: Vec<FieldProblem>) -> Self {
        let detail = match fields.as_slice() {
            [one] => format!("{}: {}", one.pointer, one.detail),
            many => format!("{} fields need another look; each is named in \"errors\".", many.len()),
        };
        Self { fields, ..INVALID.says(detail) }
    }

    /// There is no such thing here. Someone else's thing reads exactly the same.
    pub fn not_found(noun: &str) -> Self {
        NOT_FOUND.says(format!("There is no such {noun} here."))
    }

    /// A mistake of ours. What went wrong goes to the log under the correlation id, never into the answer.
    pub fn bug() -> Self {
        INTERNAL.says("Something went wrong on our side and was recorded. Nothing was changed. Give the correlation id when you report it.")
    }

    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.more.insert(name.to_owned(), value.into());
        self
    }

    /// In how many seconds asking again makes sense.
    #[must_use]
    pub fn after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    #[must_use]
    pub fn at(mut self, pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        self.fields.push(FieldProblem { pointer: pointer.into(), detail: detail.into() });
        self
    }

    /// Whether it is what this refusal says, about whatever it may be said here.
    pub fn is(&self, refusal: impl Into<Self>) -> bool {
        self.code == refusal.into().code
    }

    /// Whether the same request, sent again, would be refused for the same reason: such an answer may be kept under
    /// an idempotency key. "Not now", "too often" and "our mistake" may not.
    pub fn is_final(&self) -> bool {
        matches!(self.fault, Fault::NotFound | Fault::Conflict | Fault::Changed | Fault::Invalid)
            && self.retry_after.is_none()
    }
}

/// Whether a text has so many letters. Spaces around them do not count towards the least.
pub fn within(text: &str, least: usize, most: usize) -> bool {
    text.trim().chars().count() >= least && text.chars().count() <= most
}

/// A member's name as a part of a JSON pointer.
pub fn pointer_part(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// Collects what is wrong with a request, so that a person hears all of it at once.
///
/// ```
/// # use kernel::problem::Check;
/// let mut check = Check::default();
/// check.that(3 > 0, "/quantity", "order at least one");
/// assert!(check.done().is_ok());
/// ```
#[derive(Debug, Default)]
pub struct Check(Vec<FieldProblem>);

impl Check {
    /// Notes the field unless it holds.
    pub fn that(&mut self, holds: bool, pointer: impl Into<String>, detail: impl Into<String>) {
        if !holds {
            self.0.push(FieldProblem { pointer: pointer.into(), detail: detail.into() });
        }
    }

    /// Notes what was found elsewhere.
    pub fn all(&mut self, found: Vec<FieldProblem>) {
        self.0.extend(found);
    }

    pub fn done(self) -> Result<(), Problem> {
        if self.0.is_empty() { Ok(()) } else { Err(Problem::invalid(self.0)) }
    }
}

/// Collects what can be meant and probably is not: a question, which whoever means it answers with `"sure": true`.
#[derive(Debug, Default)]
pub struct Doubts(Vec<FieldProblem>);

impl Doubts {
    /// Notes the field unless it is what people usually mean.
    pub fn that(&mut self, usual: bool, pointer: impl Into<String>, detail: impl Into<String>) {
        if !usual {
            self.0.push(FieldProblem { pointer: pointer.into(), detail: detail.into() });
        }
    }

    pub fn done(self, sure: bool) -> Result<(), Problem> {
        if sure || self.0.is_empty() {
            return Ok(());
        }
        let said: Vec<String> =
            self.0.iter().map(|field| format!("{}: {}.", field.pointer, field.detail)).collect();
        let detail = format!("{} Send \"sure\": true with it if it is meant.", said.join(" "));
        Err(Problem { fields: self.0, ..IMPROBABLE.says(detail) })
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({})", self.detail, self.code)
    }
}

impl std::error::Error for Problem {}

impl From<Infallible> for Problem {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_bad_field_is_named_in_the_sentence() {
        let problem =
            Problem::invalid(vec![FieldProblem { pointer: "/name".into(), detail: "give it a name".into() }]);
        assert_eq!(problem.detail, "/name: give it a name");
        assert_eq!(problem.fault.status(), 422);
    }

    #[test]
    fn what_is_improbable_is_a_question_that_a_word_answers() {
        let doubt = || {
            let mut doubts = Doubts::default();
            doubts.that(false, "/off", "it takes off 95%");
            doubts.that(true, "/name", "it has no name");
            doubts
        };
        let asked = doubt().done(false).unwrap_err();
        assert_eq!((asked.code.as_str(), asked.fault.status(), asked.fields.len()), ("improbable", 422, 1));
        assert_eq!(asked.detail, "/off: it takes off 95%. Send \"sure\": true with it if it is meant.");
        assert!(doubt().done(true).is_ok());
    }

    #[test]
    fn what_may_succeed_later_is_not_final() {
        assert!(Problem::not_found("order").is_final());
        assert!(!NOT_FOUND.says("…").after(5).is_final());
        assert!(!Problem::bug().is_final());
    }
}
