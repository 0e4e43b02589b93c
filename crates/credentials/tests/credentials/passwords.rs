use std::fmt::Write as _;
use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use credentials::{BreachFile, Password, Passwords, Refusal, Verdict};
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};

const GOOD: &str = "correct horse battery staple";

fn passwords(threads: usize) -> Passwords {
    Passwords::new(NonZeroUsize::new(threads).unwrap())
}

fn typed(text: &str) -> Password {
    Password::typed(text).unwrap()
}

fn why_not(text: &str, own: &[&str]) -> Option<Refusal> {
    Password::typed(text).and_then(|password| password.check(own)).err()
}

#[tokio::test]
async fn the_right_password_opens_and_any_other_does_not() {
    let passwords = passwords(2);
    let stored = passwords.hash(typed(GOOD)).await.unwrap();
    assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
    assert_eq!(passwords.verify(typed(GOOD), &stored).await, Ok(Verdict::Right { rehash: false }));
    for wrong in ["Correct horse battery staple", "correct horse battery staple ", ""] {
        assert_eq!(passwords.verify(typed(wrong), &stored).await, Ok(Verdict::Wrong), "{wrong:?}");
    }
    assert_ne!(passwords.hash(typed(GOOD)).await.unwrap(), stored);
}

#[tokio::test]
async fn the_same_characters_from_another_keyboard_are_the_same_password() {
    let passwords = passwords(1);
    let stored = passwords.hash(typed("Ångström ﬁnds it")).await.unwrap();
    let decomposed = "A\u{30a}ngstro\u{308}m finds it";
    assert_eq!(passwords.verify(typed(decomposed), &stored).await, Ok(Verdict::Right { rehash: false }));
}

#[tokio::test]
async fn a_weaker_hash_of_another_platform_opens_and_asks_to_be_made_anew() {
    let passwords = passwords(1);
    // The reference implementation's: `echo -n password | argon2 somesalt -t 2 -m 16 -p 4 -l 24`.
    let stored = "$argon2i$v=19$m=65536,t=2,p=4$c29tZXNhbHQ$RdescudvJCsgt3ub+b+dWRWJTmaaJObG";
    assert_eq!(passwords.verify(typed("password"), stored).await, Ok(Verdict::Right { rehash: true }));
    assert!(Passwords::needs_rehash(stored));
    assert!(Passwords::needs_rehash("nonsense"));
    assert!(!Passwords::needs_rehash(&passwords.hash(typed(GOOD)).await.unwrap()));
}

#[tokio::test]
async fn refuses_a_stored_hash_that_is_none_or_would_take_the_machine() {
    let passwords = passwords(1);
    let rest = "$c29tZXNhbHQ$RdescudvJCsgt3ub+b+dWRWJTmaaJObG";
    for stored in [
        "",
        "correct horse battery staple",
        "$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW",
        &format!("$argon2id$v=19$m=4194304,t=2,p=1{rest}"),
        &format!("$argon2id$v=19$m=19456,t=4000000,p=1{rest}"),
        &format!("$argon2id$v=19$m=19456,t=2,p=4000{rest}"),
        "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ",
        "$argon2id$v=19$m=19456,t=2,p=1",
    ] {
        assert_eq!(passwords.verify(typed(GOOD), stored).await, Err(Refusal::HashUnreadable), "{stored}");
    }
}

#[tokio::test]
async fn an_account_that_is_not_there_takes_as_long_as_a_wrong_password() {
    let passwords = passwords(1);
    let stored = passwords.hash(typed(GOOD)).await.unwrap();
    let (mut somebody, mut nobody) = (Duration::MAX, Duration::MAX);
    // The fastest of each, and more of them while others keep the processors busy: what is really quicker stays so.
    for round in 1..=100 {
        let start = Instant::now();
        assert_eq!(passwords.verify(typed("wrong password"), &stored).await, Ok(Verdict::Wrong));
        somebody = somebody.min(start.elapsed());
        let start = Instant::now();
        assert_eq!(passwords.verify_nobody(typed("wrong password")).await, Ok(Verdict::Wrong));
        nobody = nobody.min(start.elapsed());
        if round >= 5 && nobody * 2 > somebody && somebody * 2 > nobody {
            return;
        }
    }
    panic!("{somebody:?} and {nobody:?}");
}

#[test]
fn a_password_has_8_to_256_characters_of_any_kind() {
    assert_eq!(why_not("k8#Qz!p", &[]), Some(Refusal::PasswordTooShort));
    assert_eq!(why_not("k8#Qz!pw", &[]), None);
    assert_eq!(why_not("schlüßel", &[]), None);
    assert_eq!(why_not("正しい馬電池ホチキス", &[]), None);
    assert_eq!(why_not("🐴🔋📎🧷🐎🪫🖇️🔩", &[]), None);
    let long: String = (0..256).map(|n| char::from(b'a' + (n * n % 23) as u8)).collect();
    assert_eq!(why_not(&long[..64], &[]), None);
    assert_eq!(why_not(&long, &[]), None);
    assert_eq!(why_not(&format!("{long}x"), &[]), Some(Refusal::PasswordTooLong));
    // One character of Arabic writing that is eighteen in the normal form.
    assert!(Password::typed(&"\u{fdfa}".repeat(256)).is_ok());
    assert_eq!(Password::typed(&"x".repeat(10_000_000)).unwrap_err(), Refusal::PasswordTooLong);
}

#[test]
fn refuses_what_repeats_itself_or_counts() {
    for plain in [
        "aaaaaaaaaaaa",
        "        ",
        "abababab",
        "abcabcabca",
        "ABcdabCDabcd",
        "12341234",
        "🐴🐴🐴🐴🐴🐴🐴🐴",
        "abcdefghijkl",
        "87654321",
        "1234567890",
        "0987654321",
        "56789012",
        "ABCDEFGH",
        "αβγδεζηθ",
    ] {
        assert_eq!(why_not(plain, &[]), Some(Refusal::PasswordTooPlain), "{plain}");
    }
    for fine in ["abcdabcx", "12345678 is not enough", "aaaaaaaab", "acegikmo"] {
        assert_eq!(why_not(fine, &[]), None, "{fine}");
    }
}

#[test]
fn refuses_what_many_people_use_in_any_case() {
    for common in [
        "password",
        "PassWord",
        "iloveyou",
        "qwertyuiop",
        "1qaz2wsx",
        "ｐａｓｓｗｏｒｄ",
        "baseball",
        "trustno1",
    ] {
        assert_eq!(why_not(common, &[]), Some(Refusal::PasswordCommon), "{common}");
    }
    assert_eq!(why_not("passwort-der-katze", &[]), None);
}

#[test]
fn refuses_what_is_made_of_the_persons_own_words() {
    let own = ["anna.meier@oaklinen.example", "Anna-Lena Meierhöfer", "Oak & Linen"];
    for personal in [
        "anna.meier",
        "AnnaMeier1984",
        "meierhöfer!!",
        "19841224meier",
        "annalena",
        "oaklinen2026",
        "Oak & Linen!",
        "anna meier",
    ] {
        assert_eq!(why_not(personal, &own), Some(Refusal::PasswordPersonal), "{personal}");
    }
    for fine in ["anna trägt gern grün", "oakfurnitureandtea", GOOD, "!!??§§%%&&"] {
        assert_eq!(why_not(fine, &own), None, "{fine}");
    }
    assert_eq!(why_not("anna.meier!x", &[]), None);
    assert_eq!(why_not("k8#Qz!pw", &["", "@", "a"]), None);
}

#[tokio::test]
async fn a_file_of_breached_passwords_is_searched_where_it_lies() {
    let folder = tempfile::tempdir().unwrap();
    for (ending, how_many) in [("\r\n", 1_000), ("\n", 1), ("\n", 2), ("\r\n", 777)] {
        let path = folder.path().join("breached.txt");
        std::fs::write(&path, breached(how_many, ending)).unwrap();
        let passwords = passwords(1).refusing(BreachFile::open(&path).unwrap());
        for number in 0..how_many {
            let stolen = typed(&format!("stolen password {number}"));
            let answer = passwords.check(stolen, &[]).await.unwrap_err();
            assert_eq!(answer, Refusal::PasswordCommon, "{number} of {how_many}");
        }
        for number in 0..200 {
            assert!(passwords.check(typed(&format!("password never stolen {number}")), &[]).await.is_ok());
        }
    }
}

#[tokio::test]
async fn a_file_of_breached_passwords_that_is_none_is_refused_and_one_that_is_gone_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("breached.txt");
    assert!(BreachFile::open(&path).is_err());
    for nonsense in
        ["nonsense", "password123\npassword124\n", &"A".repeat(200), &"Z".repeat(40), &"A".repeat(40)]
    {
        std::fs::write(&path, nonsense).unwrap();
        assert!(BreachFile::open(&path).is_err(), "{nonsense}");
    }
    std::fs::write(&path, breached(3, "\n")).unwrap();
    let passwords = passwords(1).refusing(BreachFile::open(&path).unwrap());
    std::fs::remove_file(&path).unwrap();
    let answer = passwords.check(typed(GOOD), &[]).await.unwrap_err();
    assert_eq!(answer, Refusal::BreachFileUnreadable);
    assert_eq!(passwords.check(typed("password"), &[]).await.unwrap_err(), Refusal::PasswordCommon);
}

#[test]
fn nothing_secret_is_printed() {
    assert_eq!(format!("{:?}", typed(GOOD)), "Password(***)");
}

fn breached(how_many: usize, ending: &str) -> String {
    let hash = |number| {
        let hash = digest(&SHA1_FOR_LEGACY_USE_ONLY, format!("stolen password {number}").as_bytes());
        hash.as_ref().iter().map(|byte| format!("{byte:02X}")).collect::<String>()
    };
    let mut hashes: Vec<String> = (0..how_many).map(hash).collect();
    hashes.sort();
    hashes.iter().enumerate().fold(String::new(), |mut text, (place, hash)| {
        write!(text, "{hash}:{}{ending}", 10_usize.pow((place % 8) as u32)).unwrap();
        text
    })
}
