//! Where somebody has come, and as whom.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use axum::response::Response;
use edge::{Audience, Jar, Platform};
use kernel::TenantId;
use serde::Deserialize;
use store::TenantRecord;

use crate::page;
use crate::texts::{self, Texts};

pub struct Visit {
    pub shop: Arc<TenantRecord>,
    pub audience: Audience,
    pub texts: &'static Texts,
    /// How the browser keeps the session.
    pub jar: Jar,
}

#[derive(Default, Deserialize)]
struct Asked {
    #[serde(rename = "as")]
    audience: Option<String>,
    lang: Option<String>,
}

impl Visit {
    /// The address of another page, for the same people.
    pub fn link(&self, path: &str) -> String {
        match self.audience {
            Audience::Staff => format!("{path}?as=staff"),
            _ => path.to_owned(),
        }
    }
}

impl FromRequestParts<Platform> for Visit {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, platform: &Platform) -> Result<Self, Response> {
        let Query(asked) = Query::<Asked>::try_from_uri(&parts.uri).unwrap_or_default();
        let texts = texts::wanted(asked.lang.as_deref(), &parts.headers);
        let shop = platform.record_at(&parts.uri, &parts.headers).ok_or_else(|| page::no_shop(texts))?;
        let audience = match asked.audience.as_deref() {
            _ if shop.id == TenantId::CELL => Audience::Operator,
            Some("staff") => Audience::Staff,
            _ => Audience::Customer,
        };
        let jar = Jar::from_request_parts(parts, platform).await.map_err(|_| page::no_shop(texts))?;
        Ok(Self { shop, audience, texts, jar })
    }
}
