//! Which steps a database has not taken yet.

use std::collections::HashMap;

use crate::Failure;
use crate::context::{Context, Migration};
use crate::engine;

/// Steps by context, as a database remembers them: how many of each context's it has taken.
pub(crate) type Taken = HashMap<String, i64>;

/// The steps still to be taken, in order. A database that has taken steps this binary does not know is left alone.
pub(crate) fn pending(
    contexts: &[Context],
    taken: &Taken,
) -> Result<Vec<(&'static str, &'static Migration)>, Failure> {
    for (name, number) in taken {
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
        .filter(|(context, step)| step.number > taken.get(*context).copied().unwrap_or(0))
        .collect())
}

/// Prepares a database server as its owner: schemas, tables, policies, and the role that the application signs in
/// with, which owns nothing. Run again, it takes only the steps that are new.
pub async fn prepare_server(
    owner_url: &str,
    app_role: &str,
    app_password: Option<&str>,
    contexts: &'static [Context],
) -> Result<(), Failure> {
    engine::prepare_server(owner_url, app_role, app_password, contexts).await
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO_STEPS: &[Context] = &[Context {
        name: "doors",
        migrations: &[
            Migration { number: 1, name: "0001_doors", sql: "" },
            Migration { number: 2, name: "0002_locks", sql: "" },
        ],
        streams: &[],
    }];

    #[test]
    fn only_the_steps_not_taken_yet_are_pending() {
        let taken = Taken::from([("doors".to_owned(), 1)]);
        let steps = pending(TWO_STEPS, &taken).unwrap();
        assert_eq!(steps.iter().map(|(_, step)| step.name).collect::<Vec<_>>(), ["0002_locks"]);
    }

    #[test]
    fn a_database_from_a_newer_binary_is_refused() {
        let taken = Taken::from([("doors".to_owned(), 3)]);
        assert!(matches!(pending(TWO_STEPS, &taken), Err(Failure::Unusable(why)) if why.contains("newer")));
    }
}
