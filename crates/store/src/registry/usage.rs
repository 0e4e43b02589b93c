//! How often each caller asked for what, by day: counted by every node in memory, and added up in the cell's own tables.

use kernel::{TenantId, Timestamp, Write, args, boxed};

use super::tenants::Registry;
use crate::{Failure, Row, Select};

/// What a node has counted of one caller, one operation and one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Used {
    pub tenant: TenantId,
    /// Days since 1970.
    pub day: i64,
    /// `service:0198…`, `customer`, `anonymous`.
    pub caller: String,
    /// `GET /api/v1/orders`
    pub operation: String,
    pub requests: i64,
    /// Those of them that were answered with 400 or more.
    pub refused: i64,
}

/// How many days are kept.
const KEPT: i64 = 400;

const DAY: i64 = 24 * 3600 * 1_000_000;

/// The day of a moment.
pub fn day(time: Timestamp) -> i64 {
    time.as_micros().div_euclid(DAY)
}

impl Registry {
    /// Adds to what all nodes have counted, and forgets what is too old.
    #[boxed]
    pub async fn add_usage(&self, used: &[Used], today: i64) -> Result<(), Failure> {
        for some in used.chunks(500) {
            let mut writes = Vec::with_capacity(2 * some.len());
            for Used { tenant, day, caller, operation, requests, refused } in some {
                let row = args![*tenant, *day, caller.clone(), operation.clone()];
                writes.push(Write::any(
                    "insert into usage (tenant, day, caller, operation, requests, refused) values ($1, $2, $3, $4, 0, 0) on conflict (tenant, day, caller, operation) do nothing",
                    row.clone(),
                ));
                let counted = args![*requests, *refused];
                writes.push(Write::any(
                    "update usage set requests = requests + $5, refused = refused + $6 where tenant = $1 and day = $2 and caller = $3 and operation = $4",
                    [row, counted].concat(),
                ));
            }
            self.write(&writes).await?;
        }
        self.write(&[Write::any("delete from usage where day < $1", args![today - KEPT])]).await
    }

    /// What was counted for a tenant, the newest day first.
    #[boxed]
    pub async fn usage(
        &self,
        tenant: TenantId,
        from: i64,
        to: i64,
        rows: usize,
    ) -> Result<Vec<Used>, Failure> {
        let query = Select::new("select day, caller, operation, requests, refused from usage")
            .and("tenant = ?", tenant)
            .and("day >= ?", from)
            .and("day <= ?", to)
            .page("day desc, caller, operation", rows)
            .statement();
        let mut used = Vec::new();
        self.read((&query.0, query.1), &mut |_, row: &Row<'_>| {
            used.push(Used {
                tenant,
                day: row.get(0)?,
                caller: row.get(1)?,
                operation: row.get(2)?,
                requests: row.get(3)?,
                refused: row.get(4)?,
            });
            Ok(())
        })
        .await?;
        Ok(used)
    }
}
