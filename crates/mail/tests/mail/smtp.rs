//! What a mail server gets to see, and what it may answer.

use std::time::{Duration, Instant};

use mail::{Letter, MailError, Settings};

use crate::server::Server;
use crate::{NOW, letter, post, settings};

#[tokio::test]
async fn a_letter_arrives_as_it_was_written() {
    let server = Server::start("plain");
    let long = "word ".repeat(400);
    let text = format!(
        "Guten Tag Ada,\n\n.\n..two dots\nFrom here on: {long}\nÄÖÜ €, 日本語, 👍\nMAIL FROM:<x@y>\n"
    );
    let written = Letter {
        to: "Ada Lovelace <ada@example.org>".into(),
        from: None,
        subject: "Rechnung für März 👍, and a subject so long that it has to be folded into several lines"
            .into(),
        text: text.clone(),
        html: Some("<p>Größe &amp; Farbe</p>\n".into()),
        id: None,
    };
    let sent = post(&server).send(&written, NOW).await.unwrap();
    assert!(sent.answer.contains("Queued as 4711"), "{}", sent.answer);

    let [arrived] = &server.letters()[..] else { panic!("{:?}", server.letters()) };
    assert_eq!(arrived["mail_from"], "shop@example.com");
    assert_eq!(arrived["recipients"], serde_json::json!(["ada@example.org"]));
    assert_eq!(arrived["text"], text.as_str());
    assert_eq!(arrived["html"], "<p>Größe &amp; Farbe</p>\n");
    let headers = &arrived["headers"];
    assert_eq!(headers["from"], "Galleria <shop@example.com>");
    assert_eq!(headers["to"], "Ada Lovelace <ada@example.org>");
    assert_eq!(headers["subject"], written.subject.as_str());
    assert_eq!(headers["date"], "Sat, 21 Nov 2026 08:53:20 +0000");
    assert_eq!(headers["auto-submitted"], "auto-generated");
    assert_eq!(headers["message-id"], sent.message_id.as_str());
    assert!(sent.message_id.ends_with("@example.com>"), "{}", sent.message_id);
}

#[tokio::test]
async fn a_letter_may_have_a_sender_of_its_own_and_no_html() {
    let server = Server::start("plain");
    let written = Letter { from: Some("billing@shop.example".into()), ..letter("ada@example.org") };
    post(&server).send(&written, NOW).await.unwrap();
    let arrived = &server.letters()[0];
    assert_eq!((&arrived["mail_from"], &arrived["html"]), (&"billing@shop.example".into(), &().into()));
    assert_eq!(arrived["text"].as_str().unwrap().trim_end(), "It is on its way.");
}

#[tokio::test]
async fn a_server_that_is_busy_twice_gets_the_letter_the_third_time() {
    let server = Server::start("plain");
    post(&server).send(&letter("soon@example.org"), NOW).await.unwrap();
    assert_eq!((server.times_asked(), server.letters().len()), (3, 1));
}

#[tokio::test]
async fn a_letter_that_was_tried_twice_is_known_by_its_id() {
    let server = Server::start("plain");
    let sent = post(&server).send(&letter("full@example.org"), NOW).await.unwrap();
    let ids: Vec<_> = server.letters().iter().map(|letter| letter["headers"]["message-id"].clone()).collect();
    assert_eq!(ids, [sent.message_id.as_str(), sent.message_id.as_str()]);
    let known = Letter { id: Some(7), ..letter("ada@example.org") };
    let twice =
        [post(&server).send(&known, NOW).await.unwrap(), post(&server).send(&known, NOW).await.unwrap()];
    assert_eq!(twice[0].message_id, twice[1].message_id);
    let other = post(&server).send(&letter("ada@example.org"), NOW).await.unwrap();
    assert_ne!(other.message_id, sent.message_id);
}

#[tokio::test]
async fn a_server_that_hangs_up_is_asked_again() {
    let server = Server::start("plain");
    post(&server).send(&letter("hangup@example.org"), NOW).await.unwrap();
    assert_eq!((server.times_asked(), server.letters().len()), (2, 1));
}

#[tokio::test]
async fn a_server_that_stays_busy_is_left_alone_after_three_tries_and_the_letter_may_go_later() {
    let server = Server::start("plain");
    let why = post(&server).send(&letter("busy@example.org"), NOW).await.unwrap_err();
    let MailError::TryLater { code: 451, reply } = &why else { panic!("{why:?}") };
    assert!(reply.contains("Come back later"), "{reply}");
    assert_eq!((why.code(), why.try_again(), server.times_asked()), ("mail_try_later", true, 3));
}

#[tokio::test]
async fn the_pauses_between_tries_grow() {
    let server = Server::start("plain");
    let settings = Settings { pause: Duration::from_millis(200), ..settings() };
    let post = mail::open(&format!("smtp://127.0.0.1:{}", server.port), settings).unwrap();
    let started = Instant::now();
    post.send(&letter("busy@example.org"), NOW).await.unwrap_err();
    // Half of 200 and half of 400 milliseconds at least.
    assert!(started.elapsed() >= Duration::from_millis(300), "{:?}", started.elapsed());
}

#[tokio::test]
async fn a_refused_recipient_is_refused_for_good_and_at_once() {
    let server = Server::start("plain");
    let why = post(&server).send(&letter("nobody@example.org"), NOW).await.unwrap_err();
    let MailError::Refused { code: 550, reply } = &why else { panic!("{why:?}") };
    assert!(reply.contains("No such person here"), "{reply}");
    // What is kept of it says by numbers what was wrong, and not with whom.
    let kept = why.to_string();
    assert!(kept.contains("(550 5.1.1)") && !kept.contains("nobody"), "{kept}");
    assert_eq!((why.code(), why.try_again(), server.times_asked()), ("mail_refused", false, 1));
    assert!(server.letters().is_empty());
}

#[tokio::test]
async fn where_no_server_is_the_letter_may_go_later() {
    let post = mail::open(&format!("smtp://127.0.0.1:{}", galleria_tests::free_port()), settings()).unwrap();
    let why = post.send(&letter("ada@example.org"), NOW).await.unwrap_err();
    assert_eq!((why.code(), why.try_again()), ("mail_unreachable", true));
}

#[tokio::test]
async fn a_server_that_says_nothing_holds_nobody_longer_than_the_timeout() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let settings = Settings { timeout: Duration::from_millis(100), tries: 2, ..settings() };
    let post = mail::open(&format!("smtp://{}", silent.local_addr().unwrap()), settings).unwrap();
    let started = Instant::now();
    let why = post.send(&letter("ada@example.org"), NOW).await.unwrap_err();
    assert_eq!((why.code(), why.try_again()), ("mail_unreachable", true));
    let took = started.elapsed();
    assert!(took >= Duration::from_millis(200) && took < Duration::from_secs(5), "{took:?}");
}

#[tokio::test]
async fn no_field_adds_a_header_or_a_recipient() {
    let server = Server::start("plain");
    let post = post(&server);
    for breaks in ["\r\n", "\n", "\r", "\u{85}", "\0", "\x0b"] {
        let line = format!("{breaks}Bcc: eve@example.org");
        let good = letter("ada@example.org");
        for (field, bad) in [
            ("to", Letter { to: format!("ada@example.org{line}"), ..good.clone() }),
            ("to", Letter { to: format!("Ada{line} <ada@example.org>"), ..good.clone() }),
            ("to", Letter { to: format!("Ada{breaks}X-Mark: yes <ada@example.org>"), ..good.clone() }),
            (
                "from",
                Letter { from: Some(format!("Shop{breaks}X-Mark: yes <shop@example.com>")), ..good.clone() },
            ),
            ("from", Letter { from: Some(format!("shop@example.com{line}")), ..good.clone() }),
            ("subject", Letter { subject: format!("Your order{line}"), ..good.clone() }),
        ] {
            let why = post.send(&bad, NOW).await.unwrap_err();
            assert_eq!((why.code(), why.try_again()), ("letter_malformed", false), "{bad:?}");
            assert!(matches!(why, MailError::Malformed { field: named, .. } if named == field), "{why:?}");
        }
    }
    assert_eq!(server.times_asked(), 0);

    let text =
        "Hello\r\n.\r\nMAIL FROM:<eve@example.org>\r\nRCPT TO:<eve@example.org>\r\nBcc: eve@example.org\r\n";
    let odd = Letter {
        subject: "=?utf-8?q?=0D=0ABcc:_eve@example.org?= Bcc: eve@example.org".into(),
        text: text.into(),
        ..letter("\"Eve: ada\" <ada@example.org>")
    };
    post.send(&odd, NOW).await.unwrap();
    let [arrived] = &server.letters()[..] else { panic!("{:?}", server.letters()) };
    assert_eq!(arrived["recipients"], serde_json::json!(["ada@example.org"]));
    let mut names: Vec<&str> =
        arrived["names"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    names.sort_unstable();
    let expected = [
        "auto-submitted",
        "content-transfer-encoding",
        "content-type",
        "date",
        "from",
        "message-id",
        "subject",
        "to",
    ];
    names.retain(|name| *name != "mime-version");
    assert_eq!(names, expected);
    assert_eq!(arrived["text"].as_str().unwrap().trim_end(), text.replace("\r\n", "\n").trim_end());
}
