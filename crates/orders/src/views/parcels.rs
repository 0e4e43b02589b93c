//! Parcels as they are shown, and the parcels whose carriers are still polled.

use kernel::{SubjectId, Timestamp, Word, args, boxed};
use serde::Serialize;
use serde_json::Value;
use store::{Failure, Tenant};
use utoipa::ToSchema;
use uuid::Uuid;

use super::acts::{ActKind, ActView};
use crate::OrderId;
use crate::order::ParcelState;

/// A parcel of an order, and what its carrier said of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ParcelView {
    pub id: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub carrier: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tracking_number: Option<String>,
    /// Absent when nobody can be asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<ParcelState>,
    #[schema(value_type = String, format = DateTime)]
    pub sent_at: Timestamp,
    pub milestones: Vec<MilestoneView>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct MilestoneView {
    /// By the carrier's clock.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// In the carrier's words; absent once the customer was erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// The parcels of an order, by what happened to it.
pub(crate) fn parcels(acts: &[ActView]) -> Result<Vec<ParcelView>, Failure> {
    let mut parcels: Vec<ParcelView> = Vec::new();
    for act in acts {
        let field = |name: &str| act.details.as_ref().and_then(|details| details.get(name));
        let text = |name: &str| field(name).and_then(Value::as_str).map(str::to_owned);
        let Some(id) = text("id").and_then(|id| id.parse::<Uuid>().ok()) else { continue };
        let state = text("state").map(|word| {
            ParcelState::named(&word).ok_or_else(|| Failure::Bug(format!("no parcel is {word}")))
        });
        match act.kind {
            ActKind::ParcelSent => parcels.push(ParcelView {
                id,
                carrier: text("carrier"),
                tracking_number: text("tracking_number"),
                state: state.transpose()?,
                sent_at: act.at,
                milestones: Vec::new(),
            }),
            ActKind::ParcelSeen => {
                let Some(parcel) = parcels.iter_mut().find(|parcel| parcel.id == id) else { continue };
                parcel.state = state.transpose()?.or(parcel.state);
                let at = text("seen_at").and_then(|at| at.parse().ok());
                parcel.milestones.extend(at.map(|at| MilestoneView { at, text: text("text") }));
            }
            _ => {}
        }
    }
    parcels.iter_mut().for_each(|parcel| parcel.milestones.sort_by_key(|milestone| milestone.at));
    Ok(parcels)
}

/// A parcel whose carrier is still asked where it is.
#[derive(Debug, Clone)]
pub struct Awaited {
    pub parcel: Uuid,
    pub order: OrderId,
    pub customer: SubjectId,
    pub carrier: Uuid,
    pub number: String,
    pub sent_at: Timestamp,
}

/// Parcels that have not arrived, from behind an id.
#[boxed]
pub async fn awaited(tenant: &Tenant, behind: Uuid, rows: usize) -> Result<Vec<Awaited>, Failure> {
    let rows = i64::try_from(rows).unwrap_or(i64::MAX);
    let sql = "select p.id, p.order_id, coalesce(o.guest_id, o.customer_id), p.carrier_id, p.number, p.sent_at from parcels_awaited p join orders o on o.id = p.order_id where p.id > $1 order by p.id limit $2";
    tenant
        .rows(sql, args![behind, rows], |row| {
            Ok(Awaited {
                parcel: row.get(0)?,
                order: OrderId(row.get(1)?),
                customer: SubjectId(row.get(2)?),
                carrier: row.get(3)?,
                number: row.get(4)?,
                sent_at: row.get(5)?,
            })
        })
        .await
}

#[boxed]
pub async fn any_awaited(tenant: &Tenant) -> Result<bool, Failure> {
    let found: Option<Uuid> =
        tenant.row("select id from parcels_awaited limit 1", Vec::new(), |row| row.get(0)).await?;
    Ok(found.is_some())
}
