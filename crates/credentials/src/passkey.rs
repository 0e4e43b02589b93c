//! What is stored of a passkey.

use serde::{Deserialize, Serialize};
use webauthn_rp::AuthenticatedCredential;
use webauthn_rp::RegisteredCredential;
use webauthn_rp::bin::{Decode as _, Encode as _};
use webauthn_rp::request::PublicKeyCredentialDescriptor;
use webauthn_rp::request::register::UserHandle16;
use webauthn_rp::response::register::{CompressedPubKey, DynamicState, StaticState};
use webauthn_rp::response::{AuthTransports, AuthenticatorAttachment, Backup, CredentialId};

use crate::Refusal;

/// Whose passkey it is, 16 bytes that say nothing about the person: devices show them to whoever asks.
pub type UserHandle = [u8; 16];

pub(crate) type Known<'a> = AuthenticatedCredential<'a, 'a, 16, PublicKey>;
type PublicKey = CompressedPubKey<[u8; 32], [u8; 32], [u8; 48], Vec<u8>>;

/// One passkey, as it is stored: nothing in it is secret. After each use it is stored anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passkey {
    /// By which it is found. No two people may have the same: look before storing a new one.
    #[serde(with = "base64url")]
    pub credential_id: Vec<u8>,
    #[serde(with = "base64url")]
    pub user_handle: UserHandle,
    /// The public half of the key and what the device promised with it, as the library writes them.
    #[serde(with = "base64url")]
    pub public_key: Vec<u8>,
    /// How often it was used, as far as the device counts.
    pub sign_count: u32,
    /// Whether it may leave the device for the person's other ones.
    pub backup_eligible: bool,
    /// Whether it has.
    pub backed_up: bool,
    /// Whether it is part of the device that runs the browser, where the browser said so.
    pub attachment: Option<Attachment>,
    /// How the browser reaches it: `internal`, `hybrid`, `usb`, …
    pub transports: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Attachment {
    Platform,
    CrossPlatform,
}

impl Passkey {
    pub(crate) fn registered(new: &RegisteredCredential<'_, 16>) -> Self {
        let Ok(public_key) = new.static_state().encode();
        let Ok(user_handle) = new.user_id().encode();
        let mut passkey = Self {
            credential_id: new.id().as_ref().to_vec(),
            user_handle,
            public_key,
            sign_count: 0,
            backup_eligible: false,
            backed_up: false,
            attachment: None,
            transports: names(new.transports()),
        };
        passkey.set(new.dynamic_state());
        passkey
    }

    /// What changes from use to use.
    pub(crate) fn set(&mut self, state: DynamicState) {
        self.sign_count = state.sign_count;
        self.backup_eligible = !matches!(state.backup, Backup::NotEligible);
        self.backed_up = matches!(state.backup, Backup::Exists);
        self.attachment = match state.authenticator_attachment {
            AuthenticatorAttachment::None => None,
            AuthenticatorAttachment::Platform => Some(Attachment::Platform),
            AuthenticatorAttachment::CrossPlatform => Some(Attachment::CrossPlatform),
        };
    }

    pub(crate) fn known<'a>(&'a self, user: &'a UserHandle16) -> Result<Known<'a>, Refusal> {
        let unreadable = Refusal::PasskeyRecordUnreadable;
        let id = CredentialId::<&[u8]>::decode(&self.credential_id).map_err(|_| unreadable)?;
        let key = StaticState::<PublicKey>::decode(&self.public_key).map_err(|_| unreadable)?;
        Known::new(id, user, key, self.state()).map_err(|_| unreadable)
    }

    pub(crate) fn descriptor(&self) -> Result<PublicKeyCredentialDescriptor<Vec<u8>>, Refusal> {
        let unreadable = Refusal::PasskeyRecordUnreadable;
        Ok(PublicKeyCredentialDescriptor {
            id: CredentialId::<Vec<u8>>::decode(self.credential_id.clone()).map_err(|_| unreadable)?,
            transports: transports(&self.transports).ok_or(unreadable)?,
        })
    }

    fn state(&self) -> DynamicState {
        DynamicState {
            user_verified: true,
            backup: match (self.backup_eligible, self.backed_up) {
                (false, _) => Backup::NotEligible,
                (true, false) => Backup::Eligible,
                (true, true) => Backup::Exists,
            },
            sign_count: self.sign_count,
            authenticator_attachment: match self.attachment {
                None => AuthenticatorAttachment::None,
                Some(Attachment::Platform) => AuthenticatorAttachment::Platform,
                Some(Attachment::CrossPlatform) => AuthenticatorAttachment::CrossPlatform,
            },
        }
    }
}

/// As browsers write them.
fn names(transports: AuthTransports) -> Vec<String> {
    let names = serde_json::to_value(transports).and_then(serde_json::from_value);
    names.expect("a set of transports is written as a list of names")
}

fn transports(names: &[String]) -> Option<AuthTransports> {
    serde_json::from_value(names.into()).ok()
}

mod base64url {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(bytes: &impl AsRef<[u8]>, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&URL_SAFE_NO_PAD.encode(bytes))
    }

    pub fn deserialize<'de, D: Deserializer<'de>, T: TryFrom<Vec<u8>>>(
        deserializer: D,
    ) -> Result<T, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(D::Error::custom)?;
        T::try_from(bytes).map_err(|_| D::Error::custom("another number of bytes is expected"))
    }
}
