//! Addresses of people and of posts.

use mail::{InMemory, Letter, MailError, Post, Settings};

use crate::{NOW, letter, settings};

#[tokio::test]
async fn one_plain_address_is_taken_with_or_without_a_name() {
    let post = InMemory::new("shop@example.com").unwrap();
    for to in [
        "ada@example.org",
        " ada@example.org ",
        "<ada@example.org>",
        "Ada <ada@example.org>",
        "\"Ada Lovelace\" <ada@example.org>",
        "Ada King-Noël (née Byron) <ada+orders@mail.example.org>",
        "root@localhost",
        "o'neil@example.org",
    ] {
        post.send(&letter(to), NOW).await.unwrap_or_else(|why| panic!("{to}: {why}"));
    }
}

#[tokio::test]
async fn what_is_not_one_plain_address_is_refused() {
    let post = InMemory::new("shop@example.com").unwrap();
    let long = format!("{}@example.org", "a".repeat(65));
    for to in [
        "",
        " ",
        "ada",
        "@example.org",
        "ada@",
        "ada@@example.org",
        "ada@example..org",
        "ada@-example.org",
        "ada@example.org, eve@example.org",
        "ada@example.org eve@example.org",
        "ada@example.org;eve@example.org",
        "<ada@example.org> eve@example.org",
        "Ada <ada@example.org> <eve@example.org>",
        "Ada <ada@example.org",
        "eve@example.org <ada@example.org>",
        "Ada, eve@example.org <ada@example.org>",
        "\"a b\"@example.org",
        "ada@[127.0.0.1]",
        "ädä@example.org",
        "ada@exämple.org",
        ".ada@example.org",
        "ada.@example.org",
        &long,
    ] {
        let why = post.send(&letter(to), NOW).await.unwrap_err();
        assert!(matches!(why, MailError::Malformed { field: "to", .. }), "{to:?}: {why:?}");
    }
    assert!(post.taken().is_empty());
    for from in ["", "shop", "a@b.example, c@d.example"] {
        assert!(InMemory::new(from).is_err());
        let why = post
            .send(&Letter { from: Some(from.into()), ..letter("ada@example.org") }, NOW)
            .await
            .unwrap_err();
        assert!(matches!(why, MailError::Malformed { field: "from", .. }), "{from:?}: {why:?}");
        let settings = Settings::new(from);
        assert!(mail::open("smtp://127.0.0.1", settings).is_err());
    }
}

#[tokio::test]
async fn a_letter_without_a_subject_or_a_text_is_refused() {
    let post = InMemory::new("shop@example.com").unwrap();
    let good = letter("ada@example.org");
    for (field, bad) in [
        ("subject", Letter { subject: " ".into(), ..good.clone() }),
        ("subject", Letter { subject: "x".repeat(501), ..good.clone() }),
        ("text", Letter { text: "\n".into(), ..good.clone() }),
    ] {
        let why = post.send(&bad, NOW).await.unwrap_err();
        assert!(matches!(why, MailError::Malformed { field: named, .. } if named == field), "{why:?}");
        assert!(why.to_string().contains(&format!("\"{field}\"")), "{why}");
    }
}

#[test]
fn the_address_of_a_post_is_understood() {
    for address in [
        "smtp://127.0.0.1:2525",
        "smtp://localhost",
        "smtp://[::1]:2525/",
        "smtp://localhost?tls=required",
        "smtps://name:password@mail.example.com",
        "smtp://name:password@mail.example.com:587",
    ] {
        mail::open(address, settings()).unwrap_or_else(|why| panic!("{address}: {why}"));
    }
}

#[test]
fn a_wrong_address_of_a_post_is_refused_without_its_password() {
    for address in [
        "",
        "mail.example.com",
        "http://mail.example.com",
        "smtp:mail.example.com",
        "smtp://",
        "smtp://:25",
        "folder:",
        "smtp://hush@mail.example.com",
        "smtp://:hush@mail.example.com",
        "smtp://name:hush@mail.example.com/inbox",
        "smtp://name:hush@mail.example.com?tls=none",
        "smtp://name:hush@mail.example.com#x",
        "smtp://name:hush%00@mail.example.com",
        "smtp://name:hush%ff@mail.example.com",
        "smtp://name:hush@mail.example.com:99999",
    ] {
        let why = mail::open(address, settings()).unwrap_err();
        assert_eq!((why.code(), why.try_again()), ("mail_address_malformed", false), "{address}");
        assert!(!why.to_string().contains("hush"), "{why}");
    }
    let unreadable = Settings { certificates: Some("not PEM".into()), ..settings() };
    assert_eq!(
        mail::open("smtps://mail.example.com", unreadable).unwrap_err().code(),
        "mail_address_malformed"
    );
    let post = mail::open("smtps://name:hush@mail.example.com", settings()).unwrap();
    assert!(!format!("{post:?}").contains("hush"));
}
