use std::collections::HashSet;

use credentials::{Fingerprint, RecoveryCode, recovery_codes, used_recovery_code};

#[test]
fn ten_codes_of_which_each_is_found_however_it_is_typed() {
    let codes = recovery_codes();
    let stored: Vec<Fingerprint> = codes.iter().map(RecoveryCode::hash).collect();
    for (place, code) in codes.iter().enumerate() {
        let plain = code.reveal();
        for typed in [
            plain.to_owned(),
            plain.to_uppercase(),
            plain.replace('-', ""),
            plain.replace('-', " "),
            plain.replace('-', " \u{2013} "),
            format!("  {plain}\r\n"),
        ] {
            assert_eq!(used_recovery_code(&stored, &typed), Some(place), "{typed:?}");
        }
    }
}

#[test]
fn a_wrong_or_used_code_is_not_found() {
    let codes = recovery_codes();
    let mut stored: Vec<Fingerprint> = codes.iter().map(RecoveryCode::hash).collect();
    let used = codes[4].reveal();
    stored.remove(4);
    let other = recovery_codes();
    for typed in [used, other[0].reveal(), "", "-", &used[1..], &format!("{used}2"), &used.repeat(40)] {
        assert_eq!(used_recovery_code(&stored, typed), None, "{typed:?}");
    }
    assert_eq!(used_recovery_code(&[], used), None);
}

#[test]
fn codes_have_no_characters_that_look_alike_and_never_repeat() {
    let codes: Vec<RecoveryCode> = (0..300).flat_map(|_| recovery_codes()).collect();
    let texts: HashSet<&str> = codes.iter().map(RecoveryCode::reveal).collect();
    assert_eq!(texts.len(), 3_000);
    let characters: HashSet<char> = texts.iter().flat_map(|text| text.chars()).collect();
    assert_eq!(characters.len(), 31);
    assert!(!characters.iter().any(|c| "01ilouILOU".contains(*c)));
    for text in texts {
        let groups: Vec<usize> = text.split('-').map(str::len).collect();
        assert_eq!(groups, [4, 4, 4, 4], "{text}");
    }
    assert_eq!(format!("{:?}", codes[0]), "RecoveryCode(***)");
}
