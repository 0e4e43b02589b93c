//! What a context brings to the store: its migrations and its streams.

use std::any::Any;

use kernel::{DecodeError, Envelope, Event, Projector, SubjectId, Write};

/// One bounded context, as data.
#[derive(Debug, Clone, Copy)]
pub struct Context {
    /// The name of its schema, where the database has schemas: `orders`.
    pub name: &'static str,
    pub migrations: &'static [Migration],
    pub streams: &'static [Stream],
    pub people: People,
    /// In which form its streams fold into states and tables. It is one more whenever what was written before folds into
    /// something else than it did, or into a table that is new; every tenant's log is then folded again.
    pub form: i64,
}

/// In which form these contexts fold: whenever one of them changes, it is a higher one.
pub(crate) fn form_of(contexts: &[Context]) -> i64 {
    contexts.iter().map(|context| context.form).sum()
}

/// What a context keeps of people: how they are found in it, and how they are forgotten. Each context says it, so that a
/// new one cannot keep somebody whom no erasure finds.
#[derive(Debug, Clone, Copy)]
pub struct People {
    /// Wherever an e-mail address is kept: what is kept there, as people call it, and the query that says whose it is, with
    /// `$1` for what `TenantKeys::blind("email", …)` makes of the address. A row of it is a person and how many of these
    /// are theirs.
    pub by_email: &'static [(&'static str, &'static str)],
    /// Who else a person is, by other ids: queries with `$1` for an id of theirs, of which each row is another. Whoever is
    /// erased is erased under these as well, in one commit. They are asked of the one who was named, and of nobody they name.
    pub also: &'static [&'static str],
    /// What takes a person out of this context's tables. Afterwards they read as if what is personal in the log had
    /// never been known, which is what a replay makes of it.
    pub forget: fn(SubjectId) -> Vec<Write>,
}

impl People {
    /// For a context that keeps nothing of anybody.
    pub const NOBODY: Self = Self { by_email: &[], also: &[], forget: |_| Vec::new() };
}

/// A step of a context's tables, forward only. Numbers count from 1 within the context.
///
/// The text is portable: no tenant, no schema, types `uuid`, `bigint`, `text`, `bytea`. `migrate` says what the engines
/// make of it.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    pub number: i64,
    pub name: &'static str,
    pub sql: &'static str,
}

impl Migration {
    /// Whether the step takes something away that the binary before it uses. Its file says so at the end of its name, and
    /// it is taken only when no such binary runs any more.
    pub fn contracts(&self) -> bool {
        self.name.ends_with("_contract")
    }
}

/// An aggregate with its type forgotten, for whoever replays a log.
#[derive(Debug, Clone, Copy)]
pub struct Stream {
    pub kind: &'static str,
    pub(crate) events: &'static [(&'static str, i32)],
    pub(crate) replay: Replay,
}

type Replay =
    fn(Option<Box<dyn AnyState>>, &Envelope<String>) -> Result<(Box<dyn AnyState>, Vec<Write>), DecodeError>;

impl Stream {
    pub const fn of<A: Projector>() -> Self {
        Self { kind: A::KIND, events: A::Event::KINDS, replay: replay::<A> }
    }

    /// The event kinds that this stream writes, with today's schema versions.
    pub fn kinds(&self) -> &'static [(&'static str, i32)] {
        self.events
    }
}

/// The macro for a context's list of migrations: `migrations!["0001_orders"]` reads `migrations/0001_orders.sql`.
#[macro_export]
macro_rules! migrations {
    ($($name:literal),* $(,)?) => {{
        const STEPS: &[$crate::Migration] = &$crate::context::numbered([$($crate::Migration {
            number: 0,
            name: $name,
            sql: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/", $name, ".sql")),
        }),*]);
        STEPS
    }};
}

/// For `migrations!`: numbers the steps from 1.
pub const fn numbered<const N: usize>(mut steps: [Migration; N]) -> [Migration; N] {
    let mut index = 0;
    while index < N {
        steps[index].number = index as i64 + 1;
        index += 1;
    }
    steps
}

/// A state whose type only its own stream knows.
pub(crate) trait AnyState: Any + Send {
    fn as_any_mut(&mut self) -> &mut dyn Any;
    fn copy(&self) -> Box<dyn AnyState>;
    fn encode(&self) -> String;
}

impl<A: kernel::Aggregate> AnyState for A {
    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }

    fn copy(&self) -> Box<dyn AnyState> {
        Box::new(self.clone())
    }

    fn encode(&self) -> String {
        serde_json::to_string(self).expect("an aggregate's state has string keys and no failing serializers")
    }
}

fn replay<A: Projector>(
    state: Option<Box<dyn AnyState>>,
    written: &Envelope<String>,
) -> Result<(Box<dyn AnyState>, Vec<Write>), DecodeError> {
    let event = A::Event::decode(&written.kind, written.schema, &written.data)?;
    let mut state = state.unwrap_or_else(|| Box::new(A::default()));
    let typed = state.as_any_mut().downcast_mut::<A>().expect("a stream's state has the type of its kind");
    typed.apply(&event);
    let writes = A::project(&written.with(&event));
    Ok((state, writes))
}
