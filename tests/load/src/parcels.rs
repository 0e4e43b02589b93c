//! A context with one aggregate that says of a person what an order does: in clear, or sealed.

use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};

use kernel::{
    Actor, Aggregate, CorrelationId, Decide, Envelope, Personal, Problem, Projector, SubjectId, Timestamp,
    Write, args,
};
use serde::{Deserialize, Serialize};
use store::log::Recorded;
use store::relay::{Effect, Handled, Subscriber, Wants};
use store::{Asked, Context, Migration, Once, People, Reply, Stream, Tenant, Work};
use uuid::Uuid;

pub const CONTEXTS: &[Context] = &[Context {
    name: "bench",
    migrations: &[Migration {
        number: 1,
        name: "0001_notes",
        sql: "create table notes (
  id uuid not null,
  name text not null,
  email text not null,
  details text not null,
  primary key (id)
);
",
    }],
    streams: &[Stream::of::<Note>()],
    people: People::NOBODY,
    form: 0,
}];

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Note {
    written: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plain {
    person: Person,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sealed {
    person: Personal<Person>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Person {
    name: String,
    email: String,
    index: Uuid,
    address: Address,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Address {
    line1: String,
    city: String,
    postal_code: String,
    country: String,
}

kernel::events! {
    pub enum NoteEvent {
        Plain(Plain) = ("note.plain", 1),
        Sealed(Sealed) = ("note.sealed", 1),
    }
}

impl Aggregate for Note {
    const KIND: &'static str = "note";
    type Event = NoteEvent;

    fn apply(&mut self, _: &NoteEvent) {
        self.written = true;
    }
}

struct Put(NoteEvent);

impl Decide<Put> for Note {
    type Refusal = Problem;

    fn decide(&self, command: &Put, _: Timestamp) -> Result<Vec<NoteEvent>, Problem> {
        Ok(vec![command.0.clone()])
    }
}

impl Projector for Note {
    fn project(event: &Envelope<&NoteEvent>) -> Vec<Write> {
        let person = match event.data {
            NoteEvent::Plain(plain) => Some(&plain.person),
            NoteEvent::Sealed(sealed) => sealed.person.reveal(),
        };
        let (name, email) =
            person.map(|person| (person.name.clone(), person.email.clone())).unwrap_or_default();
        let details = serde_json::to_string(&person.map(|person| &person.address)).unwrap();
        vec![Write::one(
            "insert into notes (id, name, email, details) values ($1, $2, $3, $4)",
            args![event.stream_id, name, email, details],
        )]
    }
}

fn address() -> Address {
    Address {
        line1: "12 Sunday's Well Road".into(),
        city: "Cork".into(),
        postal_code: "T23 F1K2".into(),
        country: "IE".into(),
    }
}

fn ada(index: Uuid) -> Person {
    Person { name: "Ada Lovelace".into(), email: "ada@example.com".into(), index, address: address() }
}

/// About as long as what an order is answered with.
fn reply(id: Uuid) -> Reply {
    let line = serde_json::json!({ "variant_id": id, "product_id": id, "sku": "P1", "title": "Product 1", "quantity": 1, "unit_price": 1999, "total": 1999 });
    Reply::json(
        201,
        &serde_json::json!({ "id": id, "customer": { "name": "Ada Lovelace", "email": "ada@example.com" }, "shipping_address": address(), "lines": [line, line], "history": [id] }),
    )
}

pub fn note_plain(id: Uuid) -> Work {
    Work::over::<Note>([id]).decide(move |desk| {
        let index = desk.blind("email", "ada@example.com");
        desk.ask::<Note, _>(id, &Put(Plain { person: ada(index) }.into()))?;
        Ok(reply(id))
    })
}

pub fn note_sealed(id: Uuid) -> Work {
    let subject = SubjectId(id);
    Work::over::<Note>([id]).about([subject]).decide(move |desk| {
        let index = desk.blind("email", "ada@example.com");
        let sealed = Sealed { person: Personal::new(subject, ada(index)) };
        desk.ask::<Note, _>(id, &Put(sealed.into()))?;
        Ok(reply(id))
    })
}

/// Under a key of its own, as every order is.
pub fn asked(id: Uuid) -> Asked {
    let mut asked = Asked::by(Actor::system(), CorrelationId::new(), galleria::clock::now());
    asked.once = Some(Once { key: id.to_string(), fingerprint: id.as_bytes().repeat(2) });
    asked
}

/// Notes how long each event took from being written down to being handed over.
#[derive(Default)]
pub struct Watch {
    last: AtomicI64,
    lags: Mutex<Vec<u64>>,
}

impl Watch {
    pub fn seen(&self) -> i64 {
        self.last.load(Ordering::Relaxed)
    }

    pub fn forget(&self) {
        self.lags.lock().unwrap().clear();
    }

    /// In milliseconds.
    pub fn percentile(&self, percent: f64) -> f64 {
        let mut lags = self.lags.lock().unwrap();
        lags.sort_unstable();
        let at = (lags.len() as f64 * percent / 100.0) as usize;
        lags.get(at.min(lags.len().saturating_sub(1))).copied().unwrap_or(0) as f64 / 1000.0
    }
}

impl Subscriber for Watch {
    fn name(&self) -> &'static str {
        "watch"
    }

    fn wants(&self) -> Wants {
        Wants::Everything
    }

    fn handle<'a>(&'a self, _: &'a Tenant, event: &'a Recorded) -> Handled<'a> {
        let lag = galleria::clock::now().since(event.event.recorded);
        self.lags.lock().unwrap().push(u64::try_from(lag.as_micros()).unwrap_or(u64::MAX));
        self.last.store(event.position, Ordering::Relaxed);
        Box::pin(std::future::ready(Ok(Effect::Done)))
    }
}
