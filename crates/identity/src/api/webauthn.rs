//! What browsers and we say to each other about passkeys, as the document describes it. It is the JSON of WebAuthn level 3
//! (<https://www.w3.org/TR/webauthn-3/>): `parseCreationOptionsFromJSON()`, `parseRequestOptionsFromJSON()` and `toJSON()`
//! read and write it, and nobody else needs to. All bytes are base64url.

use serde::Serialize;
use utoipa::ToSchema;

/// For `PublicKeyCredential.parseCreationOptionsFromJSON()`.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct PasskeyCreationOptions {
    rp: PasskeySite,
    user: PasskeyOwner,
    challenge: String,
    pub_key_cred_params: Vec<PasskeyAlgorithm>,
    /// Milliseconds.
    timeout: Option<i64>,
    /// Passkeys that there are already.
    exclude_credentials: Option<Vec<PasskeyDescriptor>>,
    authenticator_selection: Option<PasskeySelection>,
    attestation: Option<String>,
    attestation_formats: Option<Vec<String>>,
    hints: Option<Vec<String>>,
    extensions: Option<serde_json::Map<String, serde_json::Value>>,
}

/// For `PublicKeyCredential.parseRequestOptionsFromJSON()`.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct PasskeyRequestOptions {
    challenge: String,
    rp_id: Option<String>,
    /// Those that may be shown; any of this site when there are none.
    allow_credentials: Option<Vec<PasskeyDescriptor>>,
    /// Milliseconds.
    timeout: Option<i64>,
    user_verification: Option<String>,
    hints: Option<Vec<String>>,
    extensions: Option<serde_json::Map<String, serde_json::Value>>,
}

#[derive(Serialize, ToSchema)]
struct PasskeySite {
    id: String,
    name: String,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct PasskeyOwner {
    id: String,
    name: String,
    display_name: String,
}

#[derive(Serialize, ToSchema)]
struct PasskeyAlgorithm {
    r#type: String,
    /// Of COSE: -7 is ES256.
    alg: i64,
}

#[derive(Serialize, ToSchema)]
struct PasskeyDescriptor {
    r#type: String,
    id: String,
    transports: Option<Vec<String>>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct PasskeySelection {
    authenticator_attachment: Option<String>,
    resident_key: Option<String>,
    require_resident_key: Option<bool>,
    user_verification: Option<String>,
}

/// What `toJSON()` of a new passkey writes.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct NewPasskeyResponse {
    id: String,
    raw_id: String,
    response: PasskeyAttestation,
    authenticator_attachment: Option<String>,
    client_extension_results: serde_json::Map<String, serde_json::Value>,
    r#type: String,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct PasskeyAttestation {
    #[serde(rename = "clientDataJSON")]
    client_data_json: String,
    attestation_object: String,
    authenticator_data: Option<String>,
    transports: Option<Vec<String>>,
    public_key: Option<String>,
    public_key_algorithm: Option<i64>,
}

/// What `toJSON()` of a passkey that was shown writes.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct PasskeyResponse {
    id: String,
    raw_id: String,
    response: PasskeyAssertion,
    authenticator_attachment: Option<String>,
    client_extension_results: serde_json::Map<String, serde_json::Value>,
    r#type: String,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct PasskeyAssertion {
    #[serde(rename = "clientDataJSON")]
    client_data_json: String,
    authenticator_data: String,
    signature: String,
    user_handle: Option<String>,
}
