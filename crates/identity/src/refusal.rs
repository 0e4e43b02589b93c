//! Every way identity says no.

use edge::problems::SESSION_ENDED;
use kernel::Problem;

use crate::problems::{self, BUSY, PASSKEY_REFUSED, PASSWORD_REFUSED};

kernel::refusals! {
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Refusal {
        /// The address, the password, or that there is such an account at all: which, is not told.
        NotThem => Unauthenticated "not_them" "Not signed in":
            "This e-mail address and this password do not belong together. Check both, or have a new password sent to you.",
        CodeWrong => Unauthenticated "code_wrong" "Wrong code":
            "This is not the code of this moment, or it was used already. Type the one that the app shows now, or a recovery code.",
        NoApp => Conflict "no_app" "No app":
            "There is no app that shows codes for this account yet. Add one first.",
        AppThere => Conflict "app_there" "An app is there already":
            "This account has an app that shows codes. Remove it before you add another one.",
        AddressTaken => Conflict "address_taken" "Address taken":
            "There is an account with this e-mail address already. Use it, or another address.",
        Disabled => Forbidden "account_disabled" "Account closed":
            "This account is closed. Ask whoever runs the shop to open it again.",
        SessionEnded = SESSION_ENDED.says("Your session has ended. Sign in again."),
        TicketUsed => Unauthenticated "ticket_used" "Used up or too old":
            "This was used already, or is too old. Begin again, or have a new letter sent to you.",
        PasskeyRefused = PASSKEY_REFUSED.says(
            "This passkey is not known here, or its answer was used already. Begin again, or use another way to sign in.",
        ),
        TooManyPasskeys => Conflict "too_many_passkeys" "Too many passkeys":
            "This account has 20 passkeys. Remove one that is not used any more.",
        RoleUnknown = Problem::not_found("role"),
        RoleStandard => Conflict "role_standard" "A standard role":
            "This is a standard role, which is the same everywhere. Make a role under another name.",
        RoleInUse => Conflict "role_in_use" "Role in use":
            "Somebody has this role. Give them another one first.",
        MoreThanYouHave => Forbidden "more_than_you_have" "More than you have":
            "Nobody can give away permissions that they do not have. Ask somebody who has them.",
        LastAdmin => Conflict "last_admin" "The last one":
            "Nobody else may look after accounts. Give somebody else that role first; otherwise nobody could.",
        RefreshRefused => Unauthenticated "refresh_refused" "Signed out":
            "This refresh token is not good any more. Sign in again.",
        RefreshReused => Unauthenticated "refresh_reused" "Signed out":
            "This refresh token was used before, so somebody else may have a copy of it. The session was ended; sign in again.",
        MailNotConfigured => Unavailable "mail_not_configured" "No post":
            "This installation cannot send letters. Its operator can name a post with the setting \"mail\"."
            after 3600,
        ServiceKeyThere => Conflict "service_key_there" "There already":
            "There is such a key already. Read it instead.",
        ServiceKeyUnknown = Problem::not_found("service key"),
        ServiceKeyRevoked => Conflict "service_key_revoked" "Revoked":
            "This key was revoked, and that is final. Make a new one.",
        LegacyForOne => Conflict "legacy_for_one" "For one shop only":
            "The old form of the signature does not say for which shop it is, so its key is good for exactly one. Name that one.",
        NoPage => Unreadable "no_page" "Not from a page":
            "A browser does this, on a page of this shop's own address that begins with https://. Open such a page, and try again there.",
        ProviderUnknown = Problem::not_found("provider"),
        TooManyProviders => Conflict "too_many_providers" "Too many providers":
            "There are 20 providers. Remove one that is not used any more.",
        SecretNeeded => Invalid "secret_needed" "Secret needed":
            "The issuer or the client id is another one, and the secret was entered for the one before. Enter it again."
            page "A secret stays with the address that it was entered for. Send it again with the new one.",
        OutsiderUnknown => Forbidden "outsider_unknown" "No account here":
            "You signed in there, and have no account here. Ask whoever runs the shop for one, or sign in here in another way and link the two.",
        OutsiderTaken => Conflict "outsider_taken" "Linked already":
            "This account there is linked to another account here. Sign in with that one.",
        OutsideAddressTaken => Conflict "outside_address_taken" "Address taken":
            "There is an account with this e-mail address here already, and an address does not say who somebody is. Sign in with that account as before, and link the two there.",
    }
    also { problems::PROBLEMS }
}

/// What a part says that has codes and sentences of its own, as an answer.
pub(crate) fn said(code: &str, detail: String) -> Problem {
    let Some(known) = problems::PROBLEMS.iter().find(|known| known.code == code) else {
        tracing::error!(code, "A code has no page: {detail}");
        return Problem::bug();
    };
    known.says(detail)
}

/// What credentials refuse, as an answer; `field` is where in the request a password or a name stood.
pub fn refused(refusal: credentials::Refusal, field: &str) -> Problem {
    use credentials::Refusal as No;
    match refusal {
        No::Busy => BUSY.says(refusal.to_string()).after(3),
        No::PasswordTooShort
        | No::PasswordTooLong
        | No::PasswordTooPlain
        | No::PasswordPersonal
        | No::PasswordCommon => {
            let detail = refusal.to_string();
            PASSWORD_REFUSED.says(detail.clone()).at(field, detail).with("reason", refusal.code())
        }
        No::PasskeyExpired
        | No::PasskeyInvalid
        | No::PasskeyUnknown
        | No::PasskeyCopied
        | No::PasskeyName => PASSKEY_REFUSED.says(refusal.to_string()),
        other => {
            tracing::error!(code = other.code(), "What proves who somebody is cannot be read: {other}");
            Problem::bug()
        }
    }
}
