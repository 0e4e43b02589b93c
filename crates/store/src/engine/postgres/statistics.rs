//! Statistics of tables that grow.
//!
//! The server makes its plans from what it last counted, and counts once a minute. For a table that was empty then, the
//! primary key looks no better than all rows of a tenant, and a plan that was made so is kept: in its first minute a shop
//! that sells reads more rows with every order.

use std::time::Duration;

use super::database::Database;
use super::pipeline::Begin;

/// How often it is looked whether a table has grown.
const LOOKED_AFTER: Duration = Duration::from_secs(2);

impl Database {
    /// Has the server count what has grown, for as long as it is let, on one node at a time.
    pub(in crate::engine) async fn count_what_grew(self) {
        let counting = ("select log.count_what_grew()", Vec::new());
        loop {
            tokio::time::sleep(LOOKED_AFTER).await;
            let counted =
                self.ask(Begin::calling(), std::slice::from_ref(&counting), &mut |_, _| Ok(())).await;
            if let Err(failure) = counted {
                tracing::debug!(%failure, "Tables that grew were not counted; the server does so by itself later");
            }
        }
    }
}
