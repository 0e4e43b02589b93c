//! Encryption and passwords.

use mail::{MailError, Settings};

use crate::server::Server;
use crate::{NOW, letter, settings};

fn trusting(server: &Server) -> Settings {
    Settings { certificates: server.certificate.clone(), ..settings() }
}

#[tokio::test]
async fn starttls_encrypts_for_a_server_whose_certificate_is_trusted() {
    let server = Server::start("starttls");
    let address = format!("smtp://localhost:{}?tls=required", server.port);
    let post = mail::open(&address, trusting(&server)).unwrap();
    post.send(&letter("ada@example.org"), NOW).await.unwrap();
    assert_eq!(server.letters()[0]["encrypted"], true);
}

#[tokio::test]
async fn smtps_encrypts_from_the_first_byte() {
    let server = Server::start("tls");
    let post = mail::open(&format!("smtps://localhost:{}", server.port), trusting(&server)).unwrap();
    post.send(&letter("ada@example.org"), NOW).await.unwrap();
    assert_eq!(server.letters()[0]["encrypted"], true);
}

#[tokio::test]
async fn a_server_with_a_strange_certificate_or_of_another_name_gets_nothing() {
    let (later, always) = (Server::start("starttls"), Server::start("tls"));
    for (address, settings) in [
        (format!("smtp://localhost:{}?tls=required", later.port), settings()),
        (format!("smtps://localhost:{}", always.port), settings()),
        (format!("smtps://127.0.0.1:{}", always.port), trusting(&always)),
    ] {
        let why =
            mail::open(&address, settings).unwrap().send(&letter("ada@example.org"), NOW).await.unwrap_err();
        assert!(matches!(why, MailError::Untrusted { .. }), "{address}: {why:?}");
        assert_eq!((why.code(), why.try_again()), ("mail_server_untrusted", true));
    }
    assert_eq!((later.times_asked(), always.times_asked()), (0, 0));
}

#[tokio::test]
async fn a_server_that_does_not_encrypt_though_it_is_required_gets_neither_password_nor_letter() {
    let server = Server::start("login");
    let address = format!("smtp://shop%40host:p%C3%A4%3Ass%2Fword@localhost:{}?tls=required", server.port);
    let post = mail::open(&address, settings()).unwrap();
    let why = post.send(&letter("ada@example.org"), NOW).await.unwrap_err();
    assert_eq!((why.code(), why.try_again()), ("mail_server_unfit", true), "{why:?}");
    assert_eq!(server.times_asked(), 0);
}

#[tokio::test]
async fn a_name_and_a_password_of_the_address_open_the_server() {
    let server = Server::start("login");
    let address = format!("smtp://shop%40host:p%C3%A4%3Ass%2Fword@127.0.0.1:{}", server.port);
    let post = mail::open(&address, settings()).unwrap();
    post.send(&letter("ada@example.org"), NOW).await.unwrap();
    assert_eq!(server.letters()[0]["login"], "shop@host");
}

#[tokio::test]
async fn a_wrong_password_or_none_is_named_as_such_and_not_tried_again() {
    let server = Server::start("login");
    for credentials in ["shop%40host:wrong@", ""] {
        let address = format!("smtp://{credentials}127.0.0.1:{}", server.port);
        let why = mail::open(&address, settings())
            .unwrap()
            .send(&letter("ada@example.org"), NOW)
            .await
            .unwrap_err();
        assert_eq!((why.code(), why.try_again()), ("mail_credentials_refused", true), "{why:?}");
        assert!(!why.to_string().contains("wrong@"), "{why}");
    }
    assert_eq!(server.times_asked(), 0);
}
