//! The use cases that change rules. Each raises the version of the rulebook.

use std::collections::BTreeSet;

use kernel::Problem;
use kernel::reservation::{GiveUp, Take};
use pricing::{PromotionId, TaxRules};
use serde_json::json;
use store::problems::CONTENDED;
use store::{Desk, Reply, Work};
use uuid::Uuid;

use super::code::Code;
use super::delivery::{self, Delivery, DeliveryTerms};
use super::promotion::{self, Promo};
use super::queries::Codes;
use super::settings::{self, OrderSettings};
use super::taxes::{self, Taxes};
use super::{RULEBOOK, Rulebook, SETTINGS, TAXES, Turn};
use crate::Refusal;

/// `codes` are as they were read: the code that it had is free again once it has another.
pub fn keep_promotion(
    id: PromotionId,
    seen: Option<i64>,
    kept: promotion::KeptPromotion,
    codes: Codes,
) -> Work {
    let Codes { own: before, holder } = codes;
    let codes = [&before, &kept.promotion.code].into_iter().flatten().map(|code| Code::id(code));
    let codes: BTreeSet<Uuid> = codes.collect();
    Work::over::<Promo>([id]).and::<Code>(codes).and::<Rulebook>([RULEBOOK]).decide(move |desk| {
        known::<Promo>(desk, id.uuid(), seen, Promo::is_kept)?;
        give_up(desk, id, before.as_deref(), kept.promotion.code.as_deref())?;
        if let Some(code) = &kept.promotion.code {
            let or = |holder| Refusal::CodeTaken { code: code.clone(), holder };
            if let Some(holder) = holder {
                return Err(or(holder).into());
            }
            desk.ask::<Code, _>(Code::id(code), &Take { by: id, or })?;
        }
        desk.ask::<Promo, _>(id, &promotion::Keep(kept.clone()))?;
        turn(desk)?;
        Ok(made(seen, id.uuid(), "promotions", desk.version::<Promo>(id)))
    })
}

pub fn remove_promotion(id: PromotionId, seen: Option<i64>, before: Option<String>) -> Work {
    let codes = before.iter().map(|code| Code::id(code));
    Work::over::<Promo>([id]).and::<Code>(codes).and::<Rulebook>([RULEBOOK]).decide(move |desk| {
        desk.get::<Promo>(id)?;
        desk.expect_version::<Promo>(id, seen)?;
        give_up(desk, id, before.as_deref(), None)?;
        desk.ask::<Promo, _>(id, &promotion::Remove)?;
        turn(desk)?;
        Ok(Reply::nothing())
    })
}

pub fn keep_delivery(id: Uuid, seen: Option<i64>, terms: DeliveryTerms) -> Work {
    Work::over::<Delivery>([id]).and::<Rulebook>([RULEBOOK]).decide(move |desk| {
        known::<Delivery>(desk, id, seen, Delivery::is_kept)?;
        desk.ask::<Delivery, _>(id, &delivery::Keep(terms.clone()))?;
        turn(desk)?;
        Ok(made(seen, id, "delivery-options", desk.version::<Delivery>(id)))
    })
}

pub fn remove_delivery(id: Uuid, seen: Option<i64>) -> Work {
    Work::over::<Delivery>([id]).and::<Rulebook>([RULEBOOK]).decide(move |desk| {
        desk.get::<Delivery>(id)?;
        desk.expect_version::<Delivery>(id, seen)?;
        desk.ask::<Delivery, _>(id, &delivery::Remove)?;
        turn(desk)?;
        Ok(Reply::nothing())
    })
}

pub fn set_taxes(seen: Option<i64>, rules: TaxRules) -> Work {
    Work::over::<Taxes>([TAXES]).and::<Rulebook>([RULEBOOK]).decide(move |desk| {
        desk.expect_version::<Taxes>(TAXES, seen)?;
        desk.ask::<Taxes, _>(TAXES, &taxes::Set { rules: rules.clone() })?;
        turn(desk)?;
        let version = desk.version::<Taxes>(TAXES);
        Ok(Reply::json(200, &json!({ "version": version })).version(version))
    })
}

/// Holds for the orders that are placed from then on: those that are there keep what they were told.
pub fn set_order_settings(seen: i64, settings: OrderSettings) -> Work {
    Work::over::<OrderSettings>([SETTINGS]).and::<Rulebook>([RULEBOOK]).decide(move |desk| {
        desk.expect_version::<OrderSettings>(SETTINGS, Some(seen))?;
        desk.ask::<OrderSettings, _>(SETTINGS, &settings::Set { settings })?;
        turn(desk)?;
        let version = desk.version::<OrderSettings>(SETTINGS);
        Ok(Reply::json(200, &json!({ "version": version })).version(version))
    })
}

/// Frees the code that a promotion had, unless it keeps it.
fn give_up(
    desk: &mut Desk<'_>,
    id: PromotionId,
    before: Option<&str>,
    after: Option<&str>,
) -> Result<(), Problem> {
    let known = desk.find::<Promo>(id).and_then(Promo::code);
    if known.is_some_and(|known| Some(known) != before) {
        let detail = "This promotion was being changed just now, so nothing was done. Try again in a moment.";
        return Err(CONTENDED.says(detail).after(1));
    }
    match before {
        Some(before) if after.map(Code::id) != Some(Code::id(before)) => {
            desk.ask::<Code, _>(Code::id(before), &GiveUp(id))
        }
        _ => Ok(()),
    }
}

fn turn(desk: &mut Desk<'_>) -> Result<(), Problem> {
    desk.ask::<Rulebook, _>(RULEBOOK, &Turn)
}

/// Whoever replaces something has seen it, and it is still there.
fn known<A: kernel::Aggregate>(
    desk: &mut Desk<'_>,
    id: Uuid,
    seen: Option<i64>,
    is_kept: fn(&A) -> bool,
) -> Result<(), Problem> {
    if seen.is_none() {
        return Ok(());
    }
    if !is_kept(desk.get::<A>(id)?) {
        return Err(Problem::not_found("record"));
    }
    desk.expect_version::<A>(id, seen)
}

fn made(seen: Option<i64>, id: Uuid, path: &str, version: i64) -> Reply {
    let status = if seen.is_none() { 201 } else { 200 };
    let reply = Reply::json(status, &json!({ "id": id, "version": version })).version(version);
    if seen.is_none() { reply.location(format!("/api/v1/{path}/{id}")) } else { reply }
}
