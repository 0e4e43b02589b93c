//! The app that shows codes, and the recovery codes for when it is lost.

use axum::Extension;
use credentials::{AppSecret, Fingerprint, RecoveryCode, recovery_codes};
use edge::{Answer, Command, NoBody, Routes, routes};
use kernel::Problem;
use serde::{Deserialize, Serialize};
use store::{Asked, Work};
use utoipa::ToSchema;

use crate::accounts;
use crate::api::me::person;
use crate::api::sign_in::unkept;
use crate::refusal::refused;
use crate::sign_in::authenticator::AccountAuthenticator;

pub fn routes() -> Routes {
    Routes::new()
        .routes(routes!(add_app, remove_app))
        .routes(routes!(confirm_app))
        .routes(routes!(make_recovery_codes))
}

/// What the app needs, shown once.
#[derive(Serialize, ToSchema)]
struct NewApp {
    /// To be scanned, as SVG.
    qr_code: String,
    /// What the picture says: `otpauth://totp/…`.
    address: String,
    /// For whoever cannot scan, to be typed.
    secret: String,
}

/// Begins to add an app that shows codes. It counts once its first code was confirmed.
#[utoipa::path(post, path = "/api/v1/me/app", tag = "identity", extensions(("x-platform" = json!(true)), ("x-fresh" = json!(true))),
    responses((status = 200, description = "What the app needs, shown once.", body = NewApp)),
    security(("staff" = []), ("customer" = []), ("operator" = [])))]
async fn add_app(ask: Command<NoBody>) -> Answer {
    let shop = &ask.shop;
    let (me, _) = person(shop)?;
    let account =
        accounts::queries::account(&shop.tenant, me).await?.ok_or_else(|| Problem::not_found("account"))?;
    let secret = AppSecret::new();
    run(&ask, accounts::use_cases::add_app(me, secret.reveal().to_vec())).await?;
    let draw = |refusal| refused(refusal, "/name");
    let view = NewApp {
        qr_code: secret.qr_code(&shop.record.name, &account.email).map_err(draw)?.to_string(),
        address: secret.address(&shop.record.name, &account.email).map_err(draw)?.to_string(),
        secret: secret.typed().to_string(),
    };
    Ok(unkept(shop.list_of(&view)?))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ConfirmApp {
    /// What the app shows now.
    code: String,
}

#[derive(Serialize, ToSchema)]
struct RecoveryCodes {
    /// Each is good once, in place of a code of the app. Shown once.
    recovery_codes: Vec<String>,
}

/// Confirms the app with its first code. From now on signing in takes one.
#[utoipa::path(post, path = "/api/v1/me/app/confirmation", tag = "identity", request_body = ConfirmApp, extensions(("x-platform" = json!(true))),
    responses((status = 200, description = "Recovery codes, shown once.", body = RecoveryCodes)),
    security(("staff" = []), ("customer" = []), ("operator" = [])))]
async fn confirm_app(
    Extension(authenticator): Extension<AccountAuthenticator>,
    ask: Command<ConfirmApp>,
) -> Answer {
    let (me, _) = person(&ask.shop)?;
    let codes = recovery_codes();
    run(&ask, accounts::use_cases::confirm_app(me, ask.body.code.clone(), hashes(&codes))).await?;
    authenticator.forget(ask.shop.tenant.id());
    Ok(unkept(ask.shop.list_of(&shown(&codes))?))
}

/// Removes the app. Signing in takes the password alone.
#[utoipa::path(delete, path = "/api/v1/me/app", tag = "identity", extensions(("x-platform" = json!(true)), ("x-fresh" = json!(true))),
    responses((status = 204, description = "It is gone.")),
    security(("staff" = []), ("customer" = []), ("operator" = [])))]
async fn remove_app(ask: Command<NoBody>) -> Answer {
    let (me, _) = person(&ask.shop)?;
    ask.run(accounts::use_cases::remove_app(me)).await
}

/// Makes new recovery codes; the old ones are not good any more.
#[utoipa::path(post, path = "/api/v1/me/recovery-codes", tag = "identity", extensions(("x-platform" = json!(true)), ("x-fresh" = json!(true))),
    responses((status = 200, description = "The codes, shown once.", body = RecoveryCodes)),
    security(("staff" = []), ("customer" = []), ("operator" = [])))]
async fn make_recovery_codes(ask: Command<NoBody>) -> Answer {
    let (me, _) = person(&ask.shop)?;
    let codes = recovery_codes();
    run(&ask, accounts::use_cases::make_recovery_codes(me, hashes(&codes))).await?;
    Ok(unkept(ask.shop.list_of(&shown(&codes))?))
}

/// What is shown once is not kept under an idempotency key.
async fn run<T>(ask: &Command<T>, work: Work) -> Result<(), Problem> {
    let asked = Asked { once: None, ..ask.asked() };
    ask.shop.tenant.run(asked, work).await.map(|_| ())
}

fn hashes(codes: &[RecoveryCode]) -> Vec<Fingerprint> {
    codes.iter().map(RecoveryCode::hash).collect()
}

fn shown(codes: &[RecoveryCode]) -> RecoveryCodes {
    RecoveryCodes { recovery_codes: codes.iter().map(|code| code.reveal().to_owned()).collect() }
}
