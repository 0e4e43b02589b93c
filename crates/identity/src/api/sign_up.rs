//! A customer makes an account; anybody gets a new password. Whoever asks is told the same, whether there is such an
//! account or not: the rest is in the letter.

use axum::Extension;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use edge::{Answer, Audience, Command, Routes, Shop, routes};
use kernel::Problem;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::accounts::check::{check_email, check_person};
use crate::letters::wording;
use crate::sessions::ticket::{Good, Ticket};
use crate::sign_in::authenticator::AccountAuthenticator;
use crate::sign_in::password_check;
use crate::sign_up::request::{Request, Requested};
use crate::{Refusal, accounts, api, sessions};

pub fn routes() -> Routes {
    Routes::new().routes(routes!(sign_up)).routes(routes!(ask_for_password)).routes(routes!(set_password))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SignUp {
    name: String,
    email: String,
}

/// Makes a customer's account. A letter goes to the address; its link lets its owner choose a password.
#[utoipa::path(post, path = "/api/v1/sign-up", tag = "identity", request_body = SignUp, extensions(("x-guesses" = json!(true))),
    responses((status = 202, description = "A letter is on its way.")),
    security(()))]
async fn sign_up(
    Extension(authenticator): Extension<AccountAuthenticator>,
    headers: HeaderMap,
    ask: Command<SignUp>,
) -> Answer {
    let (shop, body) = (&ask.shop, &ask.body);
    check_person(&body.name, &body.email)?;
    check_post(&authenticator)?;
    let what = Requested::Account { name: body.name.trim().to_owned() };
    keep(shop, &headers, what, Audience::Customer, &body.email).await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AskForPassword {
    email: String,
    /// `customer` when left out; on the platform's own address, `operator`.
    #[serde(rename = "as")]
    audience: Option<String>,
}

/// Has a letter sent with which its owner chooses a new password.
#[utoipa::path(post, path = "/api/v1/password-letters", tag = "identity", request_body = AskForPassword, extensions(("x-guesses" = json!(true)), ("x-platform" = json!(true))),
    responses((status = 202, description = "If there is such an account, a letter is on its way.")),
    security(()))]
async fn ask_for_password(
    Extension(authenticator): Extension<AccountAuthenticator>,
    headers: HeaderMap,
    ask: Command<AskForPassword>,
) -> Answer {
    let (shop, body) = (&ask.shop, &ask.body);
    check_post(&authenticator)?;
    check_email(&body.email)?;
    let audience = api::sign_in::audience(shop, body.audience.as_deref())?;
    keep(shop, &headers, Requested::Password, audience, &body.email).await
}

/// The same for every address: what becomes of it is decided later.
async fn keep(shop: &Shop, headers: &HeaderMap, what: Requested, audience: Audience, email: &str) -> Answer {
    let asking = Request {
        what,
        audience: audience.as_str().to_owned(),
        email: email.trim().to_owned(),
        language: wording::language(headers),
        correlation: shop.correlation,
    };
    asking.keep(shop).await?;
    Ok(StatusCode::ACCEPTED.into_response())
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SetPassword {
    /// From the letter: what stands behind `#` in its link.
    ticket: String,
    /// 8 to 256 characters, and not one of those that everybody uses.
    password: String,
}

/// Sets a password with the ticket of a letter. All sessions of the account end.
#[utoipa::path(post, path = "/api/v1/passwords", tag = "identity", request_body = SetPassword, extensions(("x-guesses" = json!(true)), ("x-platform" = json!(true))),
    responses((status = 204, description = "It is set; sign in with it.")),
    security(()))]
async fn set_password(
    Extension(authenticator): Extension<AccountAuthenticator>,
    ask: Command<SetPassword>,
) -> Answer {
    let (shop, body) = (&ask.shop, &ask.body);
    let ticket = Ticket::read(&body.ticket, &*shop.tenant.keys().await?, shop.now);
    let Some(Ticket { good: Good::Password { round }, account: Some(id), .. }) = ticket else {
        return Err(Problem::from(Refusal::TicketUsed).into());
    };
    let account = accounts::queries::account(&shop.tenant, id).await?;
    // An expensive hash is not made for a ticket that is used up.
    let account = account
        .filter(|account| account.password_round == round)
        .ok_or_else(|| Problem::from(Refusal::TicketUsed))?;
    let own = [account.name.as_str(), account.email.as_str(), shop.record.name.as_str()];
    let hash = password_check::chosen(&authenticator, &body.password, &own).await?;
    let sessions = sessions::queries::session_ids(&shop.tenant, id, shop.now).await?;
    let mut asked = ask.asked();
    asked.once = None;
    shop.tenant.run(asked, accounts::use_cases::set_password(id, hash, round, true, sessions)).await?;
    authenticator.forget(shop.tenant.id());
    Ok(StatusCode::NO_CONTENT.into_response())
}

pub(crate) fn check_post(authenticator: &AccountAuthenticator) -> Result<(), Problem> {
    if authenticator.sends_letters() { Ok(()) } else { Err(Refusal::MailNotConfigured.into()) }
}
