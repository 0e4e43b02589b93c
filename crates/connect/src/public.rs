//! What partners and syncs tell everybody else. Where a partner answers, and what opens it, is the shop's own.

use edge::published::{About, Example};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::{Uuid, uuid};

use crate::Kind;
use crate::partners::partner::PartnerEvent;
use crate::syncs::intake::{IntakeEvent, Outcome};

edge::published! {
    /// With whom the shop works.
    pub enum PartnerTold of PartnerEvent, on PlatformEvents {
        /// A partner was set up or changed.
        Configured(PartnerConfigured) = ("partner.configured", 1),
        /// A partner was removed.
        Removed(PartnerRemoved) = ("partner.removed", 1),
    } = of_partner;
}

edge::published! {
    /// What the shop takes over from an ERP.
    pub enum SyncTold of IntakeEvent, on PlatformEvents {
        /// A sync with an ERP began.
        Began(SyncBegan) = ("sync.began", 1),
        /// A sync with an ERP ended.
        Ended(SyncEnded) = ("sync.ended", 1),
    } = of_intake;
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PartnerConfigured {
    pub partner_id: Uuid,
    pub kind: Kind,
    /// As people of the shop call it.
    pub name: String,
    pub enabled: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PartnerRemoved {
    pub partner_id: Uuid,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SyncBegan {
    pub sync_id: Uuid,
    pub partner_id: Uuid,
    /// Whether it reads everything, and not only what changed since the last one that was done.
    pub full: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SyncEnded {
    pub sync_id: Uuid,
    pub outcome: Outcome,
    /// What became of it, in a sentence.
    pub told: String,
}

fn of_partner(event: &PartnerEvent, about: &About) -> Option<PartnerTold> {
    let partner_id = about.id;
    Some(match event {
        PartnerEvent::Configured(configured) => PartnerTold::Configured(PartnerConfigured {
            partner_id,
            kind: configured.definition.kind,
            name: configured.definition.name.clone(),
            enabled: configured.definition.enabled,
        }),
        PartnerEvent::Removed(_) => PartnerTold::Removed(PartnerRemoved { partner_id }),
    })
}

/// All syncs with a partner are of one stream, so each event says which of them it is about.
fn of_intake(event: &IntakeEvent, _: &About) -> Option<SyncTold> {
    match event {
        IntakeEvent::Began(began) => Some(SyncTold::Began(SyncBegan {
            sync_id: began.sync.uuid(),
            partner_id: began.partner.uuid(),
            full: began.since.is_none(),
        })),
        IntakeEvent::Ended(ended) => Some(SyncTold::Ended(SyncEnded {
            sync_id: ended.sync.uuid(),
            outcome: ended.outcome,
            told: ended.told.clone(),
        })),
        IntakeEvent::Taken(_) => None,
    }
}

const PARTNER: Uuid = uuid!("01934620-8c9d-7eaf-b0c1-d2e3f4051775");
const SYNC: Uuid = uuid!("01934c20-9dae-7fb0-81d2-e3f405162886");

impl Example for PartnerConfigured {
    fn example() -> Self {
        Self { partner_id: PARTNER, kind: Kind::ErpSoap, name: "The books".into(), enabled: true }
    }
}

impl Example for PartnerRemoved {
    fn example() -> Self {
        Self { partner_id: PARTNER }
    }
}

impl Example for SyncBegan {
    fn example() -> Self {
        Self { sync_id: SYNC, partner_id: PARTNER, full: false }
    }
}

impl Example for SyncEnded {
    fn example() -> Self {
        let told = "12 rows came: 1 drafts were made, 9 counts were set, 0 are lower than what is promised to orders, 0 could not be taken.".into();
        Self { sync_id: SYNC, outcome: Outcome::Done, told }
    }
}
