//! Events in, table writes out.

use kernel::{Envelope, Projector, Write, args};

use crate::theme::{Dressed, DressedEvent};

impl Projector for Dressed {
    fn project(event: &Envelope<&DressedEvent>) -> Vec<Write> {
        let DressedEvent::Set(set) = event.data;
        let theme =
            serde_json::to_string(&set.theme).expect("a theme has string keys and no failing serializers");
        let sql = match event.version {
            1 => "insert into themes (id, version, theme) values ($1, $2, $3)",
            _ => "update themes set version = $2, theme = $3 where id = $1",
        };
        vec![Write::one(sql, args![event.stream_id, event.version, theme])]
    }
}
