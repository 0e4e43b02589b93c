//! What both sides have, and nobody else.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::SigningError;

const SHORTEST: usize = 16;

/// At least 16 bytes, used as they are: a secret that is handed out as text is the bytes of that text.
#[derive(Clone)]
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    pub fn new(bytes: impl Into<Vec<u8>>) -> Result<Self, SigningError> {
        let bytes = Zeroizing::new(bytes.into());
        if bytes.len() < SHORTEST {
            return Err(SigningError::SecretTooShort { shortest: SHORTEST });
        }
        Ok(Self(bytes))
    }

    pub(crate) fn sign(&self, parts: &[&[u8]]) -> [u8; 32] {
        self.over(parts).finalize().into_bytes().into()
    }

    pub(crate) fn signed(&self, parts: &[&[u8]], signature: &[u8; 32]) -> bool {
        self.over(parts).verify(signature.into()).is_ok()
    }

    fn over(&self, parts: &[&[u8]]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes a key of any length");
        parts.iter().for_each(|part| mac.update(part));
        mac
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}
