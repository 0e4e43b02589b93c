//! Signatures under what providers tell us, in Stripe's form: `t=1700000000,v1=<hex>` over `<t>.<body>`.

use kernel::Timestamp;
use ring::hmac;

/// How old, or how far ahead of our clock, a signed notice may be.
const TOLERANCE: i64 = 300;

/// Checks a signature. While a secret is exchanged there may be several; one that holds is enough.
pub fn verify(secret: &str, header: Option<&str>, body: &[u8], now: Timestamp) -> Result<(), &'static str> {
    // Anybody could sign with nothing.
    if secret.is_empty() {
        return Err("The shop has no secret for notices of this provider.");
    }
    let header = header.ok_or("The notice is not signed.")?;
    let parts = || header.split(',').filter_map(|part| part.trim().split_once('='));
    let time = parts().find(|(name, _)| *name == "t").map(|(_, time)| time);
    let time = time.ok_or("The signature names no time.")?;
    let seconds: i64 = time.parse().map_err(|_| "The signature names no time.")?;
    if (now.seconds() - seconds).abs() > TOLERANCE {
        return Err("The notice was signed too long ago, or the clocks differ by more than five minutes.");
    }
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let text = [time.as_bytes(), b".", body].concat();
    let holds = |hex: &str| unhex(hex).is_some_and(|tag| hmac::verify(&key, &text, &tag).is_ok());
    match parts().any(|(name, value)| name == "v1" && holds(value)) {
        true => Ok(()),
        false => Err("The signature does not hold: it is another secret's, or the notice was changed."),
    }
}

fn unhex(hex: &str) -> Option<Vec<u8>> {
    let pairs = hex.as_bytes().chunks(2).map(|pair| {
        let text = str::from_utf8(pair).ok().filter(|text| text.len() == 2)?;
        u8::from_str_radix(text, 16).ok()
    });
    pairs.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

    /// Signs as a provider does.
    fn sign(secret: &str, body: &[u8], now: Timestamp) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        let time = now.seconds();
        let tag = hmac::sign(&key, &[time.to_string().as_bytes(), b".", body].concat());
        let hex: String = tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        format!("t={time},v1={hex}")
    }

    #[test]
    fn a_notice_holds_as_it_was_signed_and_for_five_minutes() {
        let header = sign("secret", b"{}", NOW);
        assert!(verify("secret", Some(&header), b"{}", NOW).is_ok());
        let later = |seconds| NOW.plus(std::time::Duration::from_secs(seconds));
        assert!(verify("secret", Some(&header), b"{}", later(300)).is_ok());
        assert!(verify("secret", Some(&header), b"{}", later(301)).is_err());
        for (secret, header, body) in [
            ("other", Some(header.as_str()), &b"{}"[..]),
            ("secret", Some(header.as_str()), b"{ }"),
            ("secret", None, b"{}"),
            ("secret", Some("v1=00"), b"{}"),
            ("secret", Some("t=1700000000,v1=zz"), b"{}"),
            ("secret", Some("t=1700000000,v1="), b"{}"),
        ] {
            assert!(verify(secret, header, body, NOW).is_err(), "{secret} {header:?}");
        }
    }
}
