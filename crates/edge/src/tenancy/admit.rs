//! Whether whoever asks may pass: what they may do, from where they may come, and what the shop does at all.

use std::net::IpAddr;

use axum::http::Method;
use axum::http::header::IF_NONE_MATCH;
use kernel::{CorrelationId, Fault, Problem};
use limits::Networks;
use store::problems::SHOP_READ_ONLY;
use store::{TenantRecord, TenantStatus};

use super::identify::{Asked, Visitor};
use super::shop::Shop;
use crate::access::{Access, Audience, authenticate, caller};
use crate::platform::Platform;
use crate::problems::{NETWORK_NOT_ALLOWED, NOT_IN_PLAN, SHOP_MOVED, SHOP_SUSPENDED};

/// Checks that they may pass.
pub(crate) fn admit(
    platform: &Platform,
    asked: Asked<'_>,
    visitor: Visitor,
    correlation: CorrelationId,
) -> Result<Shop, Problem> {
    let Asked { parts, access, .. } = asked;
    let Visitor { tenant, record, caller, ended } = visitor;
    let permitted = match caller::check(&caller, access) {
        Err(problem) if ended && problem.fault == Fault::Unauthenticated => {
            return Err(authenticate::session_ended());
        }
        checked => checked?,
    };
    caller::check_fresh(&caller, access, platform.cell().now())?;
    check_plan(&record, access)?;
    check_open(&record, &parts.method)?;
    Ok(Shop {
        tenant,
        record,
        caller,
        permitted,
        correlation,
        now: platform.cell().now(),
        if_none_match: parts.headers.get(IF_NONE_MATCH).cloned(),
    })
}

/// Staff and operators come from where they are expected, whatever they show.
pub(crate) fn check_network(platform: &Platform, visitor: &Visitor, address: IpAddr) -> Result<(), Problem> {
    let listed = &visitor.record.networks;
    let expected = match visitor.caller.audience {
        Audience::Staff => {
            let holds =
                |network: &String| network.parse::<Networks>().is_ok_and(|network| network.contains(address));
            listed.is_empty() || listed.iter().any(holds)
        }
        Audience::Operator => {
            let networks = &platform.settings().operator_networks;
            networks.is_empty() || networks.contains(address)
        }
        Audience::Customer | Audience::Anyone => true,
    };
    if expected {
        return Ok(());
    }
    let detail = format!(
        "You come from {address}, and {} may come from certain networks only. Come from one of them, or ask whoever runs the platform to add yours.",
        visitor.caller.audience.as_str()
    );
    Err(NETWORK_NOT_ALLOWED.says(detail))
}

/// Refuses what a shop that is closed, or on its way, does not do.
pub fn check_open(record: &TenantRecord, method: &Method) -> Result<(), Problem> {
    match record.status {
        TenantStatus::Active => Ok(()),
        TenantStatus::ReadOnly if method.is_safe() => Ok(()),
        TenantStatus::ReadOnly => Err(SHOP_READ_ONLY
            .says("This shop is being maintained: it can be read, but not changed. Try again in a moment.")
            .after(5)),
        TenantStatus::Arriving | TenantStatus::Departed => Err(SHOP_MOVED
            .says("This shop is being moved to another place. Ask again in a moment, by its own address.")
            .after(2)),
        TenantStatus::Suspended => {
            Err(SHOP_SUSPENDED.says("This shop is suspended. Its operator knows why.").after(3600))
        }
    }
}

/// What a shop's plan leaves out is nobody's there, whatever their role.
fn check_plan(record: &TenantRecord, access: &Access) -> Result<(), Problem> {
    let nouns = access.asks.iter().filter_map(|(_, permission)| permission.split_once(':'));
    let Some((noun, _)) = nouns.into_iter().find(|(noun, _)| record.without.iter().any(|off| off == noun))
    else {
        return Ok(());
    };
    let detail =
        format!("The plan of this shop does not have {noun:?}. Whoever runs the platform can add it.");
    Err(NOT_IN_PLAN.says(detail).with("feature", noun))
}
