//! What happened: an event, and the envelope it travels in.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use strum::{EnumString, IntoStaticStr, VariantArray};
use uuid::Uuid;

use crate::{CorrelationId, EventId, TenantId, Timestamp, Word};

/// Which stream an event belongs to: the noun and the one it happened to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StreamId {
    pub kind: &'static str,
    pub id: Uuid,
}

/// On whose behalf something is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    pub kind: ActorKind,
    pub id: Uuid,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[derive(IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum ActorKind {
    Anonymous,
    Customer,
    Staff,
    Operator,
    Service,
    /// The platform itself: demo data, scheduled work.
    System,
}

impl Actor {
    pub fn anonymous() -> Self {
        Self { kind: ActorKind::Anonymous, id: Uuid::nil() }
    }

    pub fn system() -> Self {
        Self { kind: ActorKind::System, id: Uuid::nil() }
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind.as_str(), self.id)
    }
}

/// An event in its envelope. `E` is the typed event, or the JSON text of one that nobody has decoded yet.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Envelope<E> {
    pub id: EventId,
    pub tenant: TenantId,
    /// The noun of the stream: `order`.
    pub stream: Cow<'static, str>,
    pub stream_id: Uuid,
    /// The event's place in its stream, from 1.
    pub version: i64,
    /// What happened: `order.placed`.
    pub kind: Cow<'static, str>,
    /// Which version of that kind's schema the data is written in.
    pub schema: i32,
    pub actor: Actor,
    pub correlation: CorrelationId,
    pub causation: Option<EventId>,
    /// When it happened.
    pub at: Timestamp,
    /// When it was written down.
    pub recorded: Timestamp,
    pub data: E,
}

impl<E> Envelope<E> {
    /// The same envelope around something else.
    pub fn with<T>(&self, data: T) -> Envelope<T> {
        Envelope {
            id: self.id,
            tenant: self.tenant,
            stream: self.stream.clone(),
            stream_id: self.stream_id,
            version: self.version,
            kind: self.kind.clone(),
            schema: self.schema,
            actor: self.actor.clone(),
            correlation: self.correlation,
            causation: self.causation,
            at: self.at,
            recorded: self.recorded,
            data,
        }
    }
}

/// An enum of the events of one aggregate; made with [`events!`](crate::events).
pub trait Event: Sized {
    /// Every kind that this enum can write, with the schema version that it writes today.
    const KINDS: &'static [(&'static str, i32)];

    fn kind(&self) -> &'static str;
    fn schema(&self) -> i32;
    fn encode(&self) -> String;

    /// Reads an event of any schema version up to today's.
    fn decode(kind: &str, schema: i32, data: &str) -> Result<Self, DecodeError>;
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DecodeError {
    UnknownKind(String),
    /// Written by a newer binary than this one.
    NewerSchema {
        kind: String,
        found: i32,
        known: i32,
    },
    Malformed {
        kind: String,
        why: String,
    },
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownKind(kind) => {
                write!(f, "no context knows the event kind {kind:?}; was it written by a newer binary?")
            }
            Self::NewerSchema { kind, found, known } => {
                write!(
                    f,
                    "{kind} is written in schema {found}, this binary knows up to {known}; start a newer binary"
                )
            }
            Self::Malformed { kind, why } => write!(f, "{kind} cannot be read: {why}"),
        }
    }
}

impl std::error::Error for DecodeError {}

/// Brings the data of an event one schema version up: `(kind, schema it is in, data) -> data in schema + 1`.
pub type Upcast = fn(&str, i32, Value) -> Value;

/// For `events!`: reads `data`, bringing it up from the schema it was written in.
pub fn decode_data<T: for<'de> Deserialize<'de>>(
    kind: &str,
    schema: i32,
    known: i32,
    data: &str,
    upcast: Option<Upcast>,
) -> Result<T, DecodeError> {
    serde_json::from_str(&in_todays_schema(kind, schema, known, data, upcast)?)
        .map_err(|error| malformed(kind, &error))
}

fn in_todays_schema<'a>(
    kind: &str,
    schema: i32,
    known: i32,
    data: &'a str,
    upcast: Option<Upcast>,
) -> Result<Cow<'a, str>, DecodeError> {
    if schema == known {
        return Ok(Cow::Borrowed(data));
    }
    let Some(upcast) = upcast.filter(|_| schema < known) else {
        return Err(DecodeError::NewerSchema { kind: kind.to_owned(), found: schema, known });
    };
    let old: Value = serde_json::from_str(data).map_err(|error| malformed(kind, &error))?;
    Ok(Cow::Owned((schema..known).fold(old, |value, version| upcast(kind, version, value)).to_string()))
}

fn malformed(kind: &str, error: &serde_json::Error) -> DecodeError {
    DecodeError::Malformed { kind: kind.to_owned(), why: error.to_string() }
}

/// Declares the events of one aggregate.
///
/// ```
/// # use serde::{Serialize, Deserialize};
/// #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
/// pub struct Opened { pub name: String }
/// kernel::events! {
///     pub enum DoorEvent {
///         Opened(Opened) = ("door.opened", 1),
///     }
/// }
/// ```
/// An event whose schema has grown names the function that brings older data up: `} upcast = up;`
#[macro_export]
macro_rules! events {
    ($(#[$doc:meta])* pub enum $name:ident {
        $($variant:ident($data:ty) = ($kind:literal, $schema:literal),)+
    } $(upcast = $upcast:path;)?) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq)]
        pub enum $name { $($variant($data),)+ }

        impl $crate::Event for $name {
            const KINDS: &'static [(&'static str, i32)] = &[$(($kind, $schema)),+];

            fn kind(&self) -> &'static str {
                match self { $(Self::$variant(_) => $kind,)+ }
            }

            fn schema(&self) -> i32 {
                match self { $(Self::$variant(_) => $schema,)+ }
            }

            fn encode(&self) -> String {
                match self { $(Self::$variant(data) => $crate::event::encode_data(data),)+ }
            }

            fn decode(kind: &str, schema: i32, data: &str) -> Result<Self, $crate::DecodeError> {
                let upcasts: &[$crate::event::Upcast] = &[$($upcast)?];
                let upcast = upcasts.first().copied();
                match kind {
                    $($kind => $crate::event::decode_data(kind, schema, $schema, data, upcast).map(Self::$variant),)+
                    other => Err($crate::DecodeError::UnknownKind(other.to_owned())),
                }
            }
        }

        $(impl From<$data> for $name {
            fn from(data: $data) -> Self { Self::$variant(data) }
        })+
    };
}

/// For `events!`: the JSON text of an event's data.
pub fn encode_data<T: Serialize>(data: &T) -> String {
    serde_json::to_string(data).expect("an event's data has string keys and no failing serializers")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    pub struct Renamed {
        given: String,
        family: String,
    }

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    pub struct Left {}

    events! {
        pub enum MemberEvent {
            Renamed(Renamed) = ("member.renamed", 3),
            Left(Left) = ("member.left", 1),
        }
        upcast = up;
    }

    /// v1 had one `name`; v2 split it into `first` and `last`; v3 calls them `given` and `family`.
    fn up(kind: &str, schema: i32, data: Value) -> Value {
        match (kind, schema) {
            ("member.renamed", 1) => {
                let name = data["name"].as_str().unwrap_or_default();
                let (first, last) = name.split_once(' ').unwrap_or((name, ""));
                json!({ "first": first, "last": last })
            }
            ("member.renamed", 2) => json!({ "given": data["first"], "family": data["last"] }),
            _ => data,
        }
    }

    #[test]
    fn an_event_reads_back_what_it_wrote() {
        let event = MemberEvent::from(Renamed { given: "Ada".into(), family: "Lovelace".into() });
        assert_eq!(MemberEvent::decode(event.kind(), event.schema(), &event.encode()).unwrap(), event);
    }

    #[test]
    fn an_event_of_the_first_schema_is_brought_up_through_every_version() {
        let event = MemberEvent::decode("member.renamed", 1, r#"{"name":"Ada Lovelace"}"#).unwrap();
        assert_eq!(event, Renamed { given: "Ada".into(), family: "Lovelace".into() }.into());
    }

    #[test]
    fn an_event_from_a_newer_binary_is_refused_by_name() {
        let error = MemberEvent::decode("member.left", 2, "{}").unwrap_err();
        assert_eq!(error, DecodeError::NewerSchema { kind: "member.left".into(), found: 2, known: 1 });
        assert!(error.to_string().contains("start a newer binary"));
    }

    #[test]
    fn an_event_of_no_known_kind_is_refused() {
        assert!(matches!(MemberEvent::decode("member.flew", 1, "{}"), Err(DecodeError::UnknownKind(_))));
    }
}
