//! Which steps a database has not taken yet.

use std::collections::HashMap;

use crate::Failure;
use crate::context::{Context, Migration};

/// How far a database is with a context's steps.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Steps {
    pub(super) last: i64,
    /// The last step that took something away which older binaries use.
    pub(super) contracted: i64,
}

/// Steps by context, as a database remembers them.
pub(super) type Taken = HashMap<String, Steps>;

/// The steps still to be taken, in order. Steps that this binary does not know only added something, as a rule, and it
/// can live with them while newer ones are rolled out beside it; a database in which one took something away is left alone.
pub(super) fn pending(
    contexts: &[Context],
    taken: &Taken,
) -> Result<Vec<(&'static str, &'static Migration)>, Failure> {
    for (name, steps) in taken {
        let number = &steps.contracted;
        let known = contexts
            .iter()
            .find(|context| context.name == name)
            .map_or(0, |context| context.migrations.len());
        if *number > i64::try_from(known).unwrap_or(i64::MAX) {
            return Err(Failure::Unusable(format!(
                "it was written by a newer galleria (step {number} of {name}, this one knows {known}). Start the newer binary; nothing was changed."
            )));
        }
    }
    Ok(contexts
        .iter()
        .flat_map(|context| context.migrations.iter().map(|step| (context.name, step)))
        .filter(|(context, step)| step.number > taken.get(*context).copied().unwrap_or_default().last)
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::People;

    const TWO_STEPS: &[Context] = &[Context {
        name: "doors",
        migrations: &[
            Migration { number: 1, name: "0001_doors", sql: "" },
            Migration { number: 2, name: "0002_locks", sql: "" },
        ],
        streams: &[],
        people: People::NOBODY,
        form: 0,
    }];

    #[test]
    fn only_the_steps_not_taken_yet_are_pending() {
        let taken = Taken::from([("doors".to_owned(), Steps { last: 1, contracted: 0 })]);
        let steps = pending(TWO_STEPS, &taken).unwrap();
        assert_eq!(steps.iter().map(|(_, step)| step.name).collect::<Vec<_>>(), ["0002_locks"]);
    }

    #[test]
    fn a_newer_step_that_only_adds_leaves_the_older_binary_running() {
        let taken = Taken::from([("doors".to_owned(), Steps { last: 3, contracted: 0 })]);
        assert!(pending(TWO_STEPS, &taken).unwrap().is_empty());
    }

    #[test]
    fn a_newer_step_that_took_something_away_is_refused() {
        let taken = Taken::from([("doors".to_owned(), Steps { last: 3, contracted: 3 })]);
        assert!(matches!(pending(TWO_STEPS, &taken), Err(Failure::Unusable(why)) if why.contains("newer")));
    }
}
