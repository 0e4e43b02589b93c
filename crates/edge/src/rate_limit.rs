//! Who has asked how often, and who must wait.
//!
//! A request is counted once: for whoever asks, by their account or key, or by their address as long as nobody knows
//! them; then for the shop. What guesses at secrets is counted for its address besides, and far more tightly.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use kernel::{Problem, TenantId, Timestamp};
use limits::{Key, Kind, Limit, Limiter, Verdict};
use uuid::Uuid;

use crate::access::Caller;
use crate::problems::TOO_MANY;

const CLIENT: Kind = Kind::new("client");
const ASSET: Kind = Kind::new("assets");
const TENANT: Kind = Kind::new("shop");
const GUESSES: Kind = Kind::new("guesses");
const ACCOUNT: Kind = Kind::new("account");

const fn guesses(number: u32, minutes: u64) -> Limit {
    let requests = NonZeroU32::new(number).expect("some guesses are allowed");
    Limit { requests, per: Duration::from_secs(60 * minutes), burst: requests }
}

const FROM_ONE_NETWORK: Limit = guesses(10, 15);
const FROM_EVERYWHERE: Limit = guesses(100, 60);

/// So many times as many requests for what pages are made of, at the most.
const ASSETS_OF_A_PAGE: u32 = 20;

const MINUTE: Duration = Duration::from_secs(60);

/// How many requests may come in a minute, all of them at once if need be; 0 is as many as like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Of an account, a key, or an address that nobody knows.
    pub client: u32,
    /// Of a program with the role `service`.
    pub service: u32,
    /// For one shop, whoever they come from.
    pub tenant: u32,
    /// Of an address that guesses: at passwords, codes, tickets, keys and tokens.
    pub guesses: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { client: 1000, service: 6000, tenant: 60_000, guesses: 60 }
    }
}

pub(crate) struct RateLimit {
    limiter: Limiter,
    client: Option<Limit>,
    asset: Option<Limit>,
    service: Option<Limit>,
    tenant: Option<Limit>,
    guesses: Option<Limit>,
}

/// What the one who asked is told of their limit, refused or not.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LimitHeaders(Kind, Verdict);

impl RateLimit {
    pub(crate) fn new(limiter: Limiter, limits: Limits) -> Self {
        let Limits { client, service, tenant, guesses } = limits;
        Self {
            limiter,
            client: a_minute(client),
            asset: a_minute(client.saturating_mul(ASSETS_OF_A_PAGE)),
            service: a_minute(service),
            tenant: a_minute(tenant),
            guesses: a_minute(guesses),
        }
    }

    /// A request of somebody who is known, or of a visitor, to a shop.
    pub(crate) async fn count(
        &self,
        caller: &Caller,
        tenant: TenantId,
        address: IpAddr,
        now: Timestamp,
        told: &mut Option<LimitHeaders>,
    ) -> Result<(), Problem> {
        if caller.is_anonymous() {
            self.count_stranger(address, now, told).await?;
        } else {
            let class = if &*caller.role == "service" { self.service } else { self.client };
            let limit = caller.limit.and_then(a_minute).or(class);
            self.check(limit, CLIENT, || Key::new(CLIENT, caller.actor.id), now, told).await?;
        }
        self.check(self.tenant, TENANT, || Key::new(TENANT, tenant.uuid()), now, told).await
    }

    /// A request of which only the address is known.
    pub(crate) async fn count_stranger(
        &self,
        address: IpAddr,
        now: Timestamp,
        told: &mut Option<LimitHeaders>,
    ) -> Result<(), Problem> {
        self.check(self.client, CLIENT, || Key::address(CLIENT, address), now, told).await
    }

    /// A style sheet, a script, a picture: a page brings many, so they are not counted with it.
    pub(crate) async fn count_asset(
        &self,
        address: IpAddr,
        now: Timestamp,
        told: &mut Option<LimitHeaders>,
    ) -> Result<(), Problem> {
        self.check(self.asset, ASSET, || Key::address(ASSET, address), now, told).await
    }

    /// A guess at a secret. Wrong keys and tokens are counted after the fact: whoever shows one that holds is never
    /// locked out by a neighbour behind the same address, and nobody finds one of 256 bits in any number of tries.
    pub(crate) async fn count_guess(
        &self,
        address: IpAddr,
        now: Timestamp,
        told: &mut Option<LimitHeaders>,
    ) -> Result<(), Problem> {
        self.check(self.guesses, GUESSES, || Key::address(GUESSES, address), now, told).await
    }

    /// A guess at one account's secret, which somebody with many addresses makes from many: a few from one network in a
    /// quarter of an hour, and a number in an hour from everywhere, so high that nobody locks its owner out in passing.
    pub(crate) async fn count_guess_at(
        &self,
        account: Uuid,
        address: IpAddr,
        now: Timestamp,
    ) -> Result<(), Problem> {
        if self.guesses.is_none() {
            return Ok(());
        }
        let told = &mut None;
        let here = || Key::new(ACCOUNT, format!("{account} {}", limits::network_of(address)));
        self.check(Some(FROM_ONE_NETWORK), ACCOUNT, here, now, told).await?;
        self.check(Some(FROM_EVERYWHERE), ACCOUNT, || Key::new(ACCOUNT, account), now, told).await
    }

    /// The first limit that counts is the client's own, and is what is told, unless a later one refuses.
    async fn check(
        &self,
        limit: Option<Limit>,
        kind: Kind,
        key: impl FnOnce() -> Key,
        now: Timestamp,
        told: &mut Option<LimitHeaders>,
    ) -> Result<(), Problem> {
        let Some(limit) = limit else { return Ok(()) };
        let verdict = self.limiter.check(&key(), &limit, now.since_1970()).await;
        if !verdict.allowed {
            *told = Some(LimitHeaders(kind, verdict));
            return Err(too_many(kind, &verdict));
        }
        // How busy the shop is altogether is nobody else's business.
        if kind != TENANT {
            told.get_or_insert(LimitHeaders(kind, verdict));
        }
        Ok(())
    }
}

impl LimitHeaders {
    pub(crate) fn write(self, headers: &mut HeaderMap) {
        let Self(kind, verdict) = self;
        for (name, value) in limits::headers(&verdict, kind) {
            if let Ok(value) = HeaderValue::try_from(value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
    }
}

fn a_minute(requests: u32) -> Option<Limit> {
    NonZeroU32::new(requests).map(|requests| Limit { requests, per: MINUTE, burst: requests })
}

fn too_many(kind: Kind, verdict: &Verdict) -> Problem {
    let wait = verdict.retry_after.unwrap_or_default().as_millis().div_ceil(1000).max(1);
    let whose = match kind {
        TENANT => "This shop is asked more than it can answer",
        GUESSES => "This address has guessed too often",
        ACCOUNT => "Somebody has tried too often to sign in with this e-mail address",
        _ => "You have asked too often",
    };
    let detail = format!("{whose}. Ask again after {wait} s; the header RateLimit says how much is left.");
    let problem = TOO_MANY.says(detail).with("limit", kind.name());
    Problem { retry_after: u32::try_from(wait).ok(), ..problem }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::Grants;
    use std::num::NonZeroUsize;

    fn rate_limit(limits: Limits) -> RateLimit {
        RateLimit::new(Limiter::in_memory(NonZeroUsize::new(1000).unwrap()), limits)
    }

    fn program(id: u128, role: &str) -> Caller {
        Caller::program(Uuid::from_u128(id), role, Grants::none())
    }

    const SHOP: TenantId = TenantId(Uuid::from_u128(1));
    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
    const NOW: Timestamp = Timestamp::from_micros(1_000_000);

    async fn passes(rate_limit: &RateLimit, caller: &Caller) -> usize {
        let mut passed = 0;
        while passed < 100 && rate_limit.count(caller, SHOP, HERE, NOW, &mut None).await.is_ok() {
            passed += 1;
        }
        passed
    }

    #[tokio::test]
    async fn each_client_has_a_limit_of_its_own_and_a_service_a_larger_one() {
        let rate_limit = rate_limit(Limits { client: 3, service: 7, tenant: 0, guesses: 0 });
        assert_eq!(passes(&rate_limit, &program(1, "admin")).await, 3);
        assert_eq!(passes(&rate_limit, &program(2, "admin")).await, 3);
        assert_eq!(passes(&rate_limit, &program(3, "service")).await, 7);
        assert_eq!(passes(&rate_limit, &Caller::anonymous()).await, 3);
    }

    #[tokio::test]
    async fn a_shop_that_is_asked_too_much_refuses_by_its_own_name_and_nobody_sees_how_busy_it_is() {
        let rate_limit = rate_limit(Limits { client: 9, service: 9, tenant: 2, guesses: 0 });
        let mut told = None;
        rate_limit.count(&program(1, "admin"), SHOP, HERE, NOW, &mut told).await.unwrap();
        assert_eq!(told.unwrap().0, CLIENT);
        assert_eq!(passes(&rate_limit, &program(2, "admin")).await, 1);
        let refused = rate_limit.count(&program(3, "admin"), SHOP, HERE, NOW, &mut told).await.unwrap_err();
        assert_eq!((refused.code.as_str(), &refused.more["limit"]), ("too_many", &"shop".into()));
        assert_eq!((told.unwrap().0, refused.retry_after), (TENANT, Some(30)));
    }

    #[tokio::test]
    async fn a_key_with_a_limit_of_its_own_is_held_to_that_one_whether_it_is_smaller_or_larger() {
        let rate_limit = rate_limit(Limits { client: 3, service: 0, tenant: 0, guesses: 0 });
        let limited = |id, role, limit| Caller { limit, ..program(id, role) };
        assert_eq!(passes(&rate_limit, &limited(1, "admin", Some(2))).await, 2);
        assert_eq!(passes(&rate_limit, &limited(2, "admin", Some(9))).await, 9);
        assert_eq!(passes(&rate_limit, &limited(3, "service", Some(4))).await, 4);
        assert_eq!(passes(&rate_limit, &limited(4, "admin", None)).await, 3);
    }

    #[tokio::test]
    async fn nought_is_no_limit() {
        let rate_limit = rate_limit(Limits { client: 0, service: 0, tenant: 0, guesses: 0 });
        assert_eq!(passes(&rate_limit, &Caller::anonymous()).await, 100);
    }
}
