//! The UsernameToken of WS-Security, with the digest of a password instead of the password.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kernel::Timestamp;
use quick_xml::escape::escape;
use rand::Rng as _;
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use zeroize::Zeroizing;

const WSSE: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
const WSU: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
const PROFILE: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordDigest";

const BASE64: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary";

/// Who calls.
#[derive(Clone)]
pub struct Login {
    pub username: String,
    pub password: Zeroizing<String>,
}

impl Login {
    /// The header of one call: good once, and for a while after `now`.
    pub fn header(&self, now: Timestamp) -> String {
        let mut nonce = [0_u8; 16];
        rand::rng().fill_bytes(&mut nonce);
        let created = now.to_string();
        let digest = password_digest(&nonce, &created, &self.password);
        let (user, nonce) = (escape(self.username.as_str()), STANDARD.encode(nonce));
        format!(
            "<wsse:Security xmlns:wsse=\"{WSSE}\" xmlns:wsu=\"{WSU}\"><wsse:UsernameToken><wsse:Username>{user}</wsse:Username>\
             <wsse:Password Type=\"{PROFILE}\">{digest}</wsse:Password><wsse:Nonce EncodingType=\"{BASE64}\">{nonce}</wsse:Nonce>\
             <wsu:Created>{created}</wsu:Created></wsse:UsernameToken></wsse:Security>"
        )
    }
}

/// SHA-1 is what the profile says; what it protects is a password that is as long as it is random.
fn password_digest(nonce: &[u8], created: &str, password: &str) -> String {
    let whole = Zeroizing::new([nonce, created.as_bytes(), password.as_bytes()].concat());
    STANDARD.encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, &whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_that_of_the_profile() {
        // sha1("abc"), as FIPS 180 gives it.
        assert_eq!(password_digest(b"a", "b", "c"), "qZk+NkcGgWq6PiVxeFDCbJzQ2J0=");
    }
}
