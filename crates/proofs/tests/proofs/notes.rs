//! What is signed, by whom, and every way of not being.

use proofs::{KeyError, Note, NoteError, Signer, Verifier};

use crate::log_key;

/// Go's own example of a note.
const TEXT: &str =
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const PETER: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const PETERS_SECRET: &str = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
const PETERS_LINE: &str = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
const ENOCH: &str = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop";
const ENOCHS_LINE: &str = "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n";

fn peter() -> Verifier {
    PETER.parse().unwrap()
}

fn enoch() -> Verifier {
    ENOCH.parse().unwrap()
}

fn open(message: &str, known: &[Verifier]) -> Result<Note, NoteError> {
    Note::open(message.as_bytes(), known)
}

fn names<'n>(signatures: impl Iterator<Item = &'n proofs::Signature>) -> Vec<&'n str> {
    signatures.map(|signature| signature.name.as_str()).collect()
}

#[test]
fn a_key_is_read_as_it_is_written_and_signs_what_go_signed() {
    let signer: Signer = PETERS_SECRET.parse().unwrap();
    assert_eq!(signer.secret().as_str(), PETERS_SECRET);
    assert_eq!(signer.verifier(), &peter());
    assert_eq!(
        (peter().to_string().as_str(), peter().name(), peter().key_hash()),
        (PETER, "PeterNeumann", 0xc74f_20a3)
    );
    assert_eq!(Note::sign(TEXT, &signer).unwrap().to_string(), format!("{TEXT}\n{PETERS_LINE}"));
}

#[test]
fn a_secret_is_not_shown_by_looking_at_it() {
    let signer: Signer = PETERS_SECRET.parse().unwrap();
    assert_eq!(format!("{signer:?}"), "Signer(PeterNeumann ***)");
}

#[test]
fn no_part_of_a_key_is_a_key_and_no_letter_may_be_another() {
    for text in [PETER, PETERS_SECRET] {
        let read = |text: &str| text.parse::<Verifier>().is_ok() || text.parse::<Signer>().is_ok();
        for from in 0..text.len() {
            for to in from + 1..=text.len() {
                let whole = (from, to) == (0, text.len()) || &text[from..to] == PETER;
                assert_eq!(read(&text[from..to]), whole, "{}", &text[from..to]);
            }
        }
        for at in 0..text.len() {
            let mut bytes = text.as_bytes().to_vec();
            bytes[at] += 1;
            assert!(!read(std::str::from_utf8(&bytes).unwrap()), "{at}");
        }
    }
    for bad in [
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW\n",
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW+",
        "",
        "+++",
    ] {
        assert_eq!(bad.parse::<Verifier>(), Err(KeyError::NoVerifier), "{bad}");
    }
}

#[test]
fn whoever_gives_the_secret_where_the_public_key_is_asked_for_is_told_so() {
    let why = PETERS_SECRET.parse::<Verifier>().unwrap_err();
    assert_eq!(why, KeyError::Private);
    assert!(why.to_string().ends_with("show this one to nobody."));
    assert_eq!(PETER.parse::<Signer>().unwrap_err(), KeyError::NoSigner);
}

#[test]
fn a_name_has_no_space_and_no_plus() {
    for bad in ["", "a b", "a+b", "a\u{a0}b", "a\u{2003}b", "a\u{85}b", "a\nb", "a\u{1}b", " a"] {
        assert_eq!(Signer::from_seed(bad, [7; 32]).unwrap_err(), KeyError::NameUnfit, "{bad:?}");
    }
    for good in ["example.com/log", "Größe", "—"] {
        let signer = Signer::from_seed(good, [7; 32]).unwrap();
        assert_eq!(signer.verifier().to_string().parse::<Verifier>().as_ref(), Ok(signer.verifier()));
        assert_eq!(signer.secret().parse::<Signer>().unwrap().verifier(), signer.verifier());
        let note = Note::sign("text\n", &signer).unwrap();
        assert_eq!(open(&note.to_string(), &[signer.verifier().clone()]), Ok(note));
    }
}

#[test]
fn a_note_is_opened_by_whoever_knows_one_of_its_keys() {
    let message = format!("{TEXT}\n{PETERS_LINE}{ENOCHS_LINE}");
    for (known, verified, unknown) in [
        (vec![peter()], vec!["PeterNeumann"], vec!["EnochRoot"]),
        (vec![enoch()], vec!["EnochRoot"], vec!["PeterNeumann"]),
        (vec![enoch(), peter()], vec!["PeterNeumann", "EnochRoot"], vec![]),
    ] {
        let note = open(&message, &known).unwrap();
        assert_eq!((note.text(), names(note.signatures()), names(note.unknown())), (TEXT, verified, unknown));
        assert_eq!(note.to_string(), message);
    }
    let by = "PeterNeumann+c74f20a3, EnochRoot+af0cfe78".to_owned();
    assert_eq!(open(&message, &[]), Err(NoteError::ByNobodyKnown { by }));
}

#[test]
fn a_sentence_about_strangers_is_short_and_moves_no_cursor() {
    let name = format!("\u{9b}2J\u{202e}{}", "a".repeat(9_000));
    let lines: String =
        (0..100).map(|n| PETERS_LINE.replace("PeterNeumann", &format!("{name}{n}"))).collect();
    let refused = open(&format!("{TEXT}\n{lines}"), &[peter()]).unwrap_err().to_string();
    assert!(refused.starts_with("The note is signed by \\u{9b}2J\\u{202e}aaa"), "{refused}");
    assert!(refused.contains(" and others, and none of these") && refused.len() < 600, "{refused}");
    assert!(!refused.contains(['\u{9b}', '\u{202e}']));
}

#[test]
fn a_text_may_have_empty_lines() {
    let signer = log_key();
    for text in ["\n", "\n\n", "a\n\nb\n", "a\n\n", "a\n\n\n", "— a b\n\n— c d\n"] {
        let note = Note::sign(text, &signer).unwrap();
        assert_eq!(open(&note.to_string(), &[signer.verifier().clone()]).unwrap().text(), text);
    }
}

#[test]
fn whoever_signs_again_stands_last_and_once() {
    let (peter_signs, log) = (PETERS_SECRET.parse::<Signer>().unwrap(), log_key());
    let note = open(&format!("{TEXT}\n{PETERS_LINE}{ENOCHS_LINE}"), &[peter()]).unwrap();
    let note = note.also_sign(&log).unwrap();
    assert_eq!(names(note.signatures()), ["PeterNeumann", log.verifier().name()]);
    let note = note.also_sign(&peter_signs).unwrap();
    assert_eq!(names(note.signatures()), [log.verifier().name(), "PeterNeumann"]);
    assert_eq!(names(note.unknown()), ["EnochRoot"]);
    assert_eq!(open(&note.to_string(), &[peter(), log.verifier().clone()]), Ok(note));
}

#[test]
fn the_same_line_twice_is_one_and_a_wrong_one_beside_a_right_one_refuses_the_note() {
    let twice =
        open(&format!("{TEXT}\n{PETERS_LINE}{ENOCHS_LINE}{PETERS_LINE}{ENOCHS_LINE}"), &[peter()]).unwrap();
    assert_eq!((twice.signatures().count(), twice.unknown().count()), (1, 1));
    let wrong = PETERS_LINE.replace("AQxVBt", "AQxVBu");
    let by = "PeterNeumann+c74f20a3".to_owned();
    for lines in [format!("{PETERS_LINE}{wrong}"), format!("{wrong}{PETERS_LINE}"), wrong] {
        let message = format!("{TEXT}\n{lines}");
        assert_eq!(open(&message, &[peter()]), Err(NoteError::SignatureWrong { by: by.clone() }));
    }
}

#[test]
fn a_signature_is_of_the_key_with_its_name_and_its_hash_both() {
    // Peter's line under Enoch's name, and with the hash of Enoch's key: both are lines of keys that nobody knows.
    for line in [PETERS_LINE.replace("PeterNeumann", "EnochRoot"), PETERS_LINE.replace("x08g", "rwz+")] {
        let note = open(&format!("{TEXT}\n{line}{PETERS_LINE}"), &[peter(), enoch()]).unwrap();
        assert_eq!((note.signatures().count(), note.unknown().count()), (1, 1));
        assert!(open(&format!("{TEXT}\n{line}"), &[peter(), enoch()]).is_err());
    }
}

#[test]
fn a_signature_of_one_text_is_none_of_another() {
    for text in
        [TEXT.replace("your", "our"), format!("{TEXT}\n"), format!("\n{TEXT}"), TEXT.replace(",\n", ", ")]
    {
        let refused = open(&format!("{text}\n{PETERS_LINE}"), &[peter()]).unwrap_err();
        assert!(matches!(refused, NoteError::SignatureWrong { .. }), "{text:?}");
    }
}

#[test]
fn what_is_no_note_is_refused_with_the_reason() {
    let cases: [(Vec<u8>, NoteError); 14] = [
        (TEXT.into(), NoteError::Unsigned),
        (format!("{TEXT}\n").into(), NoteError::Unsigned),
        (b"".into(), NoteError::Unsigned),
        (PETERS_LINE.into(), NoteError::Unsigned),
        (format!("{TEXT}\n{}", PETERS_LINE.trim_end()).into(), NoteError::CutShort),
        (format!("\u{1}{TEXT}\n{PETERS_LINE}").into(), NoteError::ControlCharacter { line: 1 }),
        (format!("{TEXT}\r\n{PETERS_LINE}").into(), NoteError::ControlCharacter { line: 3 }),
        ([b"\xff", TEXT.as_bytes()].concat(), NoteError::NotText),
        (format!("{TEXT}\nAn unexpected line.\n").into(), NoteError::SignatureUnreadable),
        (format!("{TEXT}\n{PETERS_LINE}An unexpected line.\n").into(), NoteError::SignatureUnreadable),
        (format!("{TEXT}\n— Bad Name x08go/ZJkuA=\n").into(), NoteError::SignatureUnreadable),
        (format!("{TEXT}\n— PeterNeumann\n").into(), NoteError::SignatureUnreadable),
        (format!("{TEXT}\n— PeterNeumann x08gow==\n").into(), NoteError::SignatureUnreadable),
        (format!("{TEXT}\n{}", PETERS_LINE.replace("— ", "- ")).into(), NoteError::SignatureUnreadable),
    ];
    for (message, why) in cases {
        assert_eq!(Note::open(&message, &[peter()]), Err(why), "{}", String::from_utf8_lossy(&message));
    }
}

#[test]
fn base64_has_one_spelling() {
    // The last letter before the padding has two bits that say nothing.
    let other = PETERS_LINE.replace("JnAM=", "JnAN=");
    assert_eq!(open(&format!("{TEXT}\n{other}"), &[peter()]), Err(NoteError::SignatureUnreadable));
}

#[test]
fn a_note_is_neither_too_long_nor_signed_by_too_many() {
    let lines: String = (0..99).map(|number| PETERS_LINE.replace("PeterN", &format!("N{number}"))).collect();
    assert!(open(&format!("{TEXT}\n{lines}{PETERS_LINE}"), &[peter()]).is_ok());
    let more = format!("{TEXT}\n{lines}{PETERS_LINE}{ENOCHS_LINE}");
    assert_eq!(open(&more, &[peter()]), Err(NoteError::TooManySignatures));
    let full = open(&format!("{TEXT}\n{lines}{PETERS_LINE}"), &[peter()]).unwrap();
    assert_eq!(full.also_sign(&log_key()), Err(NoteError::TooManySignatures));

    let length = 1_000_000 - 1 - Note::sign("\n", &log_key()).unwrap().to_string().len() + 1;
    let text = format!("{}\n", "a".repeat(length));
    let note = Note::sign(&text, &log_key()).unwrap();
    assert_eq!(note.to_string().len(), 1_000_000);
    assert!(open(&note.to_string(), &[log_key().verifier().clone()]).is_ok());
    let bytes = 1_000_001;
    assert_eq!(Note::sign(&format!("a{text}"), &log_key()), Err(NoteError::TooLong { bytes }));
    assert_eq!(open(&"a".repeat(bytes), &[peter()]), Err(NoteError::TooLong { bytes }));
}

#[test]
fn what_nobody_could_read_is_not_signed() {
    let signer = log_key();
    assert_eq!(Note::sign("", &signer), Err(NoteError::TextUnfinished));
    assert_eq!(Note::sign("abc", &signer), Err(NoteError::TextUnfinished));
    assert_eq!(Note::sign("a\nb\tc\n", &signer), Err(NoteError::ControlCharacter { line: 2 }));
}

#[test]
fn of_two_keys_with_one_name_and_hash_neither_is_believed() {
    // 32 bits are no proof: such a pair is found within a second.
    let [one, two] = crate::alike();
    let message = Note::sign("text\n", &one).unwrap().to_string();
    let [one, two] = [one, two].map(|signer| signer.verifier().clone());
    assert_eq!((one.name(), one.key_hash()), (two.name(), two.key_hash()));
    let twice = [one.clone(), one.clone()];
    assert!(open(&message, &twice).is_ok());
    let both = [one, two];
    assert!(open(&message, &both[..1]).is_ok());
    assert!(matches!(open(&message, &both[1..]), Err(NoteError::SignatureWrong { .. })));
    assert!(matches!(open(&message, &both), Err(NoteError::KeyAmbiguous { .. })));
}
