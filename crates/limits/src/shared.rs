//! The limiter of all processes together, in Redis, with one of this process behind it.

use boxed::boxed;
use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBuilder};
use parking_lot::RwLock;
use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, RedisError, Script};

use crate::gcra::Pace;
use crate::{Key, Limit, LimitsError, Memory, Verdict};

const CONNECT: Duration = Duration::from_secs(2);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// One late answer is a hiccup, and not worth losing the others for.
const LATE_IN_A_ROW: u32 = 3;

#[derive(Debug, Clone)]
pub struct SharedOptions {
    /// What every key in Redis begins with, so that others may use it, too.
    pub prefix: String,
    /// How long an answer may take before this process gives its own.
    pub budget: Duration,
    /// How long Redis is left alone after it was lost, at first; it doubles up to ten seconds.
    pub pause: Duration,
}

impl Default for SharedOptions {
    fn default() -> Self {
        Self {
            prefix: "galleria:limits:".into(),
            budget: Duration::from_millis(50),
            pause: Duration::from_millis(500),
        }
    }
}

pub(crate) struct Shared {
    client: Client,
    script: Script,
    options: SharedOptions,
    fallback: Memory,
    /// Nothing while Redis is away; then, and only then, one task looks for it.
    line: RwLock<Option<Line>>,
    late: AtomicU32,
}

#[derive(Clone)]
struct Line {
    /// Which connection failed, so that the last words of an old one do not close its successor.
    number: u64,
    connection: MultiplexedConnection,
}

enum Trouble {
    Late,
    Lost(RedisError),
}

impl Shared {
    #[boxed]
    pub async fn open(url: &str, options: SharedOptions, fallback: Memory) -> Result<Arc<Self>, LimitsError> {
        let client = Client::open(url).map_err(|why| LimitsError::RedisAddress(why.to_string()))?;
        let script = Script::new(include_str!("shared.lua"));
        let (line, late) = (RwLock::new(None), AtomicU32::new(0));
        let shared = Arc::new(Self { client, script, options, fallback, line, late });
        match shared.connect().await {
            Ok(connection) => shared.up(0, connection),
            Err(why) => shared.down(0, &why),
        }
        Ok(shared)
    }

    #[boxed]
    pub async fn check(self: &Arc<Self>, key: &Key, limit: &Limit, now: Duration) -> Verdict {
        let Some(mut line) = self.line.read().clone() else {
            return self.fallback.check(key, limit, now);
        };
        let pace = Pace::of(limit);
        match self.ask(&mut line.connection, key.as_bytes(), pace, self.options.budget).await {
            Ok((allowed, debt)) => {
                self.late.store(0, Ordering::Relaxed);
                pace.verdict(limit, allowed, debt)
            }
            Err(trouble) => {
                self.note(&line, trouble);
                self.fallback.check(key, limit, now)
            }
        }
    }

    pub fn is_up(&self) -> bool {
        self.line.read().is_some()
    }

    fn note(self: &Arc<Self>, line: &Line, trouble: Trouble) {
        metrics::counter!("galleria_limits_shared_failures_total").increment(1);
        let why = match trouble {
            Trouble::Lost(why) => why.to_string(),
            Trouble::Late if self.late.fetch_add(1, Ordering::Relaxed) + 1 < LATE_IN_A_ROW => return,
            Trouble::Late => {
                format!("no answer within {:?}, {LATE_IN_A_ROW} times in a row", self.options.budget)
            }
        };
        let mut held = self.line.write();
        if held.as_ref().is_some_and(|held| held.number == line.number) {
            *held = None;
            drop(held);
            self.down(line.number + 1, &why);
        }
    }

    fn up(&self, number: u64, connection: MultiplexedConnection) {
        self.late.store(0, Ordering::Relaxed);
        *self.line.write() = Some(Line { number, connection });
        metrics::gauge!("galleria_limits_shared_up").set(1.0);
        tracing::info!("Limits are counted in Redis, for all processes together");
    }

    fn down(self: &Arc<Self>, next: u64, why: &str) {
        metrics::gauge!("galleria_limits_shared_up").set(0.0);
        tracing::warn!(why, "Redis does not answer; until it does, each process counts limits for itself");
        tokio::spawn(look_for_it(Arc::downgrade(self), next, self.options.pause));
    }

    async fn connect(&self) -> Result<MultiplexedConnection, String> {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(CONNECT))
            .set_response_timeout(Some(CONNECT));
        let mut connection = self
            .client
            .get_multiplexed_async_connection_with_config(&config)
            .await
            .map_err(|why| why.to_string())?;
        // A connection is not enough: a Redis that is loading, full or only a replica takes them, too.
        let smallest = Pace { interval: 1, window: 1 };
        match self.ask(&mut connection, b"probe", smallest, CONNECT).await {
            Ok(_) => Ok(connection),
            Err(Trouble::Lost(why)) => Err(why.to_string()),
            Err(Trouble::Late) => {
                Err(format!("it took the connection and gave no answer within {CONNECT:?}"))
            }
        }
    }

    async fn ask(
        &self,
        connection: &mut MultiplexedConnection,
        key: &[u8],
        pace: Pace,
        budget: Duration,
    ) -> Result<(bool, u64), Trouble> {
        let mut call = self.script.key([self.options.prefix.as_bytes(), key].concat());
        call.arg(pace.interval).arg(pace.window);
        match tokio::time::timeout(budget, call.invoke_async::<(u8, u64)>(connection)).await {
            Ok(Ok((allowed, debt))) => Ok((allowed == 1, debt)),
            Ok(Err(why)) if why.is_timeout() => Err(Trouble::Late),
            Ok(Err(why)) => Err(Trouble::Lost(why)),
            Err(_) => Err(Trouble::Late),
        }
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Without the client, whose address may hold a password.
        f.debug_struct("Shared")
            .field("up", &self.is_up())
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

/// Ends when Redis is found, or when nobody has the limiter any more.
async fn look_for_it(limiter: Weak<Shared>, number: u64, first_pause: Duration) {
    // Not all processes at the same moment: they lost it together.
    let pauses = ExponentialBuilder::new()
        .with_min_delay(first_pause / 2)
        .with_max_delay(LONGEST_PAUSE / 2)
        .without_max_times()
        .with_jitter();
    for pause in pauses.build() {
        tokio::time::sleep(pause).await;
        let Some(shared) = limiter.upgrade() else { return };
        match shared.connect().await {
            Ok(connection) => return shared.up(number, connection),
            Err(why) => tracing::debug!(why, "Redis is still away"),
        }
    }
}
