//! What modules tell everybody else of what happened: other modules, and later programs outside.
//!
//! The log is a module's own: its events say what the module needs to decide, and change with it. A *public event* is a
//! promise: it has a kind, a version, a schema that only grows, and an example. A module makes them from its own, purely
//! ([`Publishes::of`]), and nobody else reads its log.

use std::collections::BTreeMap;

use kernel::{DecodeError, Envelope, Event, Personal, Problem};
use serde::Serialize;
use serde_json::{Value, json};
use strum::{EnumString, IntoStaticStr, VariantArray};
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, Schema};
use uuid::Uuid;

/// What a module publishes of one kind of its streams.
#[derive(Debug, Clone, Copy)]
pub struct Publishes {
    pub events: &'static [PublicEvent],
    /// What is told of an event of the log; nothing, of one that concerns nobody else.
    pub told: fn(&Envelope<String>) -> Result<Option<Told>, Problem>,
}

impl Publishes {
    pub const fn of<P: Publish>() -> Self {
        Self { events: P::EVENTS, told: told::<P> }
    }
}

/// A kind of public events.
#[derive(Debug, Clone, Copy)]
pub struct PublicEvent {
    pub kind: &'static str,
    /// It is one more when a schema changes otherwise than by an addition; the one before is told as well, for a time.
    pub version: u32,
    /// Under which it is sent to those who ask for whole topics.
    pub topic: Topic,
    /// What it says, as a sentence.
    pub says: &'static str,
    schemas: fn() -> Schemas,
    example: fn() -> Value,
}

/// The topics of the platform's bus.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
#[derive(IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub enum Topic {
    CatalogEvents,
    CustomerEvents,
    GdprEvents,
    NotificationEvents,
    OrderEvents,
    PaymentEvents,
    PlatformEvents,
}

impl Topic {
    /// What it is about, as a sentence.
    pub fn says(self) -> &'static str {
        match self {
            Self::CatalogEvents => "Products, prices, stock, and what is kept of them.",
            Self::CustomerEvents => "Accounts, organisations, and who belongs to them.",
            Self::GdprEvents => "What was done about people's rights, such as erasing them.",
            Self::NotificationEvents => "What somebody is to be told.",
            Self::OrderEvents => "Carts and orders, and what becomes of them.",
            Self::PaymentEvents => "What was asked of payers, and what came in and went back.",
            Self::PlatformEvents => "The shop itself: its addresses, partners, files, and long tasks.",
        }
    }
}

/// A public event, with what it says as anybody can read it.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    pub kind: &'static str,
    pub version: u32,
    pub data: Value,
}

type Schemas = Vec<(String, RefOr<Schema>)>;

impl PublicEvent {
    /// For `published!`.
    pub const fn of<T: Example + ToSchema + Serialize>(
        (kind, version): (&'static str, u32),
        topic: Topic,
        says: &'static str,
    ) -> Self {
        Self { kind, version, topic, says, schemas: schemas::<T>, example: example::<T> }
    }

    /// The name of its schema among all: what it is called, and its version.
    pub fn name(&self) -> String {
        format!("{}.v{}", self.kind, self.version)
    }

    pub fn example(&self) -> Value {
        (self.example)()
    }

    /// What it says, as a JSON Schema that stands by itself: what it refers to is under `$defs`.
    pub fn schema(&self) -> Value {
        let mut all = (self.schemas)().into_iter().map(|(name, schema)| {
            let schema = json!(schema);
            match name.starts_with(THEIRS) {
                true => (name, json!({ "x-personal": true, "oneOf": [schema, { "type": "null" }] })),
                false => (name, schema),
            }
        });
        let (_, mut own) = all.next().unwrap_or_default();
        let defs: BTreeMap<String, Value> = all.collect();
        if !defs.is_empty() {
            own["$defs"] = json!(defs);
        }
        refer(&mut own, &|place| place.replace("#/components/schemas/", "#/$defs/"));
        leave_open(&mut own);
        own["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
        own
    }

    /// Where in it somebody's personal data is, which is null once they were erased: `/customer/email`.
    pub fn personal(&self) -> Vec<String> {
        let schema = self.schema();
        let mut found = Vec::new();
        find_personal(&schema, &schema, String::new(), &mut found);
        found.sort();
        found.dedup();
        found
    }
}

/// Where its schema is read.
pub(crate) fn schema_path(event: &PublicEvent) -> String {
    format!("/events/{}/v{}", event.kind, event.version)
}

/// Changes where a schema finds others.
pub(crate) fn refer(schema: &mut Value, change: &dyn Fn(&str) -> String) {
    match schema {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value.as_str().filter(|_| name == "$ref") {
                    Some(place) => *value = json!(change(place)),
                    None => refer(value, change),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| refer(item, change)),
        _ => {}
    }
}

/// What is refused of those who ask is no promise to those who are told: fields may be added.
fn leave_open(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            if fields.get("additionalProperties") == Some(&Value::Bool(false)) {
                fields.remove("additionalProperties");
            }
            // What was taken once may be outside the limits of today.
            for limit in ["pattern", "minLength", "maxLength", "minItems", "maxItems", "x-write"] {
                fields.remove(limit);
            }
            fields.values_mut().for_each(leave_open);
        }
        Value::Array(items) => items.iter_mut().for_each(leave_open),
        _ => {}
    }
}

fn schemas<T: ToSchema>() -> Schemas {
    let mut all = vec![(T::name().into_owned(), T::schema())];
    T::schemas(&mut all);
    all
}

fn example<T: Example + Serialize>() -> Value {
    serde_json::to_value(T::example()).unwrap_or_default()
}

fn find_personal(whole: &Value, schema: &Value, at: String, found: &mut Vec<String>) {
    if let Some(there) =
        schema["$ref"].as_str().and_then(|place| whole.pointer(place.trim_start_matches('#')))
    {
        return find_personal(whole, there, at, found);
    }
    if schema["x-personal"] == true {
        found.push(at);
        return;
    }
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        find_personal(whole, field, format!("{at}/{name}"), found);
    }
    if schema["items"].is_object() {
        find_personal(whole, &schema["items"], format!("{at}/*"), found);
    }
    for some in ["oneOf", "anyOf", "allOf"] {
        for one in schema[some].as_array().into_iter().flatten() {
            find_personal(whole, one, at.clone(), found);
        }
    }
}

/// What a public event says when it is shown to somebody who has not seen one.
pub trait Example {
    fn example() -> Self;
}

/// How the schemas of [`Theirs`] are called, whatever is in them.
const THEIRS: &str = "Theirs_";

/// What is known of a person; null once they were erased. The schema says that it is personal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(transparent)]
pub struct Theirs<T>(pub Option<T>);

impl<T> Theirs<T> {
    pub fn known(&self) -> Option<&T> {
        self.0.as_ref()
    }
}

impl<T: Clone> From<&Personal<T>> for Theirs<T> {
    fn from(personal: &Personal<T>) -> Self {
        Self(personal.reveal().cloned())
    }
}

impl<T: Clone> From<Option<&Personal<T>>> for Theirs<T> {
    fn from(personal: Option<&Personal<T>>) -> Self {
        Self(personal.and_then(Personal::reveal).cloned())
    }
}

/// What a module's own events say to everybody else.
pub trait Publish: Sized {
    /// Its own.
    type Own: Event;

    const EVENTS: &'static [PublicEvent];

    fn of(event: &Self::Own, about: &About) -> Option<Self>;

    fn told(&self) -> Told;
}

/// What is known of every event of the log.
#[derive(Debug, Clone, Copy)]
pub struct About {
    pub id: Uuid,
    pub at: kernel::Timestamp,
}

/// What an event of the log tells everybody else; nothing, when it is another module's.
pub fn published<P: Publish>(event: &Envelope<String>) -> Result<Option<P>, Problem> {
    let about = About { id: event.stream_id, at: event.at };
    match P::Own::decode(&event.kind, event.schema, &event.data) {
        Ok(own) => Ok(P::of(&own, &about)),
        Err(DecodeError::UnknownKind(_)) => Ok(None),
        Err(_) => Err(Problem::bug()),
    }
}

/// The same, as anybody can read it.
fn told<P: Publish>(event: &Envelope<String>) -> Result<Option<Told>, Problem> {
    Ok(published::<P>(event)?.map(|published| published.told()))
}

/// Declares public events: an enum of what they say, and how a module's own events become them.
#[macro_export]
macro_rules! published {
    ($(#[$doc:meta])* pub enum $name:ident of $own:ty, on $topic:ident {
        $($(#[doc = $says:literal])+ $variant:ident($data:ty) = ($kind:literal, $version:literal),)+
    } = $of:path;) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq)]
        pub enum $name { $($(#[doc = $says])+ $variant($data),)+ }

        impl $crate::published::Publish for $name {
            type Own = $own;

            const EVENTS: &'static [$crate::PublicEvent] = &[$(
                $crate::PublicEvent::of::<$data>(($kind, $version), $crate::Topic::$topic, concat!($($says),+)),
            )+];

            fn of(event: &$own, about: &$crate::published::About) -> Option<Self> {
                $of(event, about)
            }

            fn told(&self) -> $crate::published::Told {
                match self {
                    $(Self::$variant(data) => $crate::published::as_told(($kind, $version), data),)+
                }
            }
        }
    };
}

/// For `published!`.
pub fn as_told<T: Serialize>((kind, version): (&'static str, u32), data: &T) -> Told {
    Told { kind, version, data: serde_json::to_value(data).unwrap_or_default() }
}
