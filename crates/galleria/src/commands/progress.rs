//! Says how far something long is.

use std::time::{Duration, Instant};

use console::Session;

/// How often something long says how far it is.
const SAID_EVERY: Duration = Duration::from_secs(2);

/// Says how far something long is, now and then.
pub(crate) fn said(session: &Session) -> impl FnMut(&str, i64, i64) + Send + '_ {
    let (mut last, mut step) = (Instant::now(), String::new());
    move |what: &str, done: i64, total: i64| {
        if step == what && last.elapsed() < SAID_EVERY {
            return;
        }
        (last, step) = (Instant::now(), what.to_owned());
        match (done, total) {
            (0, 0) => session.tell(&format!("{what} …")),
            (done, 0) => session.tell(&format!("{what}: {done} events")),
            (done, total) => session.tell(&format!("{what}: {done} of {total} events")),
        }
    }
}
