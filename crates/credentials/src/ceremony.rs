//! The two ceremonies of a passkey: making one, and showing that one has it.
//!
//! Each begins with options for the browser and a state that stays with us, and finishes with the browser's response.
//! The options are what `PublicKeyCredential.parseCreationOptionsFromJSON()` and `parseRequestOptionsFromJSON()` read, a
//! response what `toJSON()` writes.
//!
//! A state is for one response: whoever finishes a ceremony first takes the state away from where it was kept, and goes
//! on only if it was there. It never goes to the browser unsealed.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use webauthn_rp::bin::{Decode, Encode};
use webauthn_rp::request::auth::{AllowedCredentials, AuthenticationVerificationOptions};
use webauthn_rp::request::register::{
    CredProtect, Nickname, PublicKeyCredentialUserEntity, RegistrationVerificationOptions, UserHandle16,
    Username,
};
use webauthn_rp::request::{AsciiDomain, Credentials as _, ExtensionInfo, RpId, UserVerificationRequirement};
use webauthn_rp::response::auth::error::AuthCeremonyErr;
use webauthn_rp::response::register::error::RegCeremonyErr;
use webauthn_rp::{
    DiscoverableAuthentication16, DiscoverableAuthenticationServerState,
    DiscoverableCredentialRequestOptions, NonDiscoverableAuthentication16,
    NonDiscoverableAuthenticationServerState, NonDiscoverableCredentialRequestOptions,
    PublicKeyCredentialCreationOptions, RegistrationServerState,
};

use crate::passkey::{Passkey, UserHandle};
use crate::{Refusal, Seconds};

/// How long a person may take. Besides `now` the library asks the machine's clock for the same.
const LASTS: Seconds = 300;
/// No browser's response is as long.
const LONGEST_RESPONSE: usize = 64 * 1024;

/// Where passkeys hold: the domain they are made for, and the pages that may ask for them.
pub struct Passkeys {
    domain: RpId,
    origins: Vec<String>,
}

/// What begins a ceremony.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Begun {
    /// JSON, for the browser.
    pub options: String,
    /// For the place where it is kept until the response comes, once.
    pub state: String,
}

/// Who asks for a passkey, as the device is to show them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Registration<'a> {
    pub user_handle: UserHandle,
    /// The e-mail address, most often.
    pub name: &'a str,
    pub display_name: &'a str,
    /// Those they have already: no device makes a second one.
    pub exclude: &'a [Passkey],
}

/// A response that says which passkey it was made with. That it really was is yet to be seen.
#[derive(Debug)]
pub struct Answer {
    json: String,
    pub credential_id: Vec<u8>,
    /// Given by every passkey that was chosen without a name.
    pub user_handle: Option<UserHandle>,
}

/// Somebody who has shown to have a passkey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authenticated {
    pub user_handle: UserHandle,
    /// To be stored in place of the one that was given.
    pub passkey: Passkey,
    /// Whether the device knew them, by a finger, a face or a PIN. Nothing else is accepted.
    pub user_verified: bool,
}

#[derive(Serialize, Deserialize)]
struct State {
    ceremony: Ceremony,
    until: Seconds,
    /// As the library writes it.
    library: String,
}

#[derive(Serialize, Deserialize, PartialEq, Eq, Clone, Copy)]
#[serde(rename_all = "snake_case")]
enum Ceremony {
    Registration,
    /// The person chooses among those the device has.
    AnyPasskey,
    /// One of those we named.
    OneOf,
}

impl Passkeys {
    /// `domain` is where the pages are or a parent of it; `origins` are `https://shop.example`, and, for trying out,
    /// `http://localhost` or a name below it, with a port.
    pub fn new(domain: &str, origins: &[&str]) -> Result<Self, Refusal> {
        if origins.is_empty() || !origins.iter().all(|origin| is_origin_of(domain, origin)) {
            return Err(Refusal::PasskeySetup);
        }
        let origins = origins.iter().map(|origin| (*origin).to_owned()).collect();
        let domain = AsciiDomain::try_from(domain.to_owned()).map_err(|_| Refusal::PasskeySetup)?;
        Ok(Self { domain: RpId::Domain(domain), origins })
    }

    pub fn begin_registration(&self, asked: &Registration<'_>, now: Seconds) -> Result<Begun, Refusal> {
        let Ok(user) = UserHandle16::decode(asked.user_handle);
        let user = PublicKeyCredentialUserEntity {
            name: Username::try_from(asked.name).map_err(|_| Refusal::PasskeyName)?,
            id: &user,
            display_name: Nickname::try_from(asked.display_name).ok(),
        };
        let exclude: Result<Vec<_>, _> = asked.exclude.iter().map(Passkey::descriptor).collect();
        let mut options = PublicKeyCredentialCreationOptions::passkey(&self.domain, user, exclude?);
        // Asked for, not insisted on: many devices of today do not know the word, and ask the person anyway.
        options.extensions.cred_protect =
            CredProtect::UserVerificationRequired(ExtensionInfo::AllowDontEnforceValue);
        let (state, options) = options.start_ceremony().map_err(|_| Refusal::PasskeySetup)?;
        begun(Ceremony::Registration, &state, &options, now)
    }

    /// The new passkey, to be stored unless its id is known already.
    pub fn finish_registration(&self, state: &str, response: &str, now: Seconds) -> Result<Passkey, Refusal> {
        let (_, bytes) = taken_up(state, &[Ceremony::Registration], now)?;
        let state = RegistrationServerState::<16>::decode(&bytes);
        let state = state.map_err(|_| Refusal::PasskeyRecordUnreadable)?;
        let response = webauthn_rp::Registration::from_json_relaxed(bounded(response)?.as_bytes());
        let response = response.map_err(|_| Refusal::PasskeyInvalid)?;
        let rules = RegistrationVerificationOptions::<'_, '_, String, &str> {
            allowed_origins: &self.origins,
            // Some devices say more than they were asked.
            error_on_unsolicited_extensions: false,
            ..RegistrationVerificationOptions::default()
        };
        match state.verify(&self.domain, &response, &rules) {
            Ok(registered) => Ok(Passkey::registered(&registered)),
            Err(RegCeremonyErr::Timeout) => Err(Refusal::PasskeyExpired),
            Err(_) => Err(Refusal::PasskeyInvalid),
        }
    }

    /// With one of the `allowed` passkeys, or with any the device offers when it is not known yet who is there.
    pub fn begin_authentication(&self, allowed: Option<&[Passkey]>, now: Seconds) -> Result<Begun, Refusal> {
        let Some(allowed) = allowed else {
            let asked = DiscoverableCredentialRequestOptions::passkey(&self.domain);
            let (state, options) = asked.start_ceremony().map_err(|_| Refusal::PasskeySetup)?;
            return begun(Ceremony::AnyPasskey, &state, &options, now);
        };
        let mut named = AllowedCredentials::with_capacity(allowed.len());
        for passkey in allowed {
            named.push(passkey.descriptor()?.into());
        }
        let asked = NonDiscoverableCredentialRequestOptions::second_factor(&self.domain, named);
        let mut asked = asked.map_err(|_| Refusal::PasskeyUnknown)?;
        asked.options().user_verification = UserVerificationRequirement::Required;
        let (state, options) = asked.start_ceremony().map_err(|_| Refusal::PasskeySetup)?;
        begun(Ceremony::OneOf, &state, &options, now)
    }

    /// `passkey` is the stored one that the answer names; who finds none answers [`Refusal::PasskeyUnknown`].
    pub fn finish_authentication(
        &self,
        state: &str,
        answer: &Answer,
        passkey: &Passkey,
        now: Seconds,
    ) -> Result<Authenticated, Refusal> {
        let (ceremony, bytes) = taken_up(state, &[Ceremony::AnyPasskey, Ceremony::OneOf], now)?;
        let Ok(user) = UserHandle16::decode(passkey.user_handle);
        let mut known = passkey.known(&user)?;
        let rules = AuthenticationVerificationOptions::<'_, '_, String, &str> {
            allowed_origins: &self.origins,
            error_on_unsolicited_extensions: false,
            ..AuthenticationVerificationOptions::default()
        };
        let json = answer.json.as_bytes();
        let unreadable = Refusal::PasskeyRecordUnreadable;
        let verified = if ceremony == Ceremony::AnyPasskey {
            let state = DiscoverableAuthenticationServerState::decode(&bytes).map_err(|_| unreadable)?;
            let response = DiscoverableAuthentication16::from_json_relaxed(json);
            let response = response.map_err(|_| Refusal::PasskeyInvalid)?;
            state.verify(&self.domain, &response, &mut known, &rules)
        } else {
            let state = NonDiscoverableAuthenticationServerState::decode(&bytes).map_err(|_| unreadable)?;
            let response = NonDiscoverableAuthentication16::from_json_relaxed(json);
            let response = response.map_err(|_| Refusal::PasskeyInvalid)?;
            state.verify(&self.domain, &response, &mut known, &rules)
        };
        verified.map_err(|why| match why {
            AuthCeremonyErr::Timeout => Refusal::PasskeyExpired,
            AuthCeremonyErr::SignatureCounter => Refusal::PasskeyCopied,
            _ => Refusal::PasskeyInvalid,
        })?;
        let state = known.dynamic_state();
        let mut passkey = passkey.clone();
        passkey.set(state);
        Ok(Authenticated { user_handle: passkey.user_handle, passkey, user_verified: state.user_verified })
    }
}

impl Answer {
    /// What the browser sent.
    pub fn read(response: &str) -> Result<Self, Refusal> {
        let json = bounded(response)?.to_owned();
        let read = NonDiscoverableAuthentication16::from_json_relaxed(json.as_bytes());
        let read = read.map_err(|_| Refusal::PasskeyInvalid)?;
        let credential_id = read.raw_id().as_ref().to_vec();
        let user_handle = read.response().user_handle().map(|handle| {
            let Ok(handle) = handle.encode();
            handle
        });
        Ok(Self { json, credential_id, user_handle })
    }
}

impl std::fmt::Debug for Passkeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Passkeys({} from {:?})", self.domain.as_ref(), self.origins)
    }
}

fn begun<'a, S: Encode<Output<'a> = Vec<u8>>>(
    ceremony: Ceremony,
    state: &'a S,
    options: &impl Serialize,
    now: Seconds,
) -> Result<Begun, Refusal> {
    let bytes = state.encode().map_err(|_| Refusal::PasskeySetup)?;
    let state = State { ceremony, until: now.saturating_add(LASTS), library: URL_SAFE_NO_PAD.encode(bytes) };
    let json = |text: serde_json::Result<String>| text.map_err(|_| Refusal::PasskeySetup);
    Ok(Begun { options: json(serde_json::to_string(options))?, state: json(serde_json::to_string(&state))? })
}

fn taken_up(state: &str, expected: &[Ceremony], now: Seconds) -> Result<(Ceremony, Vec<u8>), Refusal> {
    let unreadable = Refusal::PasskeyRecordUnreadable;
    let state: State = serde_json::from_str(state).map_err(|_| unreadable)?;
    if !expected.contains(&state.ceremony) {
        return Err(unreadable);
    }
    if now >= state.until {
        return Err(Refusal::PasskeyExpired);
    }
    Ok((state.ceremony, URL_SAFE_NO_PAD.decode(state.library).map_err(|_| unreadable)?))
}

fn bounded(response: &str) -> Result<&str, Refusal> {
    if response.len() > LONGEST_RESPONSE { Err(Refusal::PasskeyInvalid) } else { Ok(response) }
}

/// Whether a browser would let this page use passkeys of this domain.
fn is_origin_of(domain: &str, origin: &str) -> bool {
    let (scheme, place) = origin.split_once("://").unwrap_or_default();
    let (host, port) = place.split_once(':').map_or((place, None), |(host, port)| (host, Some(port)));
    // A browser finds `localhost`, and every name below it, on its own machine.
    let local = host == "localhost" || host.ends_with(".localhost");
    let secure = scheme == "https" || (scheme == "http" && local);
    let named = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.';
    let within = host == domain || host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'));
    let port = port.is_none_or(|port| port.parse::<u16>().is_ok_and(|number| number.to_string() == port));
    secure && !domain.is_empty() && host.chars().all(named) && within && port
}
