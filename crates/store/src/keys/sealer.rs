//! Authenticated encryption under one key.

use rand::Rng as _;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

/// Authenticated encryption under one key, a random nonce in front of what it seals.
pub(crate) struct Sealer(LessSafeKey);

impl Sealer {
    pub(crate) fn new(key: &[u8]) -> Self {
        let key = UnboundKey::new(&AES_256_GCM, key).expect("every key here has 32 bytes");
        Self(LessSafeKey::new(key))
    }

    pub(crate) fn seal(&self, about: &[u8], plain: &[u8]) -> Vec<u8> {
        let mut nonce = [0; NONCE_LEN];
        rand::rng().fill_bytes(&mut nonce);
        let mut sealed = Vec::with_capacity(NONCE_LEN + plain.len() + AES_256_GCM.tag_len());
        sealed.extend(nonce);
        sealed.extend(plain);
        let nonce = Nonce::assume_unique_for_key(nonce);
        let tag = self
            .0
            .seal_in_place_separate_tag(nonce, Aad::from(about), &mut sealed[NONCE_LEN..])
            .expect("no value comes near the 64 GB that one nonce can seal");
        sealed.extend(tag.as_ref());
        sealed
    }

    pub(crate) fn open(&self, about: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, rest) = sealed.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut rest = rest.to_vec();
        let length = self.0.open_in_place(nonce, Aad::from(about), &mut rest).ok()?.len();
        rest.truncate(length);
        Some(rest)
    }
}
