//! A body of any size and kind, handed on piece by piece while it arrives.

use kernel::boxed;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, BodyDataStream, Bytes};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_LENGTH, EXPECT};
use futures_util::{Stream, StreamExt, stream};
use store::Once;

use super::command::{Command, NoBody};
use super::idempotency::{fingerprint, once_key};
use crate::answer::Refused;
use crate::platform::{InFlight, Platform, UploadSlot};
use crate::tenancy::Shop;

/// How much is read of a body that is refused.
const DRAINED: u64 = 64 * 1024 * 1024;

/// A request whose body is too long to be held. Its operation says `application/octet-stream` in the document, and may
/// then take the time for uploads instead of the time for requests; but between two pieces of it no more than that one.
///
/// What it asks for is known only when all of it has passed, so the handler reads [`Upload::bytes`] first and then makes
/// the command of it.
pub struct Upload {
    pub shop: Shop,
    /// How many bytes the sender says there are.
    pub announced: Option<u64>,
    body: BodyDataStream,
    /// Whether nothing more comes: the sender waits to be asked for the body, or has broken it off.
    quiet: bool,
    silence: Duration,
    once_key: Option<String>,
    query: String,
    in_flight: Arc<InFlight>,
    /// An upload takes memory while it arrives, so only so many are taken in at once.
    _slot: UploadSlot,
}

impl Upload {
    /// The body, as it arrives. A sender that is silent for too long has broken it off.
    pub fn bytes(&mut self) -> impl Stream<Item = Result<Bytes, String>> + Send {
        self.quiet = false;
        stream::unfold(self, |upload| async move {
            let silence = upload.silence;
            let piece = match tokio::time::timeout(silence, upload.body.next()).await {
                Ok(piece) => piece?.map_err(|error| error.to_string()),
                Err(_) => Err(format!("nothing came for {} seconds", silence.as_secs())),
            };
            upload.quiet = piece.is_err();
            Some((piece, upload))
        })
    }

    /// Reads on to the end of a body that is refused, up to a point: a client that is still sending when the connection
    /// closes would never see the answer.
    #[boxed]
    pub async fn drain(&mut self) {
        if self.quiet {
            return;
        }
        drain(&mut self.body, self.silence).await;
    }

    /// The command that it is. `content` stands for its body: a hash.
    pub fn command(self, content: &str) -> Command<NoBody> {
        let Self { shop, once_key, query, in_flight, .. } = self;
        let once = once_key.map(|key| Once { key, fingerprint: fingerprint(&query, content.as_bytes()) });
        Command { shop, body: NoBody, if_match: None, once, in_flight }
    }
}

impl FromRequest<Platform> for Upload {
    type Rejection = Refused;

    async fn from_request(request: Request, platform: &Platform) -> Result<Self, Refused> {
        let (mut parts, body) = request.into_parts();
        let shop = Shop::from_request_parts(&mut parts, platform).await?;
        let once_key = once_key(&parts, &shop)?;
        let (mut body, quiet) = (Body::into_data_stream(body), parts.headers.contains_key(EXPECT));
        let silence = platform.settings().time_limit;
        let slot = match platform.uploads().take(shop.tenant.id()).await {
            Ok(slot) => slot,
            Err(busy) => {
                if !quiet {
                    drain(&mut body, silence).await;
                }
                return Err(busy.into());
            }
        };
        Ok(Self {
            announced: announced(&parts.headers),
            body,
            quiet,
            silence,
            _slot: slot,
            once_key,
            query: parts.uri.query().unwrap_or_default().to_owned(),
            in_flight: platform.in_flight(),
            shop,
        })
    }
}

async fn drain(body: &mut BodyDataStream, silence: Duration) {
    let mut length = 0;
    while let Ok(Some(Ok(piece))) = tokio::time::timeout(silence, body.next()).await {
        length += piece.len() as u64;
        if length > DRAINED {
            return;
        }
    }
}

fn announced(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}
