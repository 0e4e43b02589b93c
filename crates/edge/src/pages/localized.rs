//! A refusal as a person reads it in their browser: in their language, under the name of the shop that they are in.

use axum::http::HeaderMap;
use axum::http::header::ACCEPT;
use axum::http::{Request, Uri};
use kernel::{Problem, TenantId};

use crate::platform::Platform;
use crate::request::language::language;

/// A person who reads a page of ours instead of what they asked for.
pub(crate) struct Reader {
    pub(crate) words: &'static Words,
    /// The name of the shop or platform that they are at.
    pub(crate) place: String,
}

pub(crate) struct Words {
    pub(crate) language: &'static str,
    pub(crate) skip: &'static str,
    pub(crate) front: &'static str,
    /// Where programmers read on; nothing where that is in another language.
    pub(crate) more: Option<&'static str>,
    again: fn(u32) -> String,
    /// By code, where what programs are told is not what a person needs: a title and a sentence.
    said: &'static [(&'static str, &'static str, &'static str)],
    /// What is said of all others; nothing where their own words will do.
    otherwise: Option<(&'static str, &'static str)>,
}

const ENGLISH: Words = Words {
    language: "en",
    skip: "Skip to the content",
    front: "To the front page",
    more: Some("More about this"),
    again: |seconds| format!("In {seconds} s it can be tried again."),
    said: &[(
        "too_many",
        "Too many requests",
        "More was asked from here in the last minute than is answered.",
    )],
    otherwise: None,
};

const GERMAN: Words = Words {
    language: "de",
    skip: "Zum Inhalt",
    front: "Zur Startseite",
    more: None,
    again: |seconds| format!("In {seconds} s können Sie es noch einmal versuchen."),
    said: &[
        (
            "host_unclear",
            "Adresse unklar",
            "Aus dieser Anfrage geht nicht hervor, wohin sie soll. Rufen Sie die Adresse noch einmal auf.",
        ),
        (
            "method_not_allowed",
            "So geht es nicht",
            "Diese Seite nimmt nicht an, was Ihr Browser geschickt hat. Gehen Sie zurück und versuchen Sie es noch einmal.",
        ),
        (
            "network_not_allowed",
            "Von hier nicht erreichbar",
            "Dieser Shop lässt Anfragen nur aus bestimmten Netzen zu. Fragen Sie, wer ihn betreibt.",
        ),
        (
            "no_such_route",
            "Hier ist nichts",
            "Unter dieser Adresse gibt es keine Seite. Vielleicht ist sie falsch geschrieben.",
        ),
        (
            "no_such_shop",
            "Hier ist kein Shop",
            "Unter dieser Adresse gibt es keinen Shop. Vielleicht ist sie falsch geschrieben.",
        ),
        (
            "shop_moved",
            "Der Shop zieht gerade um",
            "Er ist gleich wieder da. Versuchen Sie es in einer Minute noch einmal.",
        ),
        (
            "shop_read_only",
            "Der Shop wird gewartet",
            "Ansehen können Sie alles, bestellen und ändern in einem Augenblick wieder.",
        ),
        (
            "shop_suspended",
            "Der Shop ist geschlossen",
            "Dieser Shop ist zurzeit geschlossen. Schauen Sie später wieder vorbei.",
        ),
        (
            "too_many",
            "Zu viele Anfragen",
            "In der letzten Minute kamen von hier mehr Anfragen, als beantwortet werden.",
        ),
        ("too_slow", "Zu langsam", "Das hat zu lange gedauert. Versuchen Sie es noch einmal."),
        (
            "internal",
            "Unser Fehler",
            "Bei uns ist etwas schiefgegangen, und wir haben es festgehalten. Geändert wurde nichts.",
        ),
    ],
    otherwise: Some(("Das ging nicht", "Im Augenblick geht das nicht. Versuchen Sie es später noch einmal.")),
};

const LANGUAGES: [&Words; 2] = [&ENGLISH, &GERMAN];

impl Reader {
    /// Whoever reads what the platform says of itself.
    pub(crate) fn of_the_platform() -> Self {
        Self { words: &ENGLISH, place: "Galleria".to_owned() }
    }

    /// Of a request by which a browser asks for something to read: a person wants a sentence, and a program its code.
    pub(crate) fn of<B>(platform: &Platform, request: &Request<B>) -> Option<Self> {
        let (uri, headers) = (request.uri(), request.headers());
        is_a_person(uri, headers).then(|| {
            let known = LANGUAGES.map(|words| words.language);
            let language = language(headers, &known);
            let shop = platform.record_at(uri, headers).filter(|record| record.id != TenantId::CELL);
            let words = LANGUAGES.into_iter().find(|words| words.language == language).unwrap_or(&ENGLISH);
            let place = shop.map_or_else(|| Self::of_the_platform().place, |record| record.name.clone());
            Self { words, place }
        })
    }
}

fn is_a_person(uri: &Uri, headers: &HeaderMap) -> bool {
    let accepted = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accepted.contains("text/html") && !uri.path().starts_with("/api/")
}

impl Words {
    /// A title and a sentence.
    pub(crate) fn of<'a>(&self, problem: &'a Problem) -> (&'a str, &'a str) {
        let said = self.said.iter().find(|(code, ..)| *code == problem.code);
        let said = said.map(|(_, title, sentence)| (*title, *sentence)).or(self.otherwise);
        said.unwrap_or((&problem.title, &problem.detail))
    }

    pub(crate) fn again(&self, problem: &Problem) -> Option<String> {
        problem.retry_after.map(self.again)
    }
}

#[cfg(test)]
mod tests {
    use kernel::Fault;

    use super::*;

    fn problem(code: &str) -> Problem {
        Problem::new(Fault::Conflict, code, "Not so", "Because of this.")
    }

    #[test]
    fn whatever_is_refused_is_said_in_the_readers_language() {
        assert_eq!(ENGLISH.of(&problem("no_such_shop")), ("Not so", "Because of this."));
        assert_eq!(GERMAN.of(&problem("no_such_shop")).0, "Hier ist kein Shop");
        assert_eq!(GERMAN.of(&problem("a_code_of_tomorrow")).0, "Das ging nicht");
    }

    #[test]
    fn a_person_is_not_told_of_headers() {
        for words in LANGUAGES {
            assert!(!words.of(&problem("too_many")).1.contains("header"), "{}", words.language);
        }
    }
}
