//! What files tell everybody else. What a file about a person is called is theirs.

use edge::published::{About, Example, Theirs};
use kernel::SubjectId;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::{Uuid, uuid};

use crate::file::{FileEvent, Reason, Words};

edge::published! {
    /// What becomes of a file.
    pub enum FileTold of FileEvent, on PlatformEvents {
        /// A file was stored.
        Stored(FileStored) = ("file.stored", 1),
        /// A file was removed.
        Removed(FileRemoved) = ("file.removed", 1),
    } = of_file;
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FileStored {
    pub file_id: Uuid,
    /// Null when it was given none.
    pub name: Theirs<String>,
    /// What it is by its own bytes.
    pub media_type: String,
    /// In bytes.
    pub size: i64,
    /// The person whom it is about, if it is about somebody.
    pub about_id: Option<Uuid>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FileRemoved {
    pub file_id: Uuid,
    #[schema(inline)]
    pub reason: Reason,
}

fn of_file(event: &FileEvent, about: &About) -> Option<FileTold> {
    let file_id = about.id;
    Some(match event {
        FileEvent::Stored(stored) => FileTold::Stored(FileStored {
            file_id,
            name: Theirs(stored.name.as_ref().and_then(Words::reveal).cloned()),
            media_type: stored.media_type.clone(),
            size: stored.size,
            about_id: stored.about.map(SubjectId::uuid),
        }),
        FileEvent::Removed(removed) => FileTold::Removed(FileRemoved { file_id, reason: removed.reason }),
    })
}

const FILE: Uuid = uuid!("01934c10-6a7b-7c8d-9eaf-b0c1d2e3f553");

impl Example for FileStored {
    fn example() -> Self {
        Self {
            file_id: FILE,
            name: Theirs(Some("mug.jpg".into())),
            media_type: "image/jpeg".into(),
            size: 184_320,
            about_id: None,
        }
    }
}

impl Example for FileRemoved {
    fn example() -> Self {
        Self { file_id: FILE, reason: Reason::Asked }
    }
}
