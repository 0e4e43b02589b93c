//! How the edge behaves.

use std::num::NonZeroUsize;
use std::time::Duration;

use limits::{Limiter, Networks};

use crate::rate_limit::Limits;
use crate::request::source::TrustedProxies;
use crate::v2::Farewell;

/// How the edge behaves; the defaults suit a machine of one's own.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Tenants answer at `<slug>.<base domain>`.
    pub base_domain: String,
    /// The largest body that is read.
    pub body_limit: usize,
    /// How long a request may take, its body included; and how long the sender of a file may be silent.
    pub time_limit: Duration,
    /// How long the upload of a file may take.
    pub upload_time_limit: Duration,
    /// How long to go on serving after being told to stop, so that a load balancer hears of it.
    pub drain_wait: Duration,
    /// How long requests that are under way then have to finish.
    pub drain_limit: Duration,
    /// When the first version of the API ends, once that is known.
    pub farewell: Farewell,
    /// Whose word about the address of a client is believed.
    pub proxies: TrustedProxies,
    /// From where operators may come; from everywhere when it is empty.
    pub operator_networks: Networks,
    /// Who may be connected, and for how long.
    pub connections: ConnectionLimits,
    /// Whether a browser is given sessions and carts to keep without encryption, where everybody on the way reads them.
    pub unencrypted_sessions: bool,
    /// Whether the platform's own front page says who has a shop here.
    pub list_shops: bool,
    /// Whether Prometheus asks at a port of its own, and nowhere else.
    pub metrics_apart: bool,
    /// Files that are taken in at once; the others wait for a moment.
    pub uploads: usize,
    /// How often somebody may ask.
    pub limits: Limits,
    /// Who counts it.
    pub limiter: Limiter,
}

/// How many connections there may be, and how long they may be silent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConnectionLimits {
    /// Connections in all; fewer than the process has descriptors.
    pub at_most: usize,
    /// From one address that is no proxy's. Never more than half of all.
    pub per_address: usize,
    /// How long the first request may take to arrive, from the greeting to its last header.
    pub first_request: Duration,
    /// How long a connection may be silent between two requests, or while it does not take what it asked for.
    pub idle: Duration,
}

impl Default for ConnectionLimits {
    fn default() -> Self {
        Self {
            at_most: 400,
            per_address: 200,
            first_request: Duration::from_secs(15),
            idle: Duration::from_secs(75),
        }
    }
}

/// Clients that are counted at once; more take more memory, and these take 25 MB.
const MOST_KEYS: NonZeroUsize = NonZeroUsize::new(100_000).expect("it is not zero");

impl Default for Settings {
    fn default() -> Self {
        Self {
            base_domain: "localhost".into(),
            body_limit: 1024 * 1024,
            time_limit: Duration::from_secs(30),
            upload_time_limit: Duration::from_secs(20 * 60),
            drain_wait: Duration::ZERO,
            drain_limit: Duration::from_secs(20),
            farewell: Farewell::default(),
            proxies: TrustedProxies::default(),
            operator_networks: Networks::default(),
            connections: ConnectionLimits::default(),
            unencrypted_sessions: false,
            list_shops: false,
            metrics_apart: false,
            uploads: 16,
            limits: Limits::default(),
            limiter: Limiter::in_memory(MOST_KEYS),
        }
    }
}
