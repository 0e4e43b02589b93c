use std::collections::HashSet;

use credentials::{Fingerprint, Refusal, Token};

const SESSION: &str = "gal_ses_";

#[test]
fn a_token_is_read_back_and_found_by_its_fingerprint() {
    let token = Token::new(SESSION);
    let read = Token::parse(SESSION, token.reveal()).unwrap();
    assert_eq!(read.reveal(), token.reveal());
    assert_eq!(read.hash(), token.hash());
    assert!(read.matches(&token.hash()));
    assert!(!read.matches(&Token::new(SESSION).hash()));
}

#[test]
fn a_fingerprint_is_the_sha256_of_the_token_and_survives_being_stored() {
    let token = Token::new(SESSION);
    let sha256 = ring::digest::digest(&ring::digest::SHA256, token.reveal().as_bytes());
    assert_eq!(token.hash().as_bytes(), sha256.as_ref());
    let stored = serde_json::to_string(&token.hash()).unwrap();
    assert_eq!(stored.len(), 66);
    assert_eq!(serde_json::from_str::<Fingerprint>(&stored).unwrap(), token.hash());
    assert_eq!(Fingerprint::from(*token.hash().as_bytes()), token.hash());
    for other in [stored.to_uppercase(), stored.replacen('"', "\"00", 1), "\"\"".to_owned()] {
        assert!(serde_json::from_str::<Fingerprint>(&other).is_err(), "{other}");
    }
}

#[test]
fn no_two_tokens_are_alike_and_all_their_characters_vary() {
    let tokens: Vec<Token> = (0..2_000).map(|_| Token::new(SESSION)).collect();
    let texts: HashSet<&str> = tokens.iter().map(Token::reveal).collect();
    assert_eq!(texts.len(), tokens.len());
    for place in SESSION.len()..SESSION.len() + 49 {
        let characters: HashSet<u8> = texts.iter().map(|text| text.as_bytes()[place]).collect();
        // Of 62 characters, 2,000 draws miss one about once in a hundred million times.
        assert_eq!(characters.len(), 62, "place {place}");
    }
}

#[test]
fn one_wrong_character_anywhere_is_noticed_without_asking_anybody() {
    let token = Token::new(SESSION);
    for place in 0..token.reveal().len() {
        let mut text = token.reveal().as_bytes().to_vec();
        text[place] = if text[place] == b'x' { b'y' } else { b'x' };
        let text = String::from_utf8(text).unwrap();
        assert_eq!(Token::parse(SESSION, &text).unwrap_err(), Refusal::TokenUnreadable, "{text}");
    }
}

#[test]
fn refuses_what_is_cut_off_extended_or_of_another_kind() {
    let token = Token::new(SESSION);
    let text = token.reveal();
    let key = Token::new("gal_key_");
    let renamed = key.reveal().replace("gal_key_", SESSION);
    let umlaut = format!("{}ä", &text[..text.len() - 2]);
    for wrong in [
        &text[..text.len() - 1],
        &format!("{text}x"),
        &format!(" {text}"),
        "",
        SESSION,
        key.reveal(),
        &renamed,
        &umlaut,
    ] {
        assert_eq!(Token::parse(SESSION, wrong).unwrap_err(), Refusal::TokenUnreadable, "{wrong}");
    }
}

#[test]
fn nothing_secret_is_printed() {
    let token = Token::new(SESSION);
    assert_eq!(format!("{token:?}"), "Token(***)");
    assert_eq!(format!("{:?}", token.hash()), "Fingerprint(***)");
}
