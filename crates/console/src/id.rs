//! Ids as they are typed.

use uuid::Uuid;

pub fn id(text: &str) -> Result<Uuid, String> {
    text.parse()
        .map_err(|_| format!("{text:?} is no id. An id looks like 0198c0de-0000-7000-8000-000000000001."))
}
