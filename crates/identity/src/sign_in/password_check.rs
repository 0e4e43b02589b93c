//! Checks a password. Neither the answer nor the time it takes tells whether the address or the password was wrong.

use credentials::{Password, Verdict};
use edge::Audience;
use kernel::Problem;
use kernel::boxed;
use store::Tenant;

use crate::accounts::queries::AccountView;
use crate::refusal::refused;
use crate::sign_in::authenticator::AccountAuthenticator;
use crate::{AccountId, Refusal, accounts};

/// The account to which both belong.
#[boxed]
pub async fn by_address(
    authenticator: &AccountAuthenticator,
    tenant: &Tenant,
    audience: Audience,
    email: &str,
    password: &str,
) -> Result<AccountView, Problem> {
    let account = accounts::queries::account_of(tenant, audience.as_str(), email).await?;
    check(authenticator, account, password).await
}

/// The account, if this is its password.
#[boxed]
pub async fn by_id(
    authenticator: &AccountAuthenticator,
    tenant: &Tenant,
    id: AccountId,
    password: &str,
) -> Result<AccountView, Problem> {
    let account = accounts::queries::account(tenant, id).await?;
    check(authenticator, account, password).await
}

async fn check(
    authenticator: &AccountAuthenticator,
    account: Option<AccountView>,
    password: &str,
) -> Result<AccountView, Problem> {
    let passwords = authenticator.passwords();
    // One that nobody can have chosen is wrong, and not worth a hint.
    let Ok(password) = Password::typed(password) else { return Err(Refusal::NotThem.into()) };
    let stored = account.as_ref().and_then(|account| account.password.clone());
    let verdict = match &stored {
        Some(stored) => passwords.verify(password, stored).await,
        None => passwords.verify_nobody(password).await,
    };
    match (verdict.map_err(|refusal| refused(refusal, "/password"))?, account) {
        (Verdict::Right { .. }, Some(account)) if account.disabled_at.is_some() => {
            Err(Refusal::Disabled.into())
        }
        (Verdict::Right { .. }, Some(account)) => Ok(account),
        _ => Err(Refusal::NotThem.into()),
    }
}

/// The hash of a password that somebody chooses.
#[boxed]
pub async fn chosen(
    authenticator: &AccountAuthenticator,
    password: &str,
    own: &[&str],
) -> Result<String, Problem> {
    let refuse = |refusal| refused(refusal, "/password");
    let password = Password::typed(password).map_err(refuse)?;
    let password = authenticator.passwords().check(password, own).await.map_err(refuse)?;
    authenticator.passwords().hash(password).await.map_err(refuse)
}
