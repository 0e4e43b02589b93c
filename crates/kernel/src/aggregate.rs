//! The thing that decides, and the two pure functions around it.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Envelope, Event, Timestamp, Write};

/// The state that a stream of events folds into.
pub trait Aggregate: Clone + Default + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The noun: `order`.
    const KIND: &'static str;

    type Event: Event + Clone + Send + Sync + 'static;

    /// Takes in what happened. Total: an event is a fact, and a fact cannot be refused.
    fn apply(&mut self, event: &Self::Event);
}

/// What an aggregate says to one command: events, or a refusal. No clock, no I/O, no await.
pub trait Decide<Command>: Aggregate {
    type Refusal;

    fn decide(&self, command: &Command, now: Timestamp) -> Result<Vec<Self::Event>, Self::Refusal>;
}

/// Events in, table writes out. It sees nothing but the event, so a replay writes the same rows.
pub trait Projector: Aggregate {
    /// None when its state is all that anyone asks for.
    fn project(_event: &Envelope<&Self::Event>) -> Vec<Write> {
        Vec::new()
    }
}

/// `given([events]).when(&command)` for the tests of a decision.
pub fn given<A: Aggregate>(events: impl IntoIterator<Item = A::Event>) -> Given<A> {
    let mut state = A::default();
    for event in events {
        state.apply(&event);
    }
    Given(state)
}

pub struct Given<A>(pub A);

impl<A: Aggregate> Given<A> {
    pub fn when<C>(&self, command: &C, now: Timestamp) -> Result<Vec<A::Event>, A::Refusal>
    where
        A: Decide<C>,
    {
        self.0.decide(command, now)
    }
}
