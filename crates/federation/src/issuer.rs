//! What is known of an issuer: its description and its keys, asked for as seldom as is right.

use boxed::boxed;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use jsonwebtoken::jwk::Jwk;
use openidconnect::core::CoreJsonWebKeySet;
use openidconnect::{DiscoveryError, IssuerUrl};
use outbound::{Outbound, OutboundError};
use parking_lot::Mutex;

use crate::FederationError;
use crate::oidc::{Metadata, through};

/// After this long an issuer is asked anew.
const FRESH: Duration = Duration::from_secs(60 * 60);
/// For this long what is known is used while the issuer does not answer. A key that was withdrawn could sign until
/// then, if somebody kept us from asking.
const BOUND: Duration = Duration::from_secs(24 * 60 * 60);
/// Who did not answer is not asked again before this is over.
const PAUSE: Duration = Duration::from_secs(10);
/// An unknown key makes us ask at most this often: anybody can write a key id into a token.
const KEYS_PAUSE: Duration = Duration::from_secs(60);

pub(crate) struct Known {
    /// With the keys of ID tokens.
    pub metadata: Metadata,
    /// The same keys, as bearer tokens are checked with them.
    pub keys: Vec<Jwk>,
}

impl Known {
    fn new(metadata: Metadata) -> Self {
        let keys = metadata.jwks().keys().iter();
        let keys =
            keys.filter_map(|key| serde_json::from_value(serde_json::to_value(key).ok()?).ok()).collect();
        Self { metadata, keys }
    }
}

pub(crate) struct Issuer {
    url: IssuerUrl,
    outbound: Outbound,
    state: Mutex<State>,
    /// Held by whoever asks, so that one asks for all.
    asking: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct State {
    known: Option<(Arc<Known>, SystemTime)>,
    failed: Option<(FederationError, SystemTime)>,
    keys_asked: Option<SystemTime>,
}

impl Issuer {
    pub fn new(url: IssuerUrl, outbound: Outbound) -> Self {
        Self { url, outbound, state: Mutex::default(), asking: tokio::sync::Mutex::default() }
    }

    /// What is known, asked for where it is too old. What is only a little too old serves everybody but the one who
    /// asks.
    #[boxed]
    pub async fn known(&self, now: SystemTime) -> Result<Arc<Known>, FederationError> {
        if let Some(known) = self.younger_than(FRESH, now) {
            return Ok(known);
        }
        let old = self.younger_than(BOUND, now);
        let _asking = match (&old, self.asking.try_lock()) {
            (_, Ok(asking)) => asking,
            (Some(old), Err(_)) => return Ok(Arc::clone(old)),
            (None, Err(_)) => self.asking.lock().await,
        };
        if let Some(known) = self.younger_than(FRESH, now) {
            return Ok(known);
        }
        let lately = self.state.lock().failed.clone().filter(|(_, at)| apart(*at, now) < PAUSE);
        let why = match lately {
            Some((why, _)) => why,
            None => match self.discover().await {
                Ok(known) => return Ok(self.remember(known, now)),
                Err(why) => {
                    tracing::warn!(federation.issuer = %self.url, %why, "An issuer could not be asked");
                    self.state.lock().failed = Some((why.clone(), now));
                    why
                }
            },
        };
        old.ok_or(why)
    }

    /// After a token with a key that is not in `seen`. Nothing when there is no newer knowledge to be had now.
    #[boxed]
    pub async fn with_newer_keys(&self, seen: &Arc<Known>, now: SystemTime) -> Option<Arc<Known>> {
        let _asking = self.asking.lock().await;
        {
            let mut state = self.state.lock();
            let (current, _) = state.known.as_ref()?;
            if !Arc::ptr_eq(current, seen) {
                return Some(Arc::clone(current));
            }
            if state.keys_asked.is_some_and(|at| apart(at, now) < KEYS_PAUSE) {
                return None;
            }
            state.keys_asked = Some(now);
        }
        tracing::info!(federation.issuer = %self.url, "A token names an unknown key, so the issuer is asked for its keys");
        match CoreJsonWebKeySet::fetch_async(seen.metadata.jwks_uri(), &through(&self.outbound)).await {
            Ok(keys) => {
                let known = Arc::new(Known::new(seen.metadata.clone().set_jwks(keys)));
                if let Some((current, _)) = &mut self.state.lock().known {
                    *current = Arc::clone(&known);
                }
                Some(known)
            }
            Err(why) => {
                let why = self.problem(why);
                tracing::warn!(federation.issuer = %self.url, %why, "An issuer could not be asked for its keys");
                None
            }
        }
    }

    /// When it was last asked successfully; a long time ago when it never was.
    pub fn asked(&self) -> SystemTime {
        self.state.lock().known.as_ref().map_or(SystemTime::UNIX_EPOCH, |(_, at)| *at)
    }

    fn younger_than(&self, age: Duration, now: SystemTime) -> Option<Arc<Known>> {
        let state = self.state.lock();
        let (known, at) = state.known.as_ref()?;
        (apart(*at, now) < age).then(|| Arc::clone(known))
    }

    fn remember(&self, known: Known, now: SystemTime) -> Arc<Known> {
        let known = Arc::new(known);
        let mut state = self.state.lock();
        state.known = Some((Arc::clone(&known), now));
        state.failed = None;
        known
    }

    async fn discover(&self) -> Result<Known, FederationError> {
        let found = Metadata::discover_async(self.url.clone(), &through(&self.outbound)).await;
        let metadata = found.map_err(|why| self.problem(why))?;
        let Some(token_endpoint) = metadata.token_endpoint() else {
            return Err(self.unusable("it has no token endpoint"));
        };
        let ends = metadata.additional_metadata().end_session_endpoint.as_ref();
        let shown = [
            Some(metadata.authorization_endpoint().url()),
            Some(token_endpoint.url()),
            ends.map(|end| end.url()),
        ];
        for url in shown.into_iter().flatten() {
            // A browser is sent to two of them: never to a scheme that runs a script.
            self.outbound.check(url.as_str()).map_err(|why| {
                self.unusable(&format!("one of its endpoints is not taken ({})", why.code()))
            })?;
        }
        Ok(Known::new(metadata))
    }

    fn problem(&self, why: DiscoveryError<OutboundError>) -> FederationError {
        match why {
            DiscoveryError::Request(why) => {
                FederationError::Unreachable { issuer: self.url.to_string(), why }
            }
            DiscoveryError::Response(status, ..) => {
                self.unusable(&format!("it answered {} or something that is not JSON", status.as_u16()))
            }
            DiscoveryError::Validation(_) => self.unusable("it says that it is another issuer"),
            _ => self.unusable("its description cannot be read"),
        }
    }

    fn unusable(&self, why: &str) -> FederationError {
        FederationError::Unusable { issuer: self.url.to_string(), why: why.to_owned() }
    }
}

/// In both directions: those who ask at the same time do not agree on the time to the microsecond.
fn apart(one: SystemTime, other: SystemTime) -> Duration {
    one.duration_since(other).or_else(|_| other.duration_since(one)).unwrap_or_default()
}
