//! Something to read, put so that it can be read together with other things: in one round trip, from one moment.

use std::borrow::Cow;

use kernel::Arg;
use kernel::boxed;

use crate::engine::Row;
use crate::{Failure, Tenant};

/// What is asked for, and what became known. Whoever makes one keeps it, hands it to [`Tenant::read_together`], and takes
/// the answer out of it.
pub trait Reading: Send {
    /// The statements that it takes, and their arguments; none when everything is known already.
    fn statements(&self) -> Vec<(Cow<'static, str>, Vec<Arg>)>;

    /// Learns a row of the answer to one of the statements, by its place among them.
    fn take(&mut self, statement: usize, row: &Row<'_>) -> Result<(), Failure>;
}

impl Tenant {
    /// Reads all of these in one round trip, from one moment.
    #[boxed]
    pub async fn read_together(&self, readings: &mut [&mut dyn Reading]) -> Result<(), Failure> {
        let (mut statements, mut places) = (Vec::new(), Vec::new());
        for (reader, reading) in readings.iter().enumerate() {
            let own = reading.statements();
            places.extend((0..own.len()).map(|place| (reader, place)));
            statements.extend(own);
        }
        if statements.is_empty() {
            return Ok(());
        }
        let queries: Vec<_> = statements.iter().map(|(sql, args)| (sql.as_ref(), args.clone())).collect();
        self.read(&queries, &mut |query, row| {
            let (reader, place) = places[query];
            readings[reader].take(place, row)
        })
        .await
    }
}
