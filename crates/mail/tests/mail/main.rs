//! Letters to a real mail server, into a folder and into memory.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod addresses;
mod encrypted;
mod kept;
mod server;
mod smtp;

use std::sync::Arc;
use std::time::Duration;

use mail::{Letter, Post, Settings};

use crate::server::Server;

/// Saturday, the 21st of November 2026, 08:53:20 UTC.
pub const NOW: Duration = Duration::from_secs(1_795_251_200);

pub fn settings() -> Settings {
    Settings { pause: Duration::from_millis(5), ..Settings::new("Galleria <shop@example.com>") }
}

pub fn letter(to: &str) -> Letter {
    Letter {
        to: to.into(),
        subject: "Your order".into(),
        text: "It is on its way.\n".into(),
        ..Letter::default()
    }
}

pub fn post(server: &Server) -> Arc<dyn Post> {
    mail::open(&format!("smtp://127.0.0.1:{}", server.port), settings()).unwrap()
}
