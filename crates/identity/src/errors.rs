//! Every way identity says no.

use edge::ProblemDoc;
use kernel::{Fault, FieldProblem, Problem};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The address, the password, or that there is such an account at all: which, is not told.
    NotThem,
    CodeWrong,
    NoApp,
    AppThere,
    AddressTaken,
    Disabled,
    SessionEnded,
    TicketUsed,
    PasskeyUnknown,
    PasskeyUsed,
    TooManyPasskeys,
    RoleUnknown,
    RoleStandard,
    RoleInUse,
    MoreThanYouHave,
    LastAdmin,
    RefreshRefused,
    RefreshReused,
    MailNotConfigured,
    ServiceKeyThere,
    ServiceKeyUnknown,
    ServiceKeyRevoked,
    LegacyForOne,
    NoPage,
    ProviderUnknown,
    TooManyProviders,
    SecretNeeded,
    OutsiderUnknown,
    OutsiderTaken,
    OutsideAddressTaken,
}

const fn doc(code: &'static str, status: u16, title: &'static str, what_to_do: &'static str) -> ProblemDoc {
    ProblemDoc { code, status, title, what_to_do }
}

pub const PROBLEMS: &[ProblemDoc] = &[
    doc(
        "not_them",
        401,
        "Not signed in",
        "Check the e-mail address and the password, or have a new password sent.",
    ),
    doc("code_wrong", 401, "Wrong code", "Type the code that the app shows now; each code counts once."),
    doc("refresh_refused", 401, "Signed out", "Sign in again."),
    doc(
        "refresh_reused",
        401,
        "Signed out",
        "A refresh token was used twice, so somebody may have a copy: the session was ended. Sign in again.",
    ),
    doc("account_disabled", 403, "Account closed", "Ask whoever runs the shop to open the account again."),
    doc(
        "more_than_you_have",
        403,
        "More than you have",
        "Nobody can give away permissions that they do not have.",
    ),
    doc(
        "app_there",
        409,
        "An app is there already",
        "Remove the app that is there before you add another one.",
    ),
    doc("no_app", 409, "No app", "Add an app that shows codes first."),
    doc("address_taken", 409, "Address taken", "There is an account with this e-mail address already."),
    doc("too_many_passkeys", 409, "Too many passkeys", "Remove one that is not used any more."),
    doc(
        "role_standard",
        409,
        "A standard role",
        "Standard roles are the same everywhere. Make a role under another name.",
    ),
    doc("role_in_use", 409, "Role in use", "Give its holders other roles first."),
    doc("last_admin", 409, "The last one", "Make somebody else an admin first; otherwise nobody could."),
    doc("ticket_used", 401, "Used up or too old", "Begin again, or have a new letter sent."),
    doc("passkey_refused", 401, "Passkey refused", "Begin again, or use another way to sign in."),
    doc("too_many_providers", 409, "Too many providers", "Remove one that is not used any more."),
    doc(
        "secret_needed",
        422,
        "The secret again, please",
        "Enter the client's secret again: it is not sent to another issuer than the one that it was entered for.",
    ),
    doc(
        "outsider_unknown",
        403,
        "No account here",
        "Ask whoever runs the shop for an account, or sign in here in another way and link the two.",
    ),
    doc("outsider_taken", 409, "Linked already", "Sign in with the account that it is linked to."),
    doc(
        "outside_address_taken",
        409,
        "Address taken",
        "There is an account with this e-mail address. Sign in with it as before, and link the two there.",
    ),
    doc("provider_invalid", 422, "The provider cannot be used", "The detail says what to correct."),
    doc("issuer_unreachable", 503, "Not now", "Try again; when it stays so, check the provider's issuer."),
    doc("issuer_unusable", 503, "Not now", "Check the address of the provider's issuer."),
    doc("issuer_refuses_client", 503, "Not now", "Enter the provider's client id and secret anew."),
    doc("sign_in_answer_invalid", 400, "Begin again", "Sign in again."),
    doc("sign_in_unknown", 400, "Begin again", "Sign in again, in the same browser."),
    doc("sign_in_expired", 400, "Begin again", "Sign in again, and within ten minutes."),
    doc("sign_in_mixed_up", 400, "Begin again", "Sign in again."),
    doc("sign_in_code_refused", 400, "Begin again", "Sign in again; what the issuer answers counts once."),
    doc("sign_in_denied", 403, "Not let in", "Sign in again and agree, or ask an administrator there."),
    doc("tenant_refused", 403, "Not let in", "Use an account of the right organisation."),
    doc("domain_refused", 403, "Not let in", "Use an account of a domain that is let in."),
    doc(
        "email_unverified",
        403,
        "Not let in",
        "Confirm your e-mail address at the issuer, then sign in again.",
    ),
    doc("id_token_refused", 401, "Not signed in", "Sign in again; when it stays so, check the provider."),
    doc(
        "no_page",
        400,
        "Not from a page",
        "Do this in a browser, on a page of the shop's own address that begins with https://.",
    ),
    doc("password_refused", 422, "Another password, please", "The detail says what is wrong with it."),
    doc("service_key_there", 409, "There already", "Read it instead."),
    doc("service_key_revoked", 409, "Revoked", "That is final. Make a new one."),
    doc(
        "legacy_for_one",
        409,
        "For one shop only",
        "A key for the old form of the signature names exactly one shop.",
    ),
    doc(
        "signature_wrong",
        401,
        "Signature refused",
        "Compare the signed text with the description, part by part, and the secret.",
    ),
    doc("signature_replayed", 401, "Signature refused", "Sign each request anew, with a new nonce."),
    doc("signature_legacy_refused", 401, "Signature refused", "Sign as v2, and send v2=<hex>."),
    doc("signature_version_unknown", 401, "Signature refused", "Sign as v2, and send v2=<hex>."),
    doc(
        "signature_header_missing",
        401,
        "Signature refused",
        "Send the header that the detail names, and sign with it.",
    ),
    doc("signature_header_twice", 401, "Signature refused", "Send the header that the detail names once."),
    doc("signature_header_malformed", 401, "Signature refused", "The detail names the header and its form."),
    doc(
        "signature_timestamp_malformed",
        401,
        "Signature refused",
        "Send seconds or milliseconds since 1970, in digits only.",
    ),
    doc(
        "signature_timestamp_outside",
        401,
        "Signature refused",
        "Set the sender's clock, and sign each request anew.",
    ),
    doc("signature_method_malformed", 401, "Signature refused", "Write the method in capital letters."),
    doc("signature_target_malformed", 401, "Signature refused", "Percent-encode what is not visible ASCII."),
    doc(
        "mail_not_configured",
        503,
        "Not now",
        "This installation cannot send letters. Its operator can name a post with the setting \"mail\".",
    ),
    doc("busy", 503, "Not now", "Too many people are signing in at this moment. Try again in a few seconds."),
];

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let conflict = |code, title, detail: &str| Self::new(Fault::Conflict, code, title, detail);
        let unknown = |code, title, detail: &str| Self::new(Fault::Unauthenticated, code, title, detail);
        let forbidden = |code, title, detail: &str| Self::new(Fault::Forbidden, code, title, detail);
        match refusal {
            Refusal::NotThem => unknown(
                "not_them",
                "Not signed in",
                "This e-mail address and this password do not belong together. Check both, or have a new password sent to you.",
            ),
            Refusal::CodeWrong => unknown(
                "code_wrong",
                "Wrong code",
                "This is not the code of this moment, or it was used already. Type the one that the app shows now, or a recovery code.",
            ),
            Refusal::NoApp => conflict(
                "no_app",
                "No app",
                "There is no app that shows codes for this account yet. Add one first.",
            ),
            Refusal::AppThere => conflict(
                "app_there",
                "An app is there already",
                "This account has an app that shows codes. Remove it before you add another one.",
            ),
            Refusal::AddressTaken => conflict(
                "address_taken",
                "Address taken",
                "There is an account with this e-mail address already. Use it, or another address.",
            ),
            Refusal::Disabled => forbidden(
                "account_disabled",
                "Account closed",
                "This account is closed. Ask whoever runs the shop to open it again.",
            ),
            Refusal::SessionEnded => {
                unknown("session_ended", "Signed out", "Your session has ended. Sign in again.")
            }
            Refusal::TicketUsed => Self::new(
                Fault::Unauthenticated,
                "ticket_used",
                "Used up or too old",
                "This was used already, or is too old. Begin again, or have a new letter sent to you.",
            ),
            Refusal::PasskeyUnknown | Refusal::PasskeyUsed => unknown(
                "passkey_refused",
                "Passkey refused",
                "This passkey is not known here, or its answer was used already. Begin again, or use another way to sign in.",
            ),
            Refusal::TooManyPasskeys => conflict(
                "too_many_passkeys",
                "Too many passkeys",
                "This account has 20 passkeys. Remove one that is not used any more.",
            ),
            Refusal::RoleUnknown => Self::not_found("role"),
            Refusal::RoleStandard => conflict(
                "role_standard",
                "A standard role",
                "This is a standard role, which is the same everywhere. Make a role under another name.",
            ),
            Refusal::RoleInUse => {
                conflict("role_in_use", "Role in use", "Somebody has this role. Give them another one first.")
            }
            Refusal::MoreThanYouHave => forbidden(
                "more_than_you_have",
                "More than you have",
                "Nobody can give away permissions that they do not have. Ask somebody who has them.",
            ),
            Refusal::LastAdmin => conflict(
                "last_admin",
                "The last one",
                "Nobody else may look after accounts. Give somebody else that role first; otherwise nobody could.",
            ),
            Refusal::RefreshRefused => unknown(
                "refresh_refused",
                "Signed out",
                "This refresh token is not good any more. Sign in again.",
            ),
            Refusal::RefreshReused => unknown(
                "refresh_reused",
                "Signed out",
                "This refresh token was used before, so somebody else may have a copy of it. The session was ended; sign in again.",
            ),
            Refusal::ServiceKeyThere => conflict(
                "service_key_there",
                "There already",
                "There is such a key already. Read it instead.",
            ),
            Refusal::ServiceKeyUnknown => Self::not_found("service key"),
            Refusal::ServiceKeyRevoked => conflict(
                "service_key_revoked",
                "Revoked",
                "This key was revoked, and that is final. Make a new one.",
            ),
            Refusal::LegacyForOne => conflict(
                "legacy_for_one",
                "For one shop only",
                "The old form of the signature does not say for which shop it is, so its key is good for exactly one. Name that one.",
            ),
            Refusal::ProviderUnknown => Self::not_found("provider"),
            Refusal::TooManyProviders => conflict(
                "too_many_providers",
                "Too many providers",
                "There are 20 providers. Remove one that is not used any more.",
            ),
            Refusal::SecretNeeded => Self::new(
                Fault::Invalid,
                "secret_needed",
                "The secret again, please",
                "The issuer or the client id is another one, and the secret was entered for the one before. Enter it again.",
            ),
            Refusal::OutsiderUnknown => forbidden(
                "outsider_unknown",
                "No account here",
                "You signed in there, and have no account here. Ask whoever runs the shop for one, or sign in here in another way and link the two.",
            ),
            Refusal::OutsiderTaken => conflict(
                "outsider_taken",
                "Linked already",
                "This account there is linked to another account here. Sign in with that one.",
            ),
            Refusal::OutsideAddressTaken => conflict(
                "outside_address_taken",
                "Address taken",
                "There is an account with this e-mail address here already, and an address does not say who somebody is. Sign in with that account as before, and link the two there.",
            ),
            Refusal::NoPage => Self::new(
                Fault::Unreadable,
                "no_page",
                "Not from a page",
                "A browser does this, on a page of this shop's own address that begins with https://. Open such a page, and try again there.",
            ),
            Refusal::MailNotConfigured => Self::unavailable(
                "mail_not_configured",
                "This installation cannot send letters. Its operator can name a post with the setting \"mail\".",
                3600,
            ),
        }
    }
}

/// What credentials refuse, as an answer; `field` is where in the request a password or a name stood.
pub fn refused(refusal: credentials::Refusal, field: &str) -> Problem {
    use credentials::Refusal as No;
    match refusal {
        No::Busy => Problem::unavailable("busy", refusal.to_string(), 3),
        No::PasswordTooShort
        | No::PasswordTooLong
        | No::PasswordTooPlain
        | No::PasswordPersonal
        | No::PasswordCommon => {
            let detail = refusal.to_string();
            let mut problem =
                Problem::new(Fault::Invalid, "password_refused", "Another password, please", detail.clone());
            problem.fields = vec![FieldProblem { pointer: field.to_owned(), detail }];
            problem.with("reason", refusal.code())
        }
        No::PasskeyExpired
        | No::PasskeyInvalid
        | No::PasskeyUnknown
        | No::PasskeyCopied
        | No::PasskeyName => {
            Problem::new(Fault::Unauthenticated, "passkey_refused", "Passkey refused", refusal.to_string())
        }
        other => {
            tracing::error!(code = other.code(), "What proves who somebody is cannot be read: {other}");
            Problem::bug()
        }
    }
}
