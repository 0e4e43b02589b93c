//! What imports tell everybody else.

use edge::published::{About, Example};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::{Uuid, uuid};

use crate::imports::import::{ImportEvent, State};

edge::published! {
    /// What becomes of an import of products.
    pub enum ImportTold of ImportEvent, on PlatformEvents {
        /// An import began.
        Began(ImportBegan) = ("import.began", 1),
        /// An import ended.
        Ended(ImportEnded) = ("import.ended", 1),
    } = of_import;
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ImportBegan {
    pub import_id: Uuid,
    /// The file that holds the sheet.
    pub file_id: Uuid,
    /// Whether it only says what would happen.
    pub dry_run: bool,
    /// Whether products that are there are changed.
    pub update: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ImportEnded {
    pub import_id: Uuid,
    pub state: State,
    /// What became of it, in a sentence.
    pub told: String,
}

fn of_import(event: &ImportEvent, about: &About) -> Option<ImportTold> {
    let import_id = about.id;
    match event {
        ImportEvent::Began(began) => Some(ImportTold::Began(ImportBegan {
            import_id,
            file_id: began.plan.file,
            dry_run: began.plan.dry_run,
            update: began.plan.update,
        })),
        ImportEvent::Ended(ended) => {
            let (state, told) = (ended.state, ended.told.clone());
            Some(ImportTold::Ended(ImportEnded { import_id, state, told }))
        }
        ImportEvent::Checked(_) | ImportEvent::Advanced(_) => None,
    }
}

const IMPORT: Uuid = uuid!("01934c30-aebf-70c1-92e3-f40516273997");
const FILE: Uuid = uuid!("01934c10-6a7b-7c8d-9eaf-b0c1d2e3f553");

impl Example for ImportBegan {
    fn example() -> Self {
        Self { import_id: IMPORT, file_id: FILE, dry_run: false, update: true }
    }
}

impl Example for ImportEnded {
    fn example() -> Self {
        let told = "Of 40 rows 12 were added, 20 have changed something, 7 changed nothing, 1 were refused.";
        Self { import_id: IMPORT, state: State::Done, told: told.into() }
    }
}
