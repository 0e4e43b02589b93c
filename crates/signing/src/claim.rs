//! A signed request, and what its signature proves.

use std::time::Duration;

use crate::text::{Parts, check_method, check_target, is_id, is_nonce, unhex};
use crate::{Secret, SigningError, timestamp};

/// In which way a request was signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    V2,
    /// Only the body and the time are signed.
    Legacy,
}

/// What is taken from a key. A key is marked as legacy by whoever keeps the keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accepts {
    V2,
    V2AndLegacy,
}

/// What came with the headers.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    pub method: &'a str,
    /// The path and the query exactly as on the wire, nothing decoded or put in order.
    pub target: &'a str,
    /// The raw bytes, before any decompression.
    pub body: &'a [u8],
}

/// The headers of a signed request. Until [`Signed::check`] they are only what somebody wrote.
#[derive(Debug, Clone)]
pub struct Signed<'a> {
    key_id: &'a str,
    tenant: Option<&'a str>,
    timestamp: &'a str,
    nonce: Option<&'a str>,
    signature: [u8; 32],
    form: Form,
}

/// What a good signature proves, if its key and nonce were not seen before. Whoever checks remembers both, together and
/// in one step, until `until`, and refuses whoever brings them again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    pub key_id: String,
    /// The tenant that was signed for. A request in the legacy form signs none, and acts only for its key's own.
    pub tenant: Option<String>,
    /// In the legacy form it is the signature, and the same body at the same time is the same request.
    pub nonce: String,
    /// Since 1970. From then on the request is refused for its time.
    pub until: Duration,
    pub form: Form,
}

impl<'a> Signed<'a> {
    /// From all headers of a request; those of others are passed over.
    pub fn read(headers: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Result<Self, SigningError> {
        let mut found: [Option<&str>; NAMES.len()] = [None; NAMES.len()];
        for (name, value) in headers {
            let Some(at) = NAMES.iter().position(|known| name.eq_ignore_ascii_case(known)) else { continue };
            let malformed = SigningError::HeaderMalformed { name: NAMES[at] };
            let value = std::str::from_utf8(value).map_err(|_| malformed)?;
            if found[at].replace(value).is_some() {
                return Err(SigningError::HeaderTwice { name: NAMES[at] });
            }
        }
        let [key_id, timestamp, tenant, signature, nonce] = found;
        let key_id = shaped("x-api-key", key_id, is_id)?;
        let timestamp = timestamp.ok_or(SigningError::HeaderMissing { name: "x-timestamp" })?;
        timestamp::read(timestamp)?;
        let (form, signature) = signature_of(signature)?;
        let tenant = tenant.map(|tenant| shaped("x-tenant-id", Some(tenant), is_id)).transpose()?;
        let nonce = match form {
            Form::V2 => Some(shaped("x-nonce", nonce, is_nonce)?),
            Form::Legacy => None,
        };
        Ok(Self { key_id, tenant, timestamp, nonce, signature, form })
    }

    /// Whose secret to look up. When there is no such key, answer with [`SigningError::SignatureWrong`]: which keys there
    /// are is nobody's business.
    pub fn key_id(&self) -> &'a str {
        self.key_id
    }

    pub fn check(
        &self,
        secret: &Secret,
        accepts: Accepts,
        request: &Request<'_>,
        now: Duration,
    ) -> Result<Claim, SigningError> {
        if self.form == Form::Legacy && accepts == Accepts::V2 {
            return Err(SigningError::LegacyRefused);
        }
        let sent = timestamp::read(self.timestamp)?;
        timestamp::check(sent, now)?;
        let Request { method, target, body } = *request;
        let good = match self.form {
            Form::Legacy => secret.signed(&[body, b"|", self.timestamp.as_bytes()], &self.signature),
            Form::V2 => {
                check_method(method)?;
                check_target(target)?;
                let (tenant, nonce) = (self.tenant.unwrap_or_default(), self.nonce.unwrap_or_default());
                let parts = Parts { method, target, tenant, timestamp: self.timestamp, nonce, body };
                secret.signed(&[parts.text().as_bytes()], &self.signature)
            }
        };
        if !good {
            return Err(SigningError::SignatureWrong);
        }
        Ok(self.claim(sent))
    }

    fn claim(&self, sent: Duration) -> Claim {
        let signed_tenant = self.tenant.filter(|_| self.form == Form::V2);
        Claim {
            key_id: self.key_id.to_owned(),
            tenant: signed_tenant.map(str::to_owned),
            nonce: self.nonce.map_or_else(|| crate::text::hex(&self.signature), str::to_owned),
            // One second more, so that no store that rounds forgets it while it would still be taken.
            until: sent + timestamp::WINDOW + Duration::from_secs(1),
            form: self.form,
        }
    }
}

const NAMES: [&str; 5] = ["x-api-key", "x-timestamp", "x-tenant-id", "x-signature", "x-nonce"];

fn shaped<'a>(
    name: &'static str,
    value: Option<&'a str>,
    shape: fn(&str) -> bool,
) -> Result<&'a str, SigningError> {
    let value = value.ok_or(SigningError::HeaderMissing { name })?;
    if shape(value) { Ok(value) } else { Err(SigningError::HeaderMalformed { name }) }
}

fn signature_of(value: Option<&str>) -> Result<(Form, [u8; 32]), SigningError> {
    let name = "x-signature";
    let value = value.ok_or(SigningError::HeaderMissing { name })?;
    let (form, digits) = match value.split_once('=') {
        None => (Form::Legacy, value),
        Some(("v2", digits)) => (Form::V2, digits),
        Some(_) => return Err(SigningError::VersionUnknown),
    };
    let signature = unhex(digits).ok_or(SigningError::HeaderMalformed { name })?;
    Ok((form, signature))
}
