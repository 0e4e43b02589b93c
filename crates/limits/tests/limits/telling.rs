//! What is told to the one who asked.

use std::time::Duration;

use limits::{Key, Memory, headers};

use crate::{API, HOUR, NOW, SECOND, limit};

#[test]
fn an_allowed_request_is_told_what_remains() {
    let verdict = Memory::default().check(&Key::new(API, 1), &limit(100, SECOND * 60, 20), NOW);
    let expected = [
        ("ratelimit-policy", "\"api\";q=20;w=12"),
        ("ratelimit", "\"api\";r=19;t=1"),
        ("x-ratelimit-limit", "20"),
        ("x-ratelimit-remaining", "19"),
        ("x-ratelimit-reset", "1"),
    ];
    let told = headers(&verdict, API);
    assert_eq!(told.iter().map(|(name, value)| (*name, value.as_str())).collect::<Vec<_>>(), expected);
}

#[test]
fn a_refused_one_is_told_when_to_come_back_in_whole_seconds_upwards() {
    let (memory, key, slow) = (Memory::default(), Key::new(API, 1), limit(1, HOUR, 1));
    memory.check(&key, &slow, NOW);
    let after = |passed: Duration| {
        let told = headers(&memory.check(&key, &slow, NOW + passed), API);
        told.into_iter().find(|(name, _)| *name == "retry-after").unwrap().1
    };
    assert_eq!(after(Duration::ZERO), "3600");
    assert_eq!(after(Duration::from_millis(1)), "3600");
    assert_eq!(after(Duration::from_secs(1)), "3599");
    assert_eq!(after(HOUR - Duration::from_micros(1)), "1");
}
