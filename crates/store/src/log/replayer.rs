//! Folding a log again: events in, states and table writes out, exactly as they were the first time.

use std::collections::HashMap;

use kernel::{Envelope, Write};
use uuid::Uuid;

use crate::context::{AnyState, Context, Stream};
use crate::{Failure, privacy};

pub(crate) struct Replayer {
    contexts: &'static [Context],
    streams: HashMap<&'static str, Stream>,
    states: HashMap<Uuid, Folded>,
}

/// What a stream's events fold into.
pub(crate) struct Folded {
    pub(crate) stream: String,
    pub(crate) version: i64,
    /// The version at which it was last written down; 0 before it was.
    written: i64,
    state: Option<Box<dyn AnyState>>,
}

impl Folded {
    /// The state as it is stored, not sealed.
    pub(crate) fn encode(&self) -> String {
        self.state.as_ref().map(|state| state.encode()).unwrap_or_default()
    }
}

impl Replayer {
    pub(crate) fn new(contexts: &'static [Context]) -> Self {
        let streams = contexts
            .iter()
            .flat_map(|context| context.streams)
            .map(|stream| (stream.kind, *stream))
            .collect();
        Self { contexts, streams, states: HashMap::new() }
    }

    /// Takes in the next event, open; returns the version that it should have, and what its projector writes.
    pub(crate) fn apply(
        &mut self,
        position: i64,
        event: &Envelope<String>,
    ) -> Result<(i64, Vec<Write>), Failure> {
        let Some(stream) = self.streams.get(event.stream.as_ref()) else {
            return Err(Failure::Unusable(format!(
                "Position {position} belongs to a {:?}, which no context of this binary knows. Use a newer one.",
                event.stream
            )));
        };
        let folded = self.states.entry(event.stream_id).or_insert_with(|| Folded {
            stream: event.stream.clone().into_owned(),
            version: 0,
            written: 0,
            state: None,
        });
        folded.version += 1;
        let (after, mut writes) = (stream.replay)(folded.state.take(), event).map_err(|error| {
            Failure::Unusable(format!("Position {position} cannot be replayed: {error}."))
        })?;
        folded.state = Some(after);
        if let Some(subject) = privacy::erased(event) {
            writes.extend(privacy::forget(self.contexts, subject));
        }
        Ok((folded.version, writes))
    }

    /// The states that changed since they were last asked for, each with its version at that time.
    pub(crate) fn changed(&mut self) -> impl Iterator<Item = (Uuid, i64, &Folded)> {
        self.states.iter_mut().filter(|(_, folded)| folded.written != folded.version).map(|(id, folded)| {
            let before = std::mem::replace(&mut folded.written, folded.version);
            (*id, before, &*folded)
        })
    }
}
