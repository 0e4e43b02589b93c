//! The limiter of one process.

use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use limits::{Key, Memory};
use proptest::prelude::*;

use crate::{API, HOUR, NOW, SECOND, limit};

fn memory(keys: usize) -> Memory {
    Memory::new(NonZeroUsize::new(keys).unwrap())
}

#[test]
fn a_burst_is_allowed_at_once_and_then_the_pace() {
    let (memory, key, ten) = (memory(100), Key::new(API, 1), limit(10, SECOND, 3));
    for left in [2, 1, 0] {
        let verdict = memory.check(&key, &ten, NOW);
        assert!(verdict.allowed && verdict.retry_after.is_none());
        assert_eq!(verdict.remaining, left);
        assert_eq!(verdict.reset_after, Duration::from_millis(u64::from(3 - left) * 100));
    }
    let refused = memory.check(&key, &ten, NOW);
    assert!(!refused.allowed);
    assert_eq!((refused.remaining, refused.retry_after), (0, Some(Duration::from_millis(100))));
    assert_eq!(refused.reset_after, Duration::from_millis(300));
    let later = NOW + Duration::from_millis(99);
    assert_eq!(memory.check(&key, &ten, later).retry_after, Some(Duration::from_millis(1)));
    assert!(memory.check(&key, &ten, NOW + Duration::from_millis(100)).allowed);
    assert!(!memory.check(&key, &ten, NOW + Duration::from_millis(199)).allowed);
}

#[test]
fn what_one_key_used_is_not_missing_for_another() {
    let (memory, once) = (memory(100), limit(1, HOUR, 1));
    assert!(memory.check(&Key::new(API, 1), &once, NOW).allowed);
    assert!(!memory.check(&Key::new(API, 1), &once, NOW).allowed);
    assert!(memory.check(&Key::new(API, 2), &once, NOW).allowed);
}

#[test]
fn a_refused_request_costs_nothing() {
    let (memory, key, once) = (memory(100), Key::new(API, 1), limit(1, SECOND, 1));
    assert!(memory.check(&key, &once, NOW).allowed);
    for _ in 0..1_000 {
        assert!(!memory.check(&key, &once, NOW + SECOND / 2).allowed);
    }
    assert!(memory.check(&key, &once, NOW + SECOND).allowed);
}

#[test]
fn a_clock_that_was_set_back_locks_nobody_out_for_longer_than_a_window() {
    let (memory, key, ten) = (memory(100), Key::new(API, 1), limit(10, SECOND, 10));
    assert!(memory.check(&key, &ten, NOW + HOUR).allowed);
    let refused = memory.check(&key, &ten, NOW);
    assert_eq!(refused.retry_after, Some(SECOND / 10));
    assert!(memory.check(&key, &ten, NOW + SECOND / 10).allowed);
}

proptest! {
    #[test]
    fn no_stretch_of_time_has_more_than_the_burst_and_the_pace(
        requests in 1_u32..50, burst in 1_u32..20, per in 1_u64..5_000, gaps in prop::collection::vec(0_u64..400, 1..200)
    ) {
        let (memory, key, per) = (memory(10), Key::new(API, 1), Duration::from_millis(per));
        let limit = limit(requests, per, burst);
        let (mut now, mut allowed) = (NOW, Vec::new());
        for gap in gaps {
            now += Duration::from_millis(gap);
            if memory.check(&key, &limit, now).allowed {
                allowed.push(now);
            }
        }
        for (first, from) in allowed.iter().enumerate() {
            for (count, to) in allowed[first..].iter().enumerate() {
                let paced = (*to - *from).as_micros() * u128::from(requests) / per.as_micros();
                // `count` is of those after the first.
                prop_assert!((count as u128) < u128::from(burst) + paced);
            }
        }
    }
}

#[test]
fn threads_that_ask_together_get_the_burst_and_not_one_more() {
    let (memory, key, fifty) = (memory(1_000), Key::new(API, 1), limit(50, HOUR, 50));
    let ask = || (0..500).filter(|_| memory.check(&key, &fifty, NOW).allowed).count();
    let allowed: usize = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(ask)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!(allowed, 50);
}

#[test]
fn a_flood_of_new_keys_stays_within_the_bound_and_is_itself_let_through() {
    let (memory, five) = (memory(1_000), limit(5, HOUR, 5));
    for id in 0..50_000 {
        assert!(memory.check(&Key::new(API, id), &five, NOW).allowed);
    }
    assert!((900..=1_000).contains(&memory.keys()), "{}", memory.keys());
}

#[test]
fn a_flood_resets_neither_who_is_over_a_limit_nor_who_used_part_of_it() {
    let (memory, five) = (memory(1_000), limit(5, HOUR, 5));
    let (over, nearly) = (Key::new(API, "over"), Key::new(API, "nearly"));
    for _ in 0..5 {
        assert!(memory.check(&over, &five, NOW).allowed);
    }
    for _ in 0..4 {
        assert!(memory.check(&nearly, &five, NOW).allowed);
    }
    for id in 0..50_000 {
        memory.check(&Key::new(API, id), &five, NOW);
    }
    assert!(!memory.check(&over, &five, NOW).allowed);
    assert!(memory.check(&nearly, &five, NOW).allowed);
    assert!(!memory.check(&nearly, &five, NOW).allowed);
}

#[test]
fn the_old_and_idle_give_way_before_the_new() {
    // One shard, so that all of them compete for the same places.
    let (memory, ten) = (memory(30), limit(10, HOUR, 10));
    for id in 0..29 {
        memory.check(&Key::new(API, format!("old {id}")), &ten, NOW);
    }
    let young = Key::new(API, "young");
    memory.check(&young, &ten, NOW + Duration::from_secs(60));
    // So few that there is an old one among any that are looked at.
    for id in 0..12 {
        memory.check(&Key::new(API, format!("new {id}")), &ten, NOW + Duration::from_secs(61));
    }
    assert_eq!(memory.check(&young, &ten, NOW + Duration::from_secs(61)).remaining, 8);
}

#[test]
fn when_everybody_is_over_a_limit_they_stay_so_and_a_new_key_is_let_through() {
    let (memory, once) = (memory(100), limit(1, HOUR, 1));
    for id in 0..100 {
        assert!(memory.check(&Key::new(API, id), &once, NOW).allowed);
    }
    for id in 100..1_000 {
        assert!(memory.check(&Key::new(API, id), &once, NOW).allowed);
    }
    assert_eq!(memory.keys(), 100);
    for id in 0..100 {
        assert!(!memory.check(&Key::new(API, id), &once, NOW).allowed);
    }
}

#[test]
fn who_does_not_ask_any_more_is_forgotten() {
    let (memory, ten) = (memory(100), limit(10, SECOND, 10));
    for id in 0..100 {
        memory.check(&Key::new(API, id), &ten, NOW);
    }
    assert_eq!(memory.keys(), 100);
    for _ in 0..100 {
        memory.check(&Key::new(API, "still here"), &ten, NOW + SECOND);
    }
    assert_eq!(memory.keys(), 1);
}

/// Figures, not a verdict.
#[test]
#[ignore = "prints figures; run it with limits optimised: --config 'profile.dev.package.limits.opt-level=3'"]
fn how_fast_a_check_is() {
    let (memory, many) = (Memory::default(), limit(1_000_000, SECOND, 1_000));
    let keys: Vec<Key> = (0..90_000).map(|id| Key::new(API, id)).collect();
    for (what, most) in [("90,000 keys in turn", keys.len()), ("one key", 1)] {
        let started = Instant::now();
        for (turn, key) in keys[..most].iter().cycle().take(2_000_000).enumerate() {
            std::hint::black_box(memory.check(key, &many, NOW + Duration::from_micros(turn as u64 / 100)));
        }
        eprintln!("{what}: {:?} a check", started.elapsed() / 2_000_000);
    }
    let (memory, slow) = (Memory::default(), limit(10, HOUR, 10));
    let started = Instant::now();
    for id in 0..2_000_000 {
        std::hint::black_box(memory.check(&Key::new(API, id), &slow, NOW));
    }
    eprintln!("a flood of new keys: {:?} a check", started.elapsed() / 2_000_000);
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    eprintln!("{}", status.lines().find(|line| line.starts_with("VmHWM")).unwrap());
}
