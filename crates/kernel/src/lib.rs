//! The words that every other crate is written in.
//!
//! **Vocabulary.** An *event* is something that happened, in the past tense, and never changes. A *stream* is
//! everything that happened to one thing; an *aggregate* is the state that a stream folds into, and it *decides*:
//! command in, events out, or a *refusal*. A *write* is one row change as data. A *problem* is how the system says
//! no, to a person and to a machine at once.
//!
//! **Invariants.** Nothing here does I/O, asks the clock, or draws a random number except to make an id. Money has
//! no floating point. A `Personal` value prints as `***`.
//!
//! **Deliberately absent.** HTTP, SQL dialects, async, tenants' data. The kernel compiles in seconds; keep it so.

pub mod aggregate;
pub mod email;
pub mod event;
pub mod formula;
pub mod id;
pub mod money;
pub mod percentage;
pub mod personal;
pub mod problem;
pub mod refusals;
pub mod reservation;
pub mod time;
pub mod word;
pub mod write;

pub use boxed::boxed;

pub use aggregate::{Aggregate, Decide, Projector};
pub use email::is_email;
pub use event::{Actor, ActorKind, DecodeError, Envelope, Event, StreamId};
pub use id::{CorrelationId, EventId, SubjectId, TenantId};
pub use money::{Currency, Money, MoneyError};
pub use percentage::Percentage;
pub use personal::Personal;
pub use problem::{Check, Doubts, Fault, FieldProblem, Problem, ProblemDoc, within};
pub use reservation::Reservation;
pub use time::Timestamp;
pub use word::Word;
pub use write::{Arg, ArgKind, AsArg, Rows, Write};
