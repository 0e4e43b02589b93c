use std::time::SystemTime;

use kernel::{
    Actor, Aggregate, CorrelationId, Decide, Envelope, Fault, Personal, Problem, Projector, SubjectId,
    Timestamp, Write, args,
};
use serde::{Deserialize, Serialize};
use store::{Asked, Context, Migration, Once, Reply, Stream, Work};
use uuid::Uuid;

pub const CONTEXTS: &[Context] = &[
    Context {
        name: "jars",
        migrations: &[Migration {
            number: 1,
            name: "0001_jars",
            sql: "create table jars (
  id uuid not null,
  coins bigint not null,
  label text,
  person uuid,
  owner text,
  primary key (id),
  check (coins >= 0)
);
create table drops (
  jar uuid not null,
  number bigint not null,
  coins bigint not null,
  primary key (jar, number),
  foreign key (jar) references jars (id)
);
create index drops_by_size on drops (coins);
",
        }],
        streams: &[Stream::of::<Jar>()],
        people: store::People {
            by_email: &[],
            also: &[],
            forget: |person| vec![Write::any("update jars set owner = '' where person = $1", args![person])],
        },
        form: 0,
    },
    store::privacy::CONTEXT,
];

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Jar {
    pub coins: i64,
    pub owner: Option<Personal<String>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Opened {
    pub label: Option<String>,
    pub owner: Option<Personal<String>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dropped {
    pub coins: i64,
}

kernel::events! {
    pub enum JarEvent {
        Opened(Opened) = ("jar.opened", 1),
        Dropped(Dropped) = ("jar.dropped", 1),
    }
}

impl Aggregate for Jar {
    const KIND: &'static str = "jar";
    type Event = JarEvent;

    fn apply(&mut self, event: &JarEvent) {
        match event {
            JarEvent::Opened(opened) => self.owner = opened.owner.clone(),
            JarEvent::Dropped(dropped) => self.coins += dropped.coins,
        }
    }
}

pub struct Open(pub Option<String>, pub Option<Personal<String>>);
pub struct Drop(pub i64);

impl Decide<Open> for Jar {
    type Refusal = Problem;

    fn decide(&self, command: &Open, _now: Timestamp) -> Result<Vec<JarEvent>, Problem> {
        Ok(vec![Opened { label: command.0.clone(), owner: command.1.clone() }.into()])
    }
}

/// A jar refuses to owe coins, except for 13: that one slips past the decision and is caught by the table.
impl Decide<Drop> for Jar {
    type Refusal = Problem;

    fn decide(&self, command: &Drop, _now: Timestamp) -> Result<Vec<JarEvent>, Problem> {
        if self.coins + command.0 < 0 && command.0 != -13 {
            return Err(Problem::new(
                Fault::Conflict,
                "jar_empty",
                "Jar empty",
                "There is not so much in the jar.",
            ));
        }
        Ok(vec![Dropped { coins: command.0 }.into()])
    }
}

impl Projector for Jar {
    fn project(event: &Envelope<&JarEvent>) -> Vec<Write> {
        let id = event.stream_id;
        match event.data {
            JarEvent::Opened(opened) => vec![Write::one(
                "insert into jars (id, label, person, owner, coins) values ($1, $2, $3, $4, 0)",
                args![
                    id,
                    opened.label.clone(),
                    opened.owner.as_ref().map(Personal::subject),
                    opened.owner.as_ref().map(|owner| owner.text().to_owned())
                ],
            )],
            JarEvent::Dropped(dropped) => vec![
                // The second argument comes first in the text: binding by order of appearance would swap them.
                Write::one("update jars set coins = coins + $2 where id = $1", args![id, dropped.coins]),
                Write::one(
                    "insert into drops (jar, number, coins) values ($1, $2, $3)",
                    args![id, event.version, dropped.coins],
                ),
            ],
        }
    }
}

pub fn now() -> Timestamp {
    #[expect(clippy::disallowed_methods, reason = "a test is its own clock")]
    Timestamp::from(SystemTime::now())
}

pub fn asked() -> Asked {
    Asked::by(Actor::system(), CorrelationId::new(), now())
}

pub fn asked_once(key: &str, body: &str) -> Asked {
    Asked { once: Some(Once { key: key.into(), fingerprint: body.as_bytes().to_vec() }), ..asked() }
}

pub fn open_jar(id: Uuid) -> Work {
    Work::over::<Jar>([id]).decide(move |desk| {
        desk.ask::<Jar, _>(id, &Open(Some("blue".into()), None))?;
        Ok(Reply::json(201, &id).version(desk.version::<Jar>(id)))
    })
}

/// A jar that belongs to someone.
pub fn open_owned(id: Uuid, owner: SubjectId, name: &str) -> Work {
    let owned = Personal::new(owner, name.to_owned());
    Work::over::<Jar>([id]).about([owner]).decide(move |desk| {
        desk.ask::<Jar, _>(id, &Open(None, Some(owned.clone())))?;
        let name = desk.get::<Jar>(id)?.owner.as_ref().map(|owner| owner.text().to_owned());
        Ok(Reply::json(201, &serde_json::json!({ "id": id, "owner": name })))
    })
}

pub fn drop_coins(id: Uuid, coins: i64) -> Work {
    Work::over::<Jar>([id]).decide(move |desk| {
        desk.get::<Jar>(id)?;
        desk.ask::<Jar, _>(id, &Drop(coins))?;
        Ok(Reply::json(200, &desk.get::<Jar>(id)?.coins))
    })
}

/// Coins from one jar to another: two streams in one unit of work.
pub fn move_coins(from: Uuid, to: Uuid, coins: i64) -> Work {
    Work::over::<Jar>([from, to]).decide(move |desk| {
        desk.ask::<Jar, _>(to, &Drop(coins))?;
        desk.ask::<Jar, _>(from, &Drop(-coins))?;
        Ok(Reply::json(200, &coins))
    })
}
