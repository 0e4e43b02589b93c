//! What handlers take from a request and what depends on the settings: who asked, and how their browser keeps cookies.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::state::Platform;
use crate::answer::Refused;
use crate::request::cookies::Jar;
use crate::request::source::Source;

impl FromRequestParts<Platform> for Source {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, platform: &Platform) -> Result<Self, Refused> {
        Ok(platform.settings().proxies.source(&parts.headers, &parts.extensions))
    }
}

impl FromRequestParts<Platform> for Jar {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, platform: &Platform) -> Result<Self, Refused> {
        let https = platform.settings().proxies.source(&parts.headers, &parts.extensions).https;
        Ok(Self::of(&parts.headers, https, platform.settings().unencrypted_sessions))
    }
}
