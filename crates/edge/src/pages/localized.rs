//! A refusal as a person reads it in their browser: in their language, under the name of the shop that they are in.

use axum::http::HeaderMap;
use axum::http::header::ACCEPT;
use axum::http::{Request, Uri};
use kernel::{Problem, TenantId};

use crate::platform::Platform;
use crate::texts::{self, Texts};

/// A person who reads a page of ours instead of what they asked for.
pub(crate) struct Reader {
    pub(crate) texts: &'static Texts,
    /// The name of the shop or platform that they are at.
    pub(crate) place: String,
}

impl Reader {
    /// Whoever reads what the platform says of itself.
    pub(crate) fn of_the_platform() -> Self {
        Self { texts: texts::LANGUAGES[0], place: "Galleria".to_owned() }
    }

    /// Of a request by which a browser asks for something to read: a person wants a sentence, and a program its code.
    pub(crate) fn of<B>(platform: &Platform, request: &Request<B>) -> Option<Self> {
        let (uri, headers) = (request.uri(), request.headers());
        is_a_person(uri, headers).then(|| {
            let shop = platform.record_at(uri, headers).filter(|record| record.id != TenantId::CELL);
            let place = shop.map_or_else(|| Self::of_the_platform().place, |record| record.name.clone());
            Self { texts: texts::wanted(headers), place }
        })
    }
}

fn is_a_person(uri: &Uri, headers: &HeaderMap) -> bool {
    let accepted = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accepted.contains("text/html") && !uri.path().starts_with("/api/")
}

/// What a person is told of a refusal: a title and a sentence. Where what programs are told will do, a language passes it
/// on.
pub(crate) fn told(texts: &Texts, problem: &Problem) -> (String, String) {
    let words = |name: &str| match name {
        "title" => problem.title.as_str().into(),
        _ => problem.detail.as_str().into(),
    };
    match (texts.refusal_title().get(&problem.code), texts.refusal().get(&problem.code)) {
        (Some(title), Some(sentence)) => (title.filled(words), sentence.filled(words)),
        _ => (texts.otherwise_title(&problem.title), texts.otherwise(&problem.detail)),
    }
}

#[cfg(test)]
mod tests {
    use kernel::Fault;

    use super::*;
    use crate::texts::LANGUAGES;

    fn problem(code: &str) -> Problem {
        Problem::new(Fault::Conflict, code, "Not so", "Because of this.")
    }

    fn german() -> &'static Texts {
        LANGUAGES.into_iter().find(|texts| texts.tag() == "de").unwrap()
    }

    #[test]
    fn whatever_is_refused_is_said_in_the_readers_language() {
        let english = ("Not so".to_owned(), "Because of this.".to_owned());
        assert_eq!(told(LANGUAGES[0], &problem("no_such_shop")), english);
        assert_eq!(told(LANGUAGES[0], &problem("a_code_of_tomorrow")), english);
        assert_eq!(told(german(), &problem("no_such_shop")).0, "Hier ist kein Shop");
        assert_eq!(told(german(), &problem("a_code_of_tomorrow")).0, "Das ging nicht");
    }

    #[test]
    fn a_person_is_not_told_of_headers() {
        for texts in LANGUAGES {
            assert!(!told(texts, &problem("too_many")).1.contains("header"), "{}", texts.tag());
        }
    }
}
