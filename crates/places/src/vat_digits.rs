//! How the digits of VAT numbers agree with each other, country by country. Each is told what stands behind the letters.

const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// The digits, if there are so many and nothing else.
fn exactly(number: &str, count: usize) -> Option<Vec<u32>> {
    let digits: Option<Vec<u32>> = number.chars().map(|sign| sign.to_digit(10)).collect();
    digits.filter(|digits| digits.len() == count)
}

fn weighed(digits: &[u32], weights: &[u32]) -> u32 {
    digits.iter().zip(weights).map(|(digit, weight)| digit * weight).sum()
}

fn value(digits: &[u32]) -> u64 {
    digits.iter().fold(0, |value, digit| value * 10 + u64::from(*digit))
}

/// Luhn's sum: from the right, every second digit counts double.
fn luhn(digits: &[u32]) -> bool {
    let doubled =
        |(n, digit): (usize, &u32)| if n % 2 == 1 { digit * 2 / 10 + digit * 2 % 10 } else { *digit };
    digits.iter().rev().enumerate().map(doubled).sum::<u32>() % 10 == 0
}

/// ISO 7064, modulo 11 and 10.
fn mod_11_10(digits: &[u32]) -> bool {
    let Some((last, before)) = digits.split_last() else { return false };
    let check = before.iter().fold(10, |check, digit| {
        let sum = match (check + digit) % 10 {
            0 => 10,
            sum => sum,
        };
        sum * 2 % 11
    });
    (11 - check) % 10 == *last
}

pub fn austria(number: &str) -> bool {
    let Some(digits) = number.strip_prefix('U').and_then(|number| exactly(number, 8)) else { return false };
    let sum: u32 = digits[..7]
        .iter()
        .enumerate()
        .map(|(n, digit)| if n % 2 == 1 { digit * 2 / 10 + digit * 2 % 10 } else { *digit })
        .sum();
    (10 - (sum + 4) % 10) % 10 == digits[7]
}

pub fn belgium(number: &str) -> bool {
    exactly(number, 10).is_some_and(|digits| {
        digits[0] <= 1 && (value(&digits[..8]) + value(&digits[8..])).is_multiple_of(97)
    })
}

/// Of a business, or the number of a person, of a foreigner, or of anybody else.
pub fn bulgaria(number: &str) -> bool {
    if let Some(digits) = exactly(number, 9) {
        let first = weighed(&digits[..8], &[1, 2, 3, 4, 5, 6, 7, 8]) % 11;
        let second = weighed(&digits[..8], &[3, 4, 5, 6, 7, 8, 9, 10]) % 11 % 10;
        return digits[8] == if first == 10 { second } else { first };
    }
    exactly(number, 10).is_some_and(|digits| {
        // Months of other centuries count twenty or forty more.
        let (month, day) = (value(&digits[2..4]) % 20, value(&digits[4..6]));
        let dated = (1..=12).contains(&month) && value(&digits[2..4]) <= 52 && (1..=31).contains(&day);
        let person = weighed(&digits, &[2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11 % 10;
        let foreigner = weighed(&digits, &[21, 19, 17, 13, 11, 9, 7, 3, 1]) % 10;
        let other = (11 - weighed(&digits, &[4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11) % 11;
        (dated && person == digits[9]) || [foreigner, other].contains(&digits[9])
    })
}

pub fn cyprus(number: &str) -> bool {
    const ODD: [u32; 10] = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21];
    let Some((digits, letter)) = number.split_at_checked(8) else { return false };
    let Some(known) = exactly(digits, 8).filter(|_| !digits.starts_with("12")) else { return false };
    let sum: u32 = known
        .iter()
        .enumerate()
        .map(|(n, digit)| if n % 2 == 0 { ODD[*digit as usize] } else { *digit })
        .sum();
    letter.as_bytes() == [LETTERS[(sum % 26) as usize]]
}

/// Of a business, or of a person: the number of their birth, which has had a check digit since 1954.
pub fn czechia(number: &str) -> bool {
    if let Some(digits) = exactly(number, 8) {
        let check = (11 - weighed(&digits[..7], &[8, 7, 6, 5, 4, 3, 2]) % 11) % 11;
        let check = if check == 0 { 1 } else { check % 10 };
        return digits[0] != 9 && check == digits[7];
    }
    if let Some(digits) = exactly(number, 9).filter(|digits| digits[0] == 6) {
        let check = 8 - (10 - weighed(&digits[1..8], &[8, 7, 6, 5, 4, 3, 2]) % 11) as i64 % 11;
        return i64::from(digits[8]) == check.rem_euclid(10) || born(&digits);
    }
    exactly(number, 9).or_else(|| exactly(number, 10)).is_some_and(|digits| born(&digits))
}

/// Year, month (of women fifty more, and when a day's numbers ran out twenty more) and day of a birth.
fn born(digits: &[u32]) -> bool {
    let two = |at: usize| digits[at] * 10 + digits[at + 1];
    let month = two(2) % 50;
    let checked = match digits.len() {
        9 => !(54..80).contains(&two(0)),
        _ => value(&digits[..9]) % 11 % 10 == u64::from(digits[9]),
    };
    (1..=12).contains(&(month % 20)) && (1..=31).contains(&two(4)) && checked
}

pub fn germany(number: &str) -> bool {
    exactly(number, 9).is_some_and(|digits| digits[0] != 0 && mod_11_10(&digits))
}

pub fn denmark(number: &str) -> bool {
    exactly(number, 8).is_some_and(|digits| {
        digits[0] != 0 && weighed(&digits, &[2, 7, 6, 5, 4, 3, 2, 1]).is_multiple_of(11)
    })
}

pub fn estonia(number: &str) -> bool {
    exactly(number, 9).is_some_and(|digits| weighed(&digits, &[3, 7, 1, 3, 7, 1, 3, 7, 1]).is_multiple_of(10))
}

pub fn greece(number: &str) -> bool {
    exactly(number, 9)
        .is_some_and(|digits| weighed(&digits, &[256, 128, 64, 32, 16, 8, 4, 2]) % 11 % 10 == digits[8])
}

/// Of a person (a letter behind eight digits, or X, Y, Z, K, L or M before seven), or of a business (its kind before them).
pub fn spain(number: &str) -> bool {
    const CHECKS: &[u8] = b"TRWAGMYFPDXBNJZSQVHLCKE";
    let (Some(first), Some(last)) = (number.chars().next(), number.chars().last()) else { return false };
    if number.len() != 9 || !number.is_ascii() {
        return false;
    }
    let of_a_person = |digits: &str| {
        let all = digits.bytes().all(|digit| digit.is_ascii_digit());
        let check = |value: u64| char::from(CHECKS[(value % 23) as usize]) == last;
        all && digits.parse().is_ok_and(check)
    };
    let rest = &number[1..8];
    match first {
        '0'..='9' => of_a_person(&number[..8]),
        'K' | 'L' | 'M' => of_a_person(rest),
        'X' | 'Y' | 'Z' => of_a_person(&format!("{}{rest}", u32::from(first) - u32::from('X'))),
        'A'..='J' | 'N' | 'P'..='S' | 'U' | 'V' | 'W' => {
            let Some(digits) = exactly(rest, 7) else { return false };
            let doubled = |digit: &u32| digit * 2 / 10 + digit * 2 % 10;
            let sum: u32 = digits.iter().step_by(2).map(doubled).sum::<u32>()
                + digits.iter().skip(1).step_by(2).sum::<u32>();
            let check = (10 - sum % 10) % 10;
            let letter = char::from(b"JABCDEFGHI"[check as usize]);
            let (as_digit, as_letter) = (last.to_digit(10) == Some(check), last == letter);
            match first {
                'N' | 'P' | 'Q' | 'R' | 'S' | 'W' => as_letter,
                'A' | 'B' | 'E' | 'H' => as_digit,
                _ => as_digit || as_letter,
            }
        }
        _ => false,
    }
}

pub fn finland(number: &str) -> bool {
    exactly(number, 8).is_some_and(|digits| weighed(&digits, &[7, 9, 10, 5, 8, 4, 2, 1]).is_multiple_of(11))
}

/// Two signs that check, then the number of the business; Monaco's begin with zeros and have no sum of their own.
pub fn france(number: &str) -> bool {
    const SIGNS: &str = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    let Some((key, siren)) = number.split_at_checked(2) else { return false };
    let Some(digits) = exactly(siren, 9) else { return false };
    if !siren.starts_with("000") && !luhn(&digits) {
        return false;
    }
    if let Some(known) = exactly(key, 2) {
        return (12 + 3 * (value(&digits) % 97)) % 97 == value(&known);
    }
    let at = |n: usize| SIGNS.find(&key[n..=n]).map(|place| place as u64);
    let (Some(first), Some(second)) = (at(0), at(1)) else { return false };
    let check = if first < 10 { first * 24 + second - 10 } else { first * 34 + second - 100 };
    (value(&digits) + 1 + check / 11) % 11 == check % 11
}

pub fn croatia(number: &str) -> bool {
    exactly(number, 11).is_some_and(|digits| mod_11_10(&digits))
}

pub fn hungary(number: &str) -> bool {
    exactly(number, 8).is_some_and(|digits| weighed(&digits, &[9, 7, 3, 1, 9, 7, 3, 1]).is_multiple_of(10))
}

/// Seven digits, a letter that checks, and since 2013 one more letter; the oldest have a sign in the second place.
pub fn ireland(number: &str) -> bool {
    const CHECKS: &[u8] = b"WABCDEFGHIJKLMNOPQRSTUV";
    let signs = number.as_bytes();
    if !number.is_ascii() || !(8..=9).contains(&signs.len()) {
        return false;
    }
    let checked = |digits: &[u32], more: u32| {
        char::from(CHECKS[((weighed(digits, &[8, 7, 6, 5, 4, 3, 2]) + more) % 23) as usize])
    };
    if let Some(digits) = exactly(&number[..7], 7) {
        let more = signs.get(8).map_or(Some(0), |letter| CHECKS.iter().position(|known| known == letter));
        return more.is_some_and(|more| checked(&digits, more as u32 * 9) == char::from(signs[7]));
    }
    let old = signs.len() == 8 && (signs[1].is_ascii_uppercase() || matches!(signs[1], b'+' | b'*'));
    let moved = format!("0{}{}", &number[2..7], &number[..1]);
    old && exactly(&moved, 7).is_some_and(|digits| checked(&digits, 0) == char::from(signs[7]))
}

pub fn italy(number: &str) -> bool {
    exactly(number, 11).is_some_and(|digits| {
        let office = value(&digits[7..10]);
        let known = (1..=100).contains(&office) || [120, 121, 888, 999].contains(&office);
        value(&digits[..7]) > 0 && known && luhn(&digits)
    })
}

pub fn lithuania(number: &str) -> bool {
    let Some(digits) = exactly(number, 9).or_else(|| exactly(number, 12)) else { return false };
    let (last, before) = (digits[digits.len() - 1], &digits[..digits.len() - 1]);
    let sum = |shift: usize| -> u32 {
        before.iter().enumerate().map(|(n, digit)| digit * ((n + shift) % 9 + 1) as u32).sum::<u32>() % 11
    };
    let check = if sum(0) == 10 { sum(2) % 10 } else { sum(0) };
    before[before.len() - 1] == 1 && check == last
}

pub fn luxembourg(number: &str) -> bool {
    exactly(number, 8).is_some_and(|digits| value(&digits[..6]) % 89 == value(&digits[6..]))
}

/// Of a business, or of a person: their numbers begin with their birth, or since 2017 with 32.
pub fn latvia(number: &str) -> bool {
    exactly(number, 11).is_some_and(|digits| {
        if digits[0] > 3 {
            return weighed(&digits, &[9, 1, 4, 8, 3, 10, 2, 5, 7, 6, 1]) % 11 == 3;
        }
        let check = (1 + weighed(&digits, &[10, 5, 8, 4, 2, 1, 6, 3, 7, 9])) % 11 % 10;
        let (day, month) = (value(&digits[..2]), value(&digits[2..4]));
        let dated = (1..=31).contains(&day) && (1..=12).contains(&month);
        check == digits[10] && (day == 32 || dated)
    })
}

pub fn malta(number: &str) -> bool {
    exactly(number, 8).is_some_and(|digits| {
        digits[0] != 0 && weighed(&digits, &[3, 4, 6, 7, 8, 9, 10, 1]).is_multiple_of(37)
    })
}

/// Nine digits of a business, or since 2020 twelve signs of which the whole number checks, letters included.
pub fn netherlands(number: &str) -> bool {
    let Some((digits, rest)) = number.split_at_checked(9) else { return false };
    let (Some(known), Some(branch)) = (exactly(digits, 9), rest.strip_prefix('B')) else { return false };
    let Some(branch) = exactly(branch, 2) else { return false };
    let eleven = weighed(&known, &[9, 8, 7, 6, 5, 4, 3, 2]) % 11 == known[8] && value(&known) > 0;
    // The letters NL before, and B between them, count from ten on: ISO 7064, modulo 97.
    let whole = format!("2321{digits}11{}{}", branch[0], branch[1]);
    let rest = whole.bytes().fold(0u64, |rest, digit| (rest * 10 + u64::from(digit - b'0')) % 97);
    value(&branch) > 0 && (eleven || rest == 1)
}

pub fn poland(number: &str) -> bool {
    exactly(number, 10).is_some_and(|digits| weighed(&digits, &[6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11 == digits[9])
}

pub fn portugal(number: &str) -> bool {
    exactly(number, 9).is_some_and(|digits| {
        let check = (11 - weighed(&digits[..8], &[9, 8, 7, 6, 5, 4, 3, 2]) % 11) % 11 % 10;
        digits[0] != 0 && check == digits[8]
    })
}

/// Two to ten digits: the weights stand at the right, whatever is before them.
pub fn romania(number: &str) -> bool {
    if !(2..=10).contains(&number.len()) || number.starts_with('0') {
        return false;
    }
    exactly(&format!("{number:0>10}"), 10)
        .is_some_and(|digits| weighed(&digits, &[7, 5, 3, 2, 1, 7, 5, 3, 2]) * 10 % 11 % 10 == digits[9])
}

pub fn sweden(number: &str) -> bool {
    exactly(number, 12).is_some_and(|digits| luhn(&digits[..10]) && (1..=94).contains(&value(&digits[10..])))
}

pub fn slovenia(number: &str) -> bool {
    exactly(number, 8).is_some_and(|digits| {
        let check = 11 - weighed(&digits[..7], &[8, 7, 6, 5, 4, 3, 2]) % 11;
        digits[0] != 0 && digits[7] == if check == 10 { 0 } else { check }
    })
}

/// Of a business, or of a person: the number of their birth.
pub fn slovakia(number: &str) -> bool {
    exactly(number, 10).is_some_and(|digits| {
        let known = digits[0] != 0 && [2, 3, 4, 7, 8, 9].contains(&digits[2]);
        (known && value(&digits).is_multiple_of(11)) || born(&digits)
    })
}

/// Of a business, with its branch or without; of a government's department or a health authority.
pub fn britain(number: &str) -> bool {
    for (kind, from, to) in [("GD", 0, 499), ("HA", 500, 999)] {
        if let Some(number) = number.strip_prefix(kind) {
            return exactly(number, 3).is_some_and(|digits| (from..=to).contains(&value(&digits)));
        }
    }
    let Some(digits) = exactly(number, 9).or_else(|| exactly(number, 12)) else { return false };
    // Those that were given since 2009 have another rest.
    let rest = weighed(&digits[..9], &[8, 7, 6, 5, 4, 3, 2, 10, 1]) % 97;
    let agreed: &[u32] = if value(&digits[..3]) >= 100 { &[0, 42, 55] } else { &[0] };
    agreed.contains(&rest) && value(&digits[..7]) > 0
}

pub fn switzerland(number: &str) -> bool {
    let Some(number) = number.strip_prefix('E') else { return false };
    let digits = ["MWST", "TVA", "IVA", "TPV"].iter().find_map(|tax| number.strip_suffix(tax));
    digits
        .and_then(|digits| exactly(digits, 9))
        .is_some_and(|digits| (11 - weighed(&digits[..8], &[5, 4, 3, 2, 7, 6, 5, 4]) % 11) % 11 == digits[8])
}

pub fn norway(number: &str) -> bool {
    let digits = number.strip_suffix("MVA").and_then(|digits| exactly(digits, 9));
    digits.is_some_and(|digits| weighed(&digits, &[3, 2, 7, 6, 5, 4, 3, 2, 1]).is_multiple_of(11))
}
