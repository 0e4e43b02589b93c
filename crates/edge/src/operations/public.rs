//! What the platform itself tells everybody else.

use kernel::{SubjectId, Timestamp};
use serde::Serialize;
use store::privacy::SubjectEvent;
use utoipa::ToSchema;
use uuid::{Uuid, uuid};

use crate::published::{About, Example};

crate::published! {
    /// What was done about a person's rights.
    pub enum SubjectTold of SubjectEvent, on GdprEvents {
        /// A person was erased; whoever keeps something of theirs forgets it, too.
        Erased(SubjectErased) = ("subject.erased", 1),
    } = of_subject;
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SubjectErased {
    /// An account, an organisation, or somebody who ordered as a guest.
    pub subject_id: Uuid,
    #[schema(value_type = String, format = DateTime)]
    pub erased_at: Timestamp,
}

fn of_subject(event: &SubjectEvent, about: &About) -> Option<SubjectTold> {
    let SubjectEvent::Erased(erased) = event;
    let subject_id = erased.subject.map_or(about.id, SubjectId::uuid);
    Some(SubjectTold::Erased(SubjectErased { subject_id, erased_at: erased.at }))
}

impl Example for SubjectErased {
    fn example() -> Self {
        Self {
            subject_id: uuid!("01934a00-1f2e-7c3d-8b4a-2e5f7a9c1d54"),
            // 2026-05-03T14:00:00Z
            erased_at: Timestamp::from_micros(1_777_816_800_000_000),
        }
    }
}
