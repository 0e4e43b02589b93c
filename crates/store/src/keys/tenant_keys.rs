//! A tenant's secret, and the keys that are made of it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use kernel::SubjectId;
use rand::Rng as _;
use ring::{hkdf, hmac};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::sealer::Sealer;
use super::subject::SubjectKey;
use crate::Failure;

/// What is wrapped: half of it wraps subjects' keys, half of it finds and signs and never changes.
pub type Secret = Zeroizing<[u8; 64]>;

/// What a tenant's secret is good for.
pub struct TenantKeys {
    /// What everything sealed is bound to. It is the tenant's id, or that of the tenant it was restored from.
    origin: Uuid,
    wrapping: Sealer,
    finding: hmac::Key,
    addresses: Zeroizing<[u8; 32]>,
    marking: hmac::Key,
    secrets: Sealer,
}

impl TenantKeys {
    pub(crate) fn new(origin: Uuid, secret: &[u8]) -> Option<Self> {
        let (wrapping, lasting) = secret.split_at_checked(32).filter(|(_, lasting)| lasting.len() == 32)?;
        let derived = |name: &[u8]| {
            let mut key = Zeroizing::new([0; 32]);
            hkdf::Salt::new(hkdf::HKDF_SHA256, b"galleria")
                .extract(lasting)
                .expand(&[name], hkdf::HKDF_SHA256)
                .and_then(|okm| okm.fill(&mut *key))
                .expect("32 bytes are what SHA-256 gives");
            key
        };
        Some(Self {
            origin,
            wrapping: Sealer::new(wrapping),
            finding: hmac::Key::new(hmac::HMAC_SHA256, &*derived(b"find")),
            addresses: derived(b"addresses"),
            marking: hmac::Key::new(hmac::HMAC_SHA256, &*derived(b"mark")),
            secrets: Sealer::new(&*derived(b"secrets")),
        })
    }

    pub(crate) fn new_secret() -> Secret {
        let mut secret = Zeroizing::new([0; 64]);
        rand::rng().fill_bytes(&mut *secret);
        secret
    }

    pub(crate) fn origin(&self) -> Uuid {
        self.origin
    }

    /// A new key for a person, and the key as it is kept.
    pub(crate) fn make_subject(&self, subject: SubjectId) -> (SubjectKey, Vec<u8>) {
        let mut key = Zeroizing::new([0; 32]);
        rand::rng().fill_bytes(&mut *key);
        (Sealer::new(&*key), self.wrapping.seal(&self.about(subject), &*key))
    }

    pub(crate) fn open_subject(&self, subject: SubjectId, wrapped: &[u8]) -> Result<SubjectKey, Failure> {
        let key = self.wrapping.open(&self.about(subject), wrapped).map(Zeroizing::new);
        key.map(|key| Sealer::new(&key)).ok_or_else(|| {
            Failure::Unusable(format!("The key of the person {subject} does not open with the tenant's secret: one of the two was damaged or replaced. Restore the tenant from a backup."))
        })
    }

    /// By what a table finds a person without holding what it is found by: the same for the same text, whatever its
    /// case, and of no use to whoever lacks the tenant's secret.
    pub fn blind(&self, field: &str, text: &str) -> Uuid {
        let text = text.trim().to_lowercase();
        let mut context = hmac::Context::with_key(&self.finding);
        context.update(&(field.len() as u64).to_be_bytes());
        context.update(field.as_bytes());
        context.update(text.as_bytes());
        Uuid::from_slice(&context.sign().as_ref()[..16]).expect("half an HMAC-SHA256 is as long as a UUID")
    }

    /// What addresses of this tenant's files are signed with.
    pub fn addresses(&self) -> &[u8; 32] {
        &self.addresses
    }

    /// What nobody without the tenant's secret can put under a text: by it a text is known again that comes back to us.
    pub fn mark(&self, purpose: &str, text: &[u8]) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&self.marking);
        context.update(self.origin.as_bytes());
        context.update(&(purpose.len() as u64).to_be_bytes());
        context.update(purpose.as_bytes());
        context.update(text);
        context.sign().as_ref().try_into().expect("HMAC-SHA256 has 32 bytes")
    }

    /// Seals a secret that is the tenant's own and no person's, such as a key that signs for it.
    pub fn seal_secret(&self, purpose: &str, secret: &[u8]) -> String {
        BASE64.encode(self.secrets.seal(&self.of(purpose), secret))
    }

    pub fn open_secret(&self, purpose: &str, sealed: &str) -> Option<Zeroizing<Vec<u8>>> {
        let sealed = BASE64.decode(sealed).ok()?;
        self.secrets.open(&self.of(purpose), &sealed).map(Zeroizing::new)
    }

    fn of(&self, purpose: &str) -> Vec<u8> {
        [self.origin.as_bytes(), purpose.as_bytes()].concat()
    }

    fn about(&self, subject: SubjectId) -> [u8; 32] {
        let mut about = [0; 32];
        about[..16].copy_from_slice(self.origin.as_bytes());
        about[16..].copy_from_slice(subject.uuid().as_bytes());
        about
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> TenantKeys {
        TenantKeys::new(Uuid::from_u128(1), &*TenantKeys::new_secret()).unwrap()
    }

    #[test]
    fn a_persons_key_opens_for_that_person_only() {
        let (keys, ada, bob) = (keys(), SubjectId::new(), SubjectId::new());
        let (_, wrapped) = keys.make_subject(ada);
        assert!(keys.open_subject(ada, &wrapped).is_ok());
        assert!(keys.open_subject(bob, &wrapped).is_err());
    }

    #[test]
    fn a_secret_of_the_tenants_opens_for_its_purpose_and_with_its_keys_only() {
        let keys = keys();
        let sealed = keys.seal_secret("tokens", b"secret");
        assert_eq!(&**keys.open_secret("tokens", &sealed).unwrap(), b"secret");
        assert!(keys.open_secret("other", &sealed).is_none());
        assert!(self::keys().open_secret("tokens", &sealed).is_none());
        assert_ne!(keys.mark("a", b"bc"), keys.mark("ab", b"c"));
        assert_ne!(keys.mark("a", b"b"), self::keys().mark("a", b"b"));
    }

    #[test]
    fn a_person_is_found_whatever_the_case_and_under_one_field_only() {
        let keys = keys();
        assert_eq!(keys.blind("email", " Ada@Example.com"), keys.blind("email", "ada@example.com"));
        assert_ne!(keys.blind("email", "ada"), keys.blind("phone", "ada"));
        assert_ne!(keys.blind("email", "ada"), self::keys().blind("email", "ada"));
    }
}
