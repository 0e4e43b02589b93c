//! Trying again, and letting a host rest.

use std::time::{Duration, Instant};

use outbound::{OutboundError, Policy};

use crate::peer::{Peer, Reply, ok, status};
use crate::{get, outbound, policy, request};

const REST: Duration = Duration::from_millis(600);

fn resting() -> Policy {
    Policy { failures: 3, rest: REST, ..policy() }
}

#[tokio::test]
async fn what_may_arrive_twice_is_tried_again_and_what_may_not_is_not() {
    for (method, requests, code) in [("GET", 3, 200), ("PUT", 3, 200), ("DELETE", 3, 200), ("POST", 1, 503)] {
        let peer = Peer::start(|before| if before < 2 { status("503 Busy", "") } else { ok("back") }).await;
        let patient = outbound(Policy { tries: 3, ..policy() });
        let answer = patient.send(request(method, &peer.url("/"))).await.unwrap();
        assert_eq!((peer.requests(), answer.status().as_u16()), (requests, code), "{method}");
    }
}

#[tokio::test]
async fn a_connection_that_was_dropped_is_tried_again() {
    let peer = Peer::start(|before| if before < 2 { Reply::Bytes(String::new()) } else { ok("back") }).await;
    let patient = outbound(Policy { tries: 3, ..policy() });
    assert_eq!(patient.send(get(&peer.url("/"))).await.unwrap().body().as_ref(), b"back");
    assert_eq!(peer.requests(), 3);
}

#[tokio::test]
async fn what_would_fail_again_is_not_tried_again() {
    for line in ["400 Bad Request", "404 Not Found", "429 Too Many Requests", "500 Internal Server Error"] {
        let peer = Peer::start(|_| status(line, "")).await;
        let patient = outbound(Policy { tries: 3, ..policy() });
        assert_eq!(patient.send(get(&peer.url("/"))).await.unwrap().status().to_string()[..3], line[..3]);
        assert_eq!(peer.requests(), 1, "{line}");
    }
}

#[tokio::test]
async fn a_host_that_fails_three_times_rests_and_is_tried_once_afterwards() {
    let peer = Peer::start(|before| if before < 4 { status("500 Broken", "") } else { ok("back") }).await;
    let careful = outbound(resting());
    for _ in 0..3 {
        assert_eq!(careful.send(get(&peer.url("/"))).await.unwrap().status(), 500);
    }
    let why = careful.send(get(&peer.url("/other"))).await.unwrap_err();
    assert!(matches!(&why, OutboundError::Resting { left, .. } if *left <= REST), "{why:?}");
    assert!(why.again());
    assert_eq!(peer.requests(), 3);

    tokio::time::sleep(REST).await;
    assert_eq!(careful.send(get(&peer.url("/"))).await.unwrap().status(), 500, "the trial failed");
    assert_eq!(careful.send(get(&peer.url("/"))).await.unwrap_err().code(), "outbound_resting");
    assert_eq!(peer.requests(), 4);

    tokio::time::sleep(REST).await;
    for _ in 0..5 {
        assert_eq!(careful.send(get(&peer.url("/"))).await.unwrap().status(), 200, "the trial went well");
    }
}

#[tokio::test]
async fn one_host_that_rests_stops_no_other_one() {
    let (broken, well) =
        (Peer::start(|_| Reply::Bytes(String::new())).await, Peer::start(|_| ok("well")).await);
    let careful = outbound(resting());
    for _ in 0..3 {
        assert_eq!(careful.send(get(&broken.url("/"))).await.unwrap_err().code(), "outbound_broken_off");
    }
    assert_eq!(careful.send(get(&broken.url("/"))).await.unwrap_err().code(), "outbound_resting");
    assert_eq!(careful.send(get(&well.url("/"))).await.unwrap().status(), 200);
}

#[tokio::test]
async fn silence_counts_as_a_failure() {
    let peer = Peer::start(|_| Reply::Silence).await;
    let careful = outbound(Policy { total_timeout: Duration::from_millis(100), ..resting() });
    for _ in 0..3 {
        assert_eq!(careful.send(get(&peer.url("/"))).await.unwrap_err().code(), "outbound_timed_out");
    }
    let started = Instant::now();
    assert_eq!(careful.send(get(&peer.url("/"))).await.unwrap_err().code(), "outbound_resting");
    assert!(started.elapsed() < Duration::from_millis(90), "who rests is not waited for");
}

#[tokio::test]
async fn answers_that_blame_us_do_not_let_a_host_rest() {
    let peer = Peer::start(|_| status("401 Unauthorized", "")).await;
    let careful = outbound(resting());
    for _ in 0..10 {
        assert_eq!(careful.send(get(&peer.url("/"))).await.unwrap().status(), 401);
    }
    assert_eq!(peer.requests(), 10);
}
