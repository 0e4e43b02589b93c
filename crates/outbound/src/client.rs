//! One call: checked, tried, read up to a limit.

use boxed::boxed;
use std::error::Error;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBuilder};
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use reqwest::redirect;
use rustls::ClientConfig;
use rustls_platform_verifier::BuilderVerifierExt as _;
use tokio::time::{Instant, sleep, timeout};
use url::Url;

use crate::breaker::{Breaker, Rest};
use crate::resolver::Guarded;
use crate::{Lookup, OutboundError, Policy, SystemLookup};

/// A little different for everybody, so that many who failed together do not come back together.
const PAUSES: ExponentialBuilder = ExponentialBuilder::new()
    .with_min_delay(Duration::from_millis(100))
    .with_max_delay(Duration::from_secs(2))
    .with_jitter();

/// How all clients of a process encrypt, with the certificates that the machine trusts: reading them takes a while.
static ENCRYPTION: LazyLock<Option<ClientConfig>> = LazyLock::new(|| {
    let with_ring = Arc::new(rustls::crypto::ring::default_provider());
    let versions =
        ClientConfig::builder_with_provider(with_ring).with_safe_default_protocol_versions().ok()?;
    Some(versions.with_platform_verifier().ok()?.with_no_client_auth())
});

/// Cheap to clone; all clones share their connections and what they know of failing hosts.
#[derive(Clone)]
pub struct Outbound(Arc<Inner>);

/// Put among the extensions of a request that changes nothing there, whatever its method: it may arrive twice.
#[derive(Debug, Clone, Copy)]
pub struct Question;

struct Inner {
    policy: Arc<Policy>,
    client: reqwest::Client,
    breaker: Breaker,
}

impl Outbound {
    pub fn new(policy: Policy) -> Result<Self, OutboundError> {
        Self::with_lookup(policy, Arc::new(SystemLookup))
    }

    /// For a resolver of one's own, whose answers are checked like any other's.
    pub fn with_lookup(policy: Policy, lookup: Arc<dyn Lookup>) -> Result<Self, OutboundError> {
        let encryption = ENCRYPTION.clone().ok_or(OutboundError::NoCertificates)?;
        let policy = Arc::new(policy);
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(encryption)
            .user_agent("Galleria")
            .redirect(redirect::Policy::none())
            .no_proxy()
            .referer(false)
            .https_only(!policy.allow_http && !policy.plain)
            .dns_resolver(Guarded { policy: Arc::clone(&policy), lookup })
            .connect_timeout(policy.connect_timeout)
            // The number of tries is the policy's.
            .retry(reqwest::retry::never())
            // Sooner than peers close what is idle (Node after five seconds): a request that meets the closing is broken
            // off, and a POST is not sent again.
            .pool_idle_timeout(Duration::from_secs(4))
            .pool_max_idle_per_host(16)
            .build()
            // Every other option is a constant.
            .map_err(|_| OutboundError::NoCertificates)?;
        let breaker = Breaker::new(policy.failures, policy.rest);
        Ok(Self(Arc::new(Inner { policy, client, breaker })))
    }

    /// What can be said of a URL without asking anybody: for the moment in which a person types it.
    pub fn check(&self, url: &str) -> Result<Url, OutboundError> {
        self.0.policy.check(url)
    }

    /// Whether the server of an address is asked at this moment.
    pub fn rest(&self, url: &str) -> Rest {
        self.check(url).map_or(Rest::Closed, |url| self.0.breaker.rest(&origin(&url), Instant::now()))
    }

    /// Any status is an answer, a redirect and a failure of theirs, too. What may arrive twice is tried again when there
    /// was no answer, or 502, 503 or 504; a `POST` or `PATCH` is sent at most once, unless it is a [`Question`].
    #[boxed]
    pub async fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Bytes>, OutboundError> {
        let url = self.check(&request.uri().to_string())?;
        let host = origin(&url);
        let started = Instant::now();
        let answer = timeout(self.0.policy.total_timeout, self.tries(&url, &host, &request)).await;
        let answer = answer.unwrap_or_else(|_| {
            // The try that was cut off is the one that has not been counted.
            self.0.breaker.failed(&host, Instant::now());
            Err(OutboundError::TimedOut { host: host.clone() })
        });
        let outcome = answer.as_ref().map_or_else(OutboundError::code, |_| "answered");
        tracing::debug!(
            outbound.host = host,
            outbound.outcome = outcome,
            outbound.status = answer.as_ref().ok().map(|answer| answer.status().as_u16()),
            outbound.milliseconds = started.elapsed().as_millis() as u64,
            "Asked {host}"
        );
        answer
    }

    async fn tries(
        &self,
        url: &Url,
        host: &str,
        request: &Request<Vec<u8>>,
    ) -> Result<Response<Bytes>, OutboundError> {
        let repeated = request.method().is_idempotent() || request.extensions().get::<Question>().is_some();
        let tries = if repeated { self.0.policy.tries } else { 1 };
        let pauses = PAUSES.with_max_times(tries.saturating_sub(1) as usize).build();
        let mut answer = self.once(url, host, request).await;
        for pause in pauses {
            let again = match &answer {
                Ok(answer) => passing(answer.status()),
                Err(OutboundError::Resting { .. }) => false,
                Err(why) => why.again(),
            };
            if !again {
                break;
            }
            sleep(pause).await;
            let next = self.once(url, host, request).await;
            // What made the host rest says more than that it rests.
            if matches!(next, Err(OutboundError::Resting { .. })) {
                break;
            }
            answer = next;
        }
        answer
    }

    async fn once(
        &self,
        url: &Url,
        host: &str,
        request: &Request<Vec<u8>>,
    ) -> Result<Response<Bytes>, OutboundError> {
        let breaker = &self.0.breaker;
        breaker
            .admit(host, Instant::now())
            .map_err(|left| OutboundError::Resting { host: host.to_owned(), left })?;
        let answer = self.ask(url, host, request).await;
        let failed = match &answer {
            Ok(answer) => answer.status().is_server_error(),
            Err(why) => why.again(),
        };
        if failed {
            breaker.failed(host, Instant::now());
        } else {
            breaker.succeeded(host);
        }
        answer
    }

    async fn ask(
        &self,
        url: &Url,
        host: &str,
        request: &Request<Vec<u8>>,
    ) -> Result<Response<Bytes>, OutboundError> {
        let asked = self
            .0
            .client
            .request(request.method().clone(), url.clone())
            .headers(request.headers().clone())
            .body(request.body().clone());
        let mut coming = asked.send().await.map_err(|why| failure(host, &why))?;
        let limit = self.0.policy.max_response_bytes;
        let mut body = Vec::new();
        while let Some(piece) = coming.chunk().await.map_err(|why| failure(host, &why))? {
            if body.len() + piece.len() > limit {
                return Err(OutboundError::TooLarge { host: host.to_owned(), bytes: limit });
            }
            body.extend_from_slice(&piece);
        }
        let mut answer = Response::new(Bytes::from(body));
        *answer.status_mut() = coming.status();
        *answer.headers_mut() = std::mem::take(coming.headers_mut());
        Ok(answer)
    }
}

/// What rests is a server: another port is another one.
fn origin(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

fn passing(status: StatusCode) -> bool {
    [StatusCode::BAD_GATEWAY, StatusCode::SERVICE_UNAVAILABLE, StatusCode::GATEWAY_TIMEOUT].contains(&status)
}

fn failure(host: &str, why: &reqwest::Error) -> OutboundError {
    let mut cause: Option<&(dyn Error + 'static)> = why.source();
    while let Some(inner) = cause {
        if let Some(ours) = inner.downcast_ref::<OutboundError>() {
            return ours.clone();
        }
        cause = inner.source();
    }
    let host = host.to_owned();
    tracing::debug!(outbound.host = host, why = %Chain(why), "No answer from {host}");
    match why {
        _ if why.is_timeout() => OutboundError::TimedOut { host },
        _ if why.is_connect() => OutboundError::Unreachable { host },
        _ => OutboundError::BrokenOff { host },
    }
}

/// The causes without the URL, which can hold a secret.
struct Chain<'a>(&'a reqwest::Error);

impl std::fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut cause = self.0.source();
        while let Some(inner) = cause {
            write!(f, "{inner}; ")?;
            cause = inner.source();
        }
        Ok(())
    }
}
