//! A customer makes an account; anybody gets a new password. Whoever asks is told the same, whether there is such an
//! account or not: the rest is in the letter.

use axum::Extension;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use edge::{Answer, Audience, Command, Routes, Shop};
use kernel::{Check, Problem};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::asking::{Asking, For};
use crate::door::Entrance;
use crate::ticket::{Good, Ticket};
use crate::wording::Language;
use crate::{Refusal, proving, queries, sign_in_api, works};

const NO_EMAIL: &str = "write an e-mail address as name@example.com";

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
    Extension(entrance): Extension<Entrance>,
    headers: HeaderMap,
    ask: Command<SignUp>,
) -> Answer {
    let (shop, body) = (&ask.shop, &ask.body);
    check_person(&body.name, &body.email)?;
    check_post(&entrance)?;
    let what = For::Account { name: body.name.trim().to_owned() };
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
#[utoipa::path(post, path = "/api/v1/password-letters", tag = "identity", request_body = AskForPassword, extensions(("x-guesses" = json!(true)), ("x-house" = json!(true))),
    responses((status = 202, description = "If there is such an account, a letter is on its way.")),
    security(()))]
async fn ask_for_password(
    Extension(entrance): Extension<Entrance>,
    headers: HeaderMap,
    ask: Command<AskForPassword>,
) -> Answer {
    let (shop, body) = (&ask.shop, &ask.body);
    check_post(&entrance)?;
    check_email(&body.email)?;
    let audience = sign_in_api::audience(shop, body.audience.as_deref())?;
    keep(shop, &headers, For::Password, audience, &body.email).await
}

/// The same for every address: what becomes of it is decided later.
async fn keep(shop: &Shop, headers: &HeaderMap, what: For, audience: Audience, email: &str) -> Answer {
    let asking = Asking {
        what,
        audience: audience.as_str().to_owned(),
        email: email.trim().to_owned(),
        language: Language::of(headers),
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
#[utoipa::path(post, path = "/api/v1/passwords", tag = "identity", request_body = SetPassword, extensions(("x-guesses" = json!(true)), ("x-house" = json!(true))),
    responses((status = 204, description = "It is set; sign in with it.")),
    security(()))]
async fn set_password(Extension(entrance): Extension<Entrance>, ask: Command<SetPassword>) -> Answer {
    let (shop, body) = (&ask.shop, &ask.body);
    let ticket = Ticket::read(&body.ticket, &*shop.tenant.keys().await?, shop.now);
    let Some(Ticket { good: Good::Password { round }, account: Some(id), .. }) = ticket else {
        return Err(Problem::from(Refusal::TicketUsed).into());
    };
    let account = queries::account(&shop.tenant, id).await?;
    // An expensive hash is not made for a ticket that is used up.
    let account = account
        .filter(|account| account.password_round == round)
        .ok_or_else(|| Problem::from(Refusal::TicketUsed))?;
    let own = [account.name.as_str(), account.email.as_str(), shop.record.name.as_str()];
    let hash = proving::chosen(&entrance, &body.password, &own).await?;
    let sessions = queries::session_ids(&shop.tenant, id, shop.now).await?;
    let mut asked = ask.asked();
    asked.once = None;
    shop.tenant.run(asked, works::set_password(id, hash, round, true, sessions)).await?;
    entrance.forget(shop.tenant.id());
    Ok(StatusCode::NO_CONTENT.into_response())
}

pub(crate) fn check_post(entrance: &Entrance) -> Result<(), Problem> {
    if entrance.sends_letters() { Ok(()) } else { Err(Refusal::MailNotConfigured.into()) }
}

pub(crate) fn check_person(name: &str, email: &str) -> Result<(), Problem> {
    let mut check = Check::default();
    let named = (1..=200).contains(&name.trim().chars().count()) && !name.contains(char::is_control);
    check.that(named, "/name", "give a name of 1 to 200 letters");
    check.that(kernel::is_email(email.trim()), "/email", NO_EMAIL);
    check.done()
}

fn check_email(email: &str) -> Result<(), Problem> {
    let mut check = Check::default();
    check.that(kernel::is_email(email.trim()), "/email", NO_EMAIL);
    check.done()
}
