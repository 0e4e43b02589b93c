//! Six digits that an app shows for half a minute (TOTP, RFC 6238).

use std::fmt;

use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};
use rand::Rng as _;
use subtle::{ConditionallySelectable, ConstantTimeEq};
use totp_rs::{Algorithm, Builder, Totp};
use zeroize::Zeroizing;

use crate::{Refusal, Seconds};

/// What every app understands; some take other choices and then show wrong codes without a word.
const DIGITS: u8 = 6;
const STEP: u64 = 30;
/// Clocks of telephones are rarely further off.
const STEPS_ASIDE: u64 = 1;

/// What an app and we share: 160 bits. Whoever stores it seals it.
pub struct AppSecret(Zeroizing<[u8; 20]>);

impl AppSecret {
    #[expect(clippy::new_without_default, reason = "two secrets are never equal")]
    pub fn new() -> Self {
        let mut secret = Zeroizing::new([0; 20]);
        rand::rng().fill_bytes(&mut *secret);
        Self(secret)
    }

    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Some(Self(Zeroizing::new(bytes.try_into().ok()?)))
    }

    /// For whoever seals and stores it.
    pub fn reveal(&self) -> &[u8; 20] {
        &self.0
    }

    /// For whoever cannot scan: the secret as the app wants it typed, in groups of four.
    pub fn typed(&self) -> Zeroizing<String> {
        let plain = Zeroizing::new(self.app("", "").secret().to_base32());
        let groups: Vec<&str> =
            plain.as_bytes().chunks(4).filter_map(|group| std::str::from_utf8(group).ok()).collect();
        Zeroizing::new(groups.join(" "))
    }

    /// `otpauth://totp/…`, what an app reads. It names the shop and the person to whom the code belongs.
    pub fn address(&self, shop: &str, person: &str) -> Result<Zeroizing<String>, Refusal> {
        let address = self.app(shop, person).to_url().map_err(|_| Refusal::NameTooLong)?;
        Ok(Zeroizing::new(address))
    }

    /// The address to be scanned, as a picture.
    pub fn qr_code(&self, shop: &str, person: &str) -> Result<Zeroizing<String>, Refusal> {
        let address = self.address(shop, person)?;
        let code = QrCode::with_error_correction_level(address.as_bytes(), EcLevel::M)
            .map_err(|_| Refusal::NameTooLong)?;
        let drawn = code.render::<svg::Color<'_>>().min_dimensions(240, 240).build();
        Ok(Zeroizing::new(drawn))
    }

    /// The step of which this is the code: the one of now, or one beside it, and later than the one used last.
    ///
    /// A code counts once. So whoever asks writes the answer down as the last used one, where it still is what was given
    /// here, and only then lets the person in.
    pub fn step_of(&self, code: &str, now: Seconds, last_used_step: Option<u64>) -> Option<u64> {
        let typed = digits(code)?;
        let app = self.app("", "");
        let current = u64::try_from(now).ok()? / STEP;
        let mut found = 0;
        let mut any = subtle::Choice::from(0);
        for step in current.saturating_sub(STEPS_ASIDE)..=current + STEPS_ASIDE {
            let shown = Zeroizing::new(app.generate(step * STEP).to_string());
            let fresh = last_used_step.is_none_or(|last| step > last);
            let same = shown.as_bytes().ct_eq(&*typed) & subtle::Choice::from(u8::from(fresh));
            found.conditional_assign(&step, same);
            any |= same;
        }
        bool::from(any).then_some(found)
    }

    fn app(&self, shop: &str, person: &str) -> Totp {
        // A colon parts the two names in the address.
        let name = |text: &str| text.replace(':', " ");
        Builder::new()
            .with_algorithm(Algorithm::SHA1)
            .with_digits(DIGITS)
            .with_step_duration(STEP)
            .with_secret(*self.0)
            .with_issuer(Some(name(shop)))
            .with_account_name(name(person))
            .build_noncompliant()
    }
}

impl fmt::Debug for AppSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AppSecret(***)")
    }
}

/// `123456`, `123 456`.
fn digits(code: &str) -> Option<Zeroizing<Vec<u8>>> {
    if code.len() > 4 * usize::from(DIGITS) {
        return None;
    }
    let typed: Zeroizing<Vec<u8>> =
        Zeroizing::new(code.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect());
    (typed.len() == usize::from(DIGITS) && typed.iter().all(u8::is_ascii_digit)).then_some(typed)
}
