//! Signing in at an issuer: the browser goes there with a question and comes back with a code.

use boxed::boxed;
use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use openidconnect::core::{
    CoreAuthPrompt, CoreAuthenticationFlow, CoreClientAuthMethod, CoreErrorResponseType, CoreGenderClaim,
    CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm as Alg,
};
use openidconnect::{
    AccessToken, AccessTokenHash, AuthType, AuthorizationCode, ClaimsVerificationError, ClientId,
    ClientSecret, CsrfToken, IdToken, IdTokenClaims, IdTokenVerifier, LoginHint, Nonce, OAuth2TokenResponse,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope, SignatureVerificationError,
    TokenResponse,
};
use outbound::OutboundError;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;
use url::{Url, form_urlencoded};

use crate::facts::{Facts, Outsider};
use crate::issuer::Known;
use crate::oidc::{Client, Others, TokenRefusal, through};
use crate::{Federation, FederationError, Flaw, Provider};

const LASTS: Duration = Duration::from_secs(10 * 60);
/// How far apart the clocks of two servers may be.
pub(crate) const SKEW: Duration = Duration::from_secs(60);
/// An ID token comes straight from the issuer: one that was made long before was not made for this sign-in.
const OLDEST: Duration = Duration::from_secs(60 * 60);

/// Of asymmetric signatures all that the library can check. With a shared secret anybody who has it could sign.
const ALGORITHMS: [Alg; 9] = [
    Alg::RsaSsaPkcs1V15Sha256,
    Alg::RsaSsaPkcs1V15Sha384,
    Alg::RsaSsaPkcs1V15Sha512,
    Alg::RsaSsaPssSha256,
    Alg::RsaSsaPssSha384,
    Alg::RsaSsaPssSha512,
    Alg::EcdsaP256Sha256,
    Alg::EcdsaP384Sha384,
    Alg::EdDsa,
];

type Token = IdToken<Others, CoreGenderClaim, CoreJweContentEncryptionAlgorithm, Alg>;
type Claims = IdTokenClaims<Others, CoreGenderClaim>;

/// What may be asked of the issuer beside who it is.
#[derive(Debug, Clone, Default)]
pub struct Ask {
    pub prompt: Option<Prompt>,
    /// The e-mail address or name that the person typed already.
    pub login_hint: Option<String>,
    /// Sign in anew when the last time is longer ago.
    pub max_age: Option<Duration>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prompt {
    None,
    Login,
    Consent,
    SelectAccount,
}

/// A sign-in that began. Kept by us and not by the browser, bound to that browser, and used once.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    issuer: String,
    client_id: String,
    redirect_uri: String,
    state: String,
    nonce: String,
    verifier: String,
    /// In seconds of Unix time.
    expires: u64,
}

impl Pending {
    /// What the answer carries to find this again.
    pub fn state(&self) -> &str {
        &self.state
    }

    pub fn expires(&self) -> SystemTime {
        UNIX_EPOCH.checked_add(Duration::from_secs(self.expires)).unwrap_or(UNIX_EPOCH)
    }
}

impl fmt::Debug for Pending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pending").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

impl Federation {
    /// Where the browser is sent, and what is kept until it comes back to `redirect_uri`.
    #[boxed]
    pub async fn begin(
        &self,
        provider: &Provider,
        redirect_uri: &Url,
        ask: &Ask,
        now: SystemTime,
    ) -> Result<(Url, Pending), FederationError> {
        let known = self.issuer(provider)?.known(now).await?;
        let client = client(provider, &known, redirect_uri);
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let mut request = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                || CsrfToken::new_random_len(32),
                || Nonce::new_random_len(32),
            )
            .set_pkce_challenge(challenge)
            .add_scopes(provider.scopes.iter().filter(|scope| *scope != "openid").cloned().map(Scope::new));
        if let Some(prompt) = ask.prompt {
            request = request.add_prompt(prompt.into());
        }
        if let Some(hint) = &ask.login_hint {
            request = request.set_login_hint(LoginHint::new(hint.clone()));
        }
        if let Some(age) = ask.max_age {
            request = request.set_max_age(age);
        }
        if let (Some(claim), [domain]) = (&provider.domain_claim, provider.allowed_domains.as_slice()) {
            request = request.add_extra_param(claim.clone(), domain.clone());
        }
        let (url, state, nonce) = request.url();
        let pending = Pending {
            issuer: provider.issuer(),
            client_id: provider.client_id.clone(),
            redirect_uri: redirect_uri.to_string(),
            state: state.secret().clone(),
            nonce: nonce.secret().clone(),
            verifier: verifier.secret().clone(),
            expires: now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs() + LASTS.as_secs(),
        };
        Ok((url, pending))
    }

    /// Who came back. `query` is what stands behind the question mark, nothing decoded.
    #[boxed]
    pub async fn finish(
        &self,
        provider: &Provider,
        pending: Pending,
        query: &str,
        redirect_uri: &Url,
        now: SystemTime,
    ) -> Result<Outsider, FederationError> {
        let issuer = self.issuer(provider)?;
        let answer = Answer::read(query)?;
        answer.check(&pending, provider, redirect_uri, now)?;
        let known = issuer.known(now).await?;
        let announced = known.metadata.additional_metadata().authorization_response_iss_parameter_supported;
        let code = answer.code(&pending.issuer, announced)?;

        let client = client(provider, &known, redirect_uri);
        let exchange = client
            .exchange_code(AuthorizationCode::new(code))
            .expect("an issuer without a token endpoint is not known")
            .set_pkce_verifier(PkceCodeVerifier::new(pending.verifier));
        let tokens = exchange
            .request_async(&through(self.outbound()))
            .await
            .map_err(|why| refusal(&pending.issuer, why))?;
        let token = tokens.id_token().ok_or(FederationError::IdToken(Flaw::Missing))?;
        let check = Check { provider, nonce: Nonce::new(pending.nonce), access: tokens.access_token(), now };
        let claims = match check.verify(token, &known) {
            Err(Flaw::UnknownKey) => match issuer.with_newer_keys(&known, now).await {
                Some(known) => check.verify(token, &known),
                None => Err(Flaw::UnknownKey),
            },
            verified => verified,
        };
        facts(claims.map_err(FederationError::IdToken)?).admit(provider)
    }
}

fn client(provider: &Provider, known: &Known, redirect_uri: &Url) -> Client {
    let secret = provider.client_secret.as_ref().map(|secret| ClientSecret::new(secret.reveal().to_owned()));
    let methods = known.metadata.token_endpoint_auth_methods_supported();
    let only_in_body = methods.is_some_and(|methods| {
        methods.contains(&CoreClientAuthMethod::ClientSecretPost)
            && !methods.contains(&CoreClientAuthMethod::ClientSecretBasic)
    });
    Client::from_provider_metadata(known.metadata.clone(), ClientId::new(provider.client_id.clone()), secret)
        .set_auth_type(if only_in_body { AuthType::RequestBody } else { AuthType::BasicAuth })
        .set_redirect_uri(RedirectUrl::from_url(redirect_uri.clone()))
}

/// What the browser brought back.
#[derive(Default)]
struct Answer {
    state: Option<String>,
    code: Option<String>,
    iss: Option<String>,
    error: Option<String>,
}

impl Answer {
    fn read(query: &str) -> Result<Self, FederationError> {
        let mut answer = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let slot = match name.as_ref() {
                "state" => &mut answer.state,
                "code" => &mut answer.code,
                "iss" => &mut answer.iss,
                "error" => &mut answer.error,
                _ => continue,
            };
            if slot.replace(value.into_owned()).is_some() {
                return Err(FederationError::Callback { why: "it says something twice" });
            }
        }
        Ok(answer)
    }

    fn check(
        &self,
        pending: &Pending,
        provider: &Provider,
        redirect_uri: &Url,
        now: SystemTime,
    ) -> Result<(), FederationError> {
        let state = self.state.as_deref().unwrap_or_default();
        if !bool::from(state.as_bytes().ct_eq(pending.state.as_bytes())) {
            return Err(FederationError::State);
        }
        if now >= pending.expires() {
            return Err(FederationError::Expired);
        }
        let same = pending.issuer == provider.issuer()
            && pending.client_id == provider.client_id
            && pending.redirect_uri == redirect_uri.as_str();
        if same { Ok(()) } else { Err(FederationError::MixedUp) }
    }

    fn code(self, issuer: &str, announced: bool) -> Result<String, FederationError> {
        let right = match &self.iss {
            Some(iss) => iss == issuer,
            None => !announced,
        };
        if !right {
            return Err(FederationError::MixedUp);
        }
        if let Some(error) = self.error {
            let plain = |c: &char| c.is_ascii_alphanumeric() || *c == '_';
            return Err(FederationError::Denied { error: error.chars().filter(plain).take(60).collect() });
        }
        self.code.filter(|code| !code.is_empty()).ok_or(FederationError::Callback { why: "it holds no code" })
    }
}

struct Check<'a> {
    provider: &'a Provider,
    nonce: Nonce,
    access: &'a AccessToken,
    now: SystemTime,
}

impl Check<'_> {
    fn verify<'t>(&self, token: &'t Token, known: &Known) -> Result<&'t Claims, Flaw> {
        let client_id = ClientId::new(self.provider.client_id.clone());
        let earlier = self.now.checked_sub(SKEW).unwrap_or(UNIX_EPOCH);
        let verifier: IdTokenVerifier<'_, CoreJsonWebKey> = IdTokenVerifier::new_public_client(
            client_id.clone(),
            known.metadata.issuer().clone(),
            known.metadata.jwks().clone(),
        )
        .set_allowed_algs(ALGORITHMS)
        .set_time_fn(move || earlier.into());
        let claims = token.claims(&verifier, &self.nonce).map_err(flaw)?;
        let issued = SystemTime::from(claims.issue_time());
        if issued > self.now + SKEW {
            return Err(Flaw::NotYet);
        }
        if issued + OLDEST < self.now {
            return Err(Flaw::Expired);
        }
        // The library leaves this one to its caller.
        if claims.authorized_party().is_some_and(|party| *party != client_id) {
            return Err(Flaw::Party);
        }
        if let Some(expected) = claims.access_token_hash() {
            let algorithm = token.signing_alg().map_err(|_| Flaw::Algorithm)?;
            let key = token.signing_key(&verifier).map_err(|_| Flaw::UnknownKey)?;
            let hash =
                AccessTokenHash::from_token(self.access, algorithm, key).map_err(|_| Flaw::Algorithm)?;
            if hash != *expected {
                return Err(Flaw::AccessToken);
            }
        }
        Ok(claims)
    }
}

fn facts(claims: &Claims) -> Facts<'_> {
    let amr = claims.auth_method_refs().map(|refs| refs.iter().map(|one| one.to_string()).collect());
    Facts {
        issuer: claims.issuer().to_string(),
        subject: claims.subject().to_string(),
        email: claims.email().map(|email| email.to_string()),
        email_verified: claims.email_verified() == Some(true),
        name: claims.name().and_then(|name| name.get(None)).map(|name| name.to_string()),
        locale: claims.locale().map(|locale| locale.to_string()),
        auth_time: claims.auth_time().map(SystemTime::from),
        amr: amr.unwrap_or_default(),
        others: &claims.additional_claims().0,
    }
}

fn flaw(why: ClaimsVerificationError) -> Flaw {
    use ClaimsVerificationError as Claim;
    use SignatureVerificationError as Signature;
    match why {
        Claim::Expired(_) => Flaw::Expired,
        Claim::InvalidAudience(_) => Flaw::Audience,
        Claim::InvalidIssuer(_) => Flaw::Issuer,
        Claim::InvalidNonce(_) => Flaw::Nonce,
        Claim::Unsupported(_) => Flaw::Type,
        Claim::SignatureVerification(Signature::NoMatchingKey | Signature::AmbiguousKeyId(_)) => {
            Flaw::UnknownKey
        }
        Claim::SignatureVerification(Signature::CryptoError(_) | Signature::InvalidKey(_)) => Flaw::Signature,
        Claim::SignatureVerification(_) => Flaw::Algorithm,
        _ => Flaw::Unreadable,
    }
}

fn refusal(issuer: &str, why: RequestTokenError<OutboundError, TokenRefusal>) -> FederationError {
    let issuer = issuer.to_owned();
    match why {
        RequestTokenError::Request(why) => FederationError::Unreachable { issuer, why },
        RequestTokenError::ServerResponse(said) => match said.error() {
            CoreErrorResponseType::InvalidGrant => FederationError::CodeRefused,
            CoreErrorResponseType::InvalidClient | CoreErrorResponseType::UnauthorizedClient => {
                FederationError::ClientRefused { issuer }
            }
            _ => FederationError::Unusable {
                issuer,
                why: "it does not take the request for its tokens".into(),
            },
        },
        // An ID token that is none makes the whole answer unreadable to the library.
        RequestTokenError::Parse(_, body) if body.windows(10).any(|ten| ten == b"\"id_token\"") => {
            FederationError::IdToken(Flaw::Unreadable)
        }
        _ => FederationError::Unusable { issuer, why: "its answer with the tokens cannot be read".into() },
    }
}

impl From<Prompt> for CoreAuthPrompt {
    fn from(prompt: Prompt) -> Self {
        match prompt {
            Prompt::None => Self::None,
            Prompt::Login => Self::Login,
            Prompt::Consent => Self::Consent,
            Prompt::SelectAccount => Self::SelectAccount,
        }
    }
}
