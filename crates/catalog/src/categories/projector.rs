//! Writes the table of categories.

use kernel::{Envelope, Projector, Write, args};

use super::category::{Category, Changed, Made, Removed, Tree, TreeEvent};

impl Projector for Tree {
    fn project(event: &Envelope<&TreeEvent>) -> Vec<Write> {
        let text = |category: &Category| {
            serde_json::to_string(category).expect("a category has string keys and no failing serializers")
        };
        let write = match event.data {
            TreeEvent::Made(Made { id, category }) => Write::one(
                "insert into categories (id, version, handle, parent_id, position, title, content) values ($1, 1, $2, $3, $4, $5, $6)",
                args![
                    *id,
                    &category.handle,
                    category.parent,
                    category.position,
                    &category.title,
                    text(category)
                ],
            ),
            TreeEvent::Changed(Changed { id, category, version }) => Write::one(
                "update categories set version = $2, handle = $3, parent_id = $4, position = $5, title = $6, content = $7 where id = $1",
                args![
                    *id,
                    *version,
                    &category.handle,
                    category.parent,
                    category.position,
                    &category.title,
                    text(category)
                ],
            ),
            TreeEvent::Removed(Removed { id }) => {
                Write::one("delete from categories where id = $1", args![*id])
            }
        };
        vec![write]
    }
}
