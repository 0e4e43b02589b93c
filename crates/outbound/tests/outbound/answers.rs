//! What we read of an answer, and for how long we wait for it.

use std::time::{Duration, Instant};

use http::{Request, StatusCode};
use outbound::{OutboundError, Policy};
use tokio::io::AsyncWriteExt;

use crate::peer::{Peer, Reply, ok};
use crate::{get, outbound, policy};

#[tokio::test]
async fn an_answer_comes_back_with_its_status_headers_and_body() {
    let peer = Peer::start(|_| {
        Reply::Bytes("HTTP/1.1 404 Not Found\r\nx-a: b\r\ncontent-length: 4\r\n\r\nnope".into())
    })
    .await;
    let request = Request::post(peer.url("/a?b=c")).header("content-type", "text/plain").body(b"hi".to_vec());
    let answer = outbound(policy()).send(request.unwrap()).await.unwrap();
    assert_eq!(
        (answer.status(), answer.headers()["x-a"].as_bytes()),
        (StatusCode::NOT_FOUND, b"b".as_slice())
    );
    assert_eq!(answer.body().as_ref(), b"nope");
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let inner = Peer::start(|_| ok("secret")).await;
    for line in
        ["301 Moved", "302 Found", "303 See Other", "307 Temporary Redirect", "308 Permanent Redirect"]
    {
        let (target, line) = (inner.url("/"), line.to_owned());
        let head = format!(
            "HTTP/1.1 {line}\r\nlocation: {target}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
        );
        let peer = Peer::start(move |_| Reply::Bytes(head.clone())).await;
        let answer = outbound(policy()).send(get(&peer.url("/"))).await.unwrap();
        assert!(answer.status().is_redirection());
        assert_eq!(peer.requests(), 1);
    }
    assert_eq!(inner.connections(), 0);
}

#[tokio::test]
async fn a_body_is_read_up_to_the_limit_and_no_further() {
    let limited = || outbound(Policy { max_response_bytes: 10_000, ..policy() });
    let peer = Peer::start(|_| ok(&"x".repeat(10_000))).await;
    assert_eq!(limited().send(get(&peer.url("/"))).await.unwrap().body().len(), 10_000);

    let peer = Peer::start(|_| ok(&"x".repeat(10_001))).await;
    let why = limited().send(get(&peer.url("/"))).await.unwrap_err();
    assert_eq!((why.code(), why.again()), ("outbound_answer_too_large", false));

    let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    let peer = Peer::start(|_| Reply::Endless(head.into())).await;
    let started = Instant::now();
    let why = limited().send(get(&peer.url("/"))).await.unwrap_err();
    assert_eq!(why.code(), "outbound_answer_too_large");
    assert!(started.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn endless_headers_are_not_read_to_their_end() {
    let peer = Peer::start(|_| Reply::Endless("HTTP/1.1 200 OK\r\nx-a: ".into())).await;
    let impatient = outbound(Policy { total_timeout: Duration::from_secs(5), ..policy() });
    let why = impatient.send(get(&peer.url("/"))).await.unwrap_err();
    assert!(matches!(why, OutboundError::BrokenOff { .. } | OutboundError::TimedOut { .. }), "{why:?}");
}

#[tokio::test]
async fn who_answers_too_slowly_is_cut_off() {
    let impatient = outbound(Policy { total_timeout: Duration::from_millis(400), ..policy() });
    let slow = "HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n";
    let tick = Duration::from_millis(50);
    let peers = [
        Peer::start(|_| Reply::Silence).await,
        Peer::start(move |_| Reply::Drip(slow.into(), tick)).await,
        Peer::start(move |_| Reply::Drip("HTTP/1.1 200 OK\r\nx-a: ".into(), tick)).await,
    ];
    for peer in peers {
        let started = Instant::now();
        let why = impatient.send(get(&peer.url("/"))).await.unwrap_err();
        assert_eq!((why.code(), why.again()), ("outbound_timed_out", true));
        assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
    }
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_none() {
    let peer =
        Peer::start(|_| Reply::Bytes("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf".into())).await;
    let why = outbound(policy()).send(get(&peer.url("/"))).await.unwrap_err();
    assert_eq!((why.code(), why.again()), ("outbound_broken_off", true));
}

#[tokio::test]
async fn who_is_not_there_or_does_not_encrypt_is_unreachable() {
    let port = galleria_tests::free_port();
    let why = outbound(policy()).send(get(&format!("http://127.0.0.1:{port}/"))).await.unwrap_err();
    assert_eq!((why.code(), why.again()), ("outbound_unreachable", true));

    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let plain = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
    });
    let why = outbound(policy()).send(get(&format!("https://127.0.0.1:{port}/"))).await.unwrap_err();
    plain.await.unwrap();
    assert_eq!(why.code(), "outbound_unreachable");
}

#[test]
fn every_refusal_is_a_sentence_with_a_code_of_its_own() {
    let host = || "a.test".to_owned();
    let all = [
        OutboundError::Address { text: host() },
        OutboundError::Scheme { host: host() },
        OutboundError::Credentials { host: host() },
        OutboundError::Forbidden { host: host(), why: "private" },
        OutboundError::UnknownName { host: host() },
        OutboundError::Unreachable { host: host() },
        OutboundError::TimedOut { host: host() },
        OutboundError::BrokenOff { host: host() },
        OutboundError::TooLarge { host: host(), bytes: 1 },
        OutboundError::Resting { host: host(), left: Duration::from_secs(3) },
        OutboundError::NoCertificates,
    ];
    let mut codes: Vec<_> = all.iter().map(OutboundError::code).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), all.len());
    for why in &all {
        let text = why.to_string();
        assert!(
            text.ends_with('.') && text.matches(". ").count() >= 1,
            "what happened, and what to do: {text}"
        );
    }
}
