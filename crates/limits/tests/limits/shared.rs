//! One limit for all processes, over a Redis that comes and goes.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use galleria_tests::{Redis, eventually, free_port};
use limits::{Key, Limiter, Memory, SharedOptions};
use parking_lot::Mutex;
use tokio::net::TcpListener;

use crate::{API, HOUR, NOW, SECOND, limit};

/// Long enough for a machine that is busy with other tests.
fn patient() -> SharedOptions {
    SharedOptions {
        budget: Duration::from_secs(20),
        pause: Duration::from_millis(20),
        ..SharedOptions::default()
    }
}

async fn limiter(url: &str, options: SharedOptions) -> Limiter {
    Limiter::shared(url, options, Memory::default()).await.unwrap()
}

fn say<T: redis::FromRedisValue>(redis: &Redis, words: &[&str]) -> T {
    let mut connection = redis::Client::open(redis.url()).unwrap().get_connection().unwrap();
    redis::cmd(words[0]).arg(&words[1..]).query(&mut connection).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_share_a_limit_exactly_however_many_ask_at_once() {
    let redis = Redis::start();
    let both = [limiter(&redis.url(), patient()).await, limiter(&redis.url(), patient()).await];
    let (key, hundred) = (Key::new(API, "shared"), limit(100, HOUR, 100));
    let askers: Vec<_> = (0..64)
        .map(|asker| {
            let limiter = both[asker % 2].clone();
            tokio::spawn(async move {
                let mut allowed = 0;
                for _ in 0..10 {
                    allowed += usize::from(limiter.check(&key, &hundred, NOW).await.allowed);
                }
                allowed
            })
        })
        .collect();
    let mut allowed = 0;
    for asker in askers {
        allowed += asker.await.unwrap();
    }
    assert_eq!(allowed, 100);
    assert!(both.iter().all(Limiter::is_shared_now), "some of them were counted elsewhere");
}

#[tokio::test]
async fn redis_decides_as_this_process_does_and_by_its_own_clock() {
    let redis = Redis::start();
    let (limiter, key, three) = (limiter(&redis.url(), patient()).await, Key::new(API, 1), limit(1, HOUR, 3));
    for left in [2, 1, 0] {
        let verdict = limiter.check(&key, &three, NOW).await;
        assert_eq!((verdict.allowed, verdict.remaining, verdict.retry_after), (true, left, None));
        assert!(
            verdict.reset_after > HOUR * (3 - left) - SECOND * 30 && verdict.reset_after <= HOUR * (3 - left)
        );
    }
    // A node whose clock is ahead by a day gets nothing more for it.
    let refused = limiter.check(&key, &three, NOW + HOUR * 24).await;
    assert_eq!((refused.allowed, refused.remaining), (false, 0));
    let wait = refused.retry_after.unwrap();
    assert!(wait <= HOUR && wait > HOUR - SECOND * 30, "{wait:?}");
}

#[tokio::test]
async fn a_limit_gives_back_over_redis_what_time_has_paid() {
    let redis = Redis::start();
    let (limiter, key, brief) =
        (limiter(&redis.url(), patient()).await, Key::new(API, 1), limit(1, SECOND, 1));
    assert!(limiter.check(&key, &brief, NOW).await.allowed);
    let refused = limiter.check(&key, &brief, NOW).await;
    assert!(!refused.allowed);
    tokio::time::sleep(refused.retry_after.unwrap() + Duration::from_millis(2)).await;
    assert!(limiter.check(&key, &brief, NOW).await.allowed);
}

#[tokio::test]
async fn keys_leave_redis_by_themselves() {
    let redis = Redis::start();
    let limiter = limiter(&redis.url(), patient()).await;
    limiter.check(&Key::new(API, "long"), &limit(1, HOUR, 1), NOW).await;
    limiter.check(&Key::new(API, "brief"), &limit(1, SECOND / 2, 1), NOW).await;
    let long = Duration::from_millis(say(&redis, &["PTTL", "galleria:limits:api:long"]));
    assert!(long <= HOUR && long > HOUR - SECOND * 30, "{long:?}");
    eventually("the brief one goes", async || {
        say::<Vec<String>>(&redis, &["KEYS", "*"]) == ["galleria:limits:api:long"]
    })
    .await;
}

#[tokio::test]
async fn a_script_that_redis_forgot_is_sent_again() {
    let redis = Redis::start();
    let (limiter, key, twice) = (limiter(&redis.url(), patient()).await, Key::new(API, 1), limit(2, HOUR, 2));
    assert!(limiter.check(&key, &twice, NOW).await.allowed);
    say::<()>(&redis, &["SCRIPT", "FLUSH"]);
    assert!(limiter.check(&key, &twice, NOW).await.allowed);
    assert!(!limiter.check(&key, &twice, NOW).await.allowed);
    assert!(limiter.is_shared_now());
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn lines(&self, with: &str) -> usize {
        String::from_utf8_lossy(&self.0.lock()).lines().filter(|line| line.contains(with)).count()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn redis_may_be_killed_and_come_back_and_each_change_is_told_once() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().with_writer(move || writer.clone()).finish();
    let _told_to_this_thread = tracing::subscriber::set_default(subscriber);

    let mut redis = Redis::start();
    let limiter = limiter(&redis.url(), patient()).await;
    let (key, once) = (Key::new(API, 1), limit(1, HOUR, 1));
    assert!(limiter.check(&key, &once, NOW).await.allowed);
    assert!(!limiter.check(&key, &once, NOW).await.allowed);

    redis.kill();
    let started = Instant::now();
    let here: Vec<bool> = {
        let mut here = Vec::new();
        for _ in 0..100 {
            here.push(limiter.check(&key, &once, NOW).await.allowed);
        }
        here
    };
    assert!(started.elapsed() < SECOND, "{:?} for a hundred answers without Redis", started.elapsed());
    // This process has not counted the key before, and counts it by the same limit.
    assert!(here[0] && !here[1..].contains(&true));
    assert!(!limiter.is_shared_now());

    redis.come_up();
    eventually("Redis is found again", async || limiter.is_shared_now()).await;
    assert!(limiter.check(&key, &once, NOW).await.allowed, "the new Redis knows nothing of the key");
    assert!(!limiter.check(&key, &once, NOW).await.allowed);
    assert_eq!((log.lines("does not answer"), log.lines("are counted in Redis")), (1, 2));
}

#[tokio::test]
async fn a_limiter_comes_up_without_redis_and_finds_it_later() {
    let mut redis = Redis::start();
    redis.kill();
    let limiter = limiter(&redis.url(), patient()).await;
    assert!(!limiter.is_shared_now());
    assert!(limiter.check(&Key::new(API, 1), &limit(1, HOUR, 1), NOW).await.allowed);
    redis.come_up();
    eventually("Redis is found", async || limiter.is_shared_now()).await;
}

#[tokio::test]
async fn a_redis_that_stopped_answering_holds_nobody_longer_than_the_budget() {
    let redis = Redis::start();
    let options = SharedOptions { budget: Duration::from_millis(50), ..patient() };
    let (limiter, key, ten) = (limiter(&redis.url(), options).await, Key::new(API, 1), limit(10, HOUR, 10));
    say::<()>(&redis, &["CLIENT", "PAUSE", "2000", "ALL"]);
    let started = Instant::now();
    for _ in 0..3 {
        assert!(limiter.check(&key, &ten, NOW).await.allowed);
    }
    assert!(started.elapsed() >= Duration::from_millis(150), "{:?}", started.elapsed());
    assert!(started.elapsed() < Duration::from_millis(1_500), "{:?}", started.elapsed());
    assert!(!limiter.is_shared_now(), "three late answers in a row are enough");
    let started = Instant::now();
    for _ in 0..100 {
        limiter.check(&key, &ten, NOW).await;
    }
    assert!(started.elapsed() < SECOND, "{:?}", started.elapsed());
    eventually("Redis is found again", async || limiter.is_shared_now()).await;
}

#[tokio::test]
async fn a_redis_that_is_away_is_left_alone() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("redis://{}/", listener.local_addr().unwrap());
    let visits = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&visits);
    tokio::spawn(async move {
        loop {
            drop(listener.accept().await);
            counted.fetch_add(1, Ordering::Relaxed);
        }
    });
    let options = SharedOptions { pause: Duration::from_millis(400), ..patient() };
    let limiter = limiter(&url, options).await;
    let (key, many, started) = (Key::new(API, 1), limit(1_000_000, SECOND, 1_000_000), Instant::now());
    while started.elapsed() < Duration::from_millis(1_300) {
        limiter.check(&key, &many, NOW).await;
        tokio::time::sleep(Duration::from_micros(100)).await;
    }
    let visits = visits.load(Ordering::Relaxed);
    assert!((2..=6).contains(&visits), "{visits} visits in 1.3 seconds");
}

#[tokio::test]
async fn a_full_redis_is_as_good_as_none() {
    let redis = Redis::start();
    say::<()>(&redis, &["CONFIG", "SET", "maxmemory", "1"]);
    let limiter = limiter(&redis.url(), patient()).await;
    assert!(!limiter.is_shared_now());
    assert!(limiter.check(&Key::new(API, 1), &limit(1, HOUR, 1), NOW).await.allowed);
    say::<()>(&redis, &["CONFIG", "SET", "maxmemory", "0"]);
    eventually("Redis is found", async || limiter.is_shared_now()).await;
}

#[tokio::test]
async fn an_address_that_cannot_be_read_is_refused_without_its_password() {
    let why = Limiter::shared("redis//:hush@nowhere", patient(), Memory::default()).await.unwrap_err();
    assert_eq!(why.code(), "redis_address_malformed");
    assert!(!why.to_string().contains("hush"), "{why}");
    let away = format!("redis://:hush@127.0.0.1:{}/", free_port());
    assert!(!format!("{:?}", limiter(&away, patient()).await).contains("hush"));
}
