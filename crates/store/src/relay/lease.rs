//! Who visits whom: each shard's lease is held by one node, and each time it changes hands its fence grows.

use std::collections::HashMap;
use std::time::Duration;

use kernel::{TenantId, Timestamp, Write, args};
use parking_lot::Mutex;
use uuid::Uuid;

use crate::{Cell, Failure};

const SHARDS: usize = 32;

pub(super) struct Leases {
    cell: Cell,
    node: Uuid,
    lasts: Duration,
    held: Mutex<Held>,
}

/// What this node holds, by shard, and until when by its own clock.
#[derive(Default)]
struct Held {
    fences: HashMap<usize, i64>,
    until: Option<Timestamp>,
}

struct Row {
    shard: usize,
    holder: Uuid,
    fence: i64,
    until: Timestamp,
}

impl Leases {
    pub(super) fn new(cell: &Cell, lasts: Duration) -> Self {
        Self { cell: cell.clone(), node: Uuid::now_v7(), lasts, held: Mutex::default() }
    }

    /// The fence under which this node may visit the tenant, if it may.
    pub(super) fn fence(&self, tenant: TenantId) -> Option<i64> {
        let shard = (tenant.uuid().as_u128() % SHARDS as u128) as usize;
        let held = self.held.lock();
        let valid = held.until.is_some_and(|until| self.cell.now() < until);
        held.fences.get(&shard).filter(|_| valid).copied()
    }

    /// Renews what is held and takes a fair share of what is free; says whether anything was added.
    pub(super) async fn beat(&self) -> Result<bool, Failure> {
        let now = self.cell.now();
        if !self.cell.engine().is_shared() {
            // The folder's lock makes this the only node. Its opening is the fence, later than every one before.
            let mut held = self.held.lock();
            if held.fences.is_empty() {
                held.fences = (0..SHARDS).map(|shard| (shard, now.as_micros())).collect();
                held.until = Some(Timestamp::from_micros(i64::MAX));
            }
            return Ok(false);
        }
        let until = now.plus(self.lasts);
        self.greet(now, until).await?;
        let (nodes, rows) = self.look(now).await?;
        let fair = SHARDS.div_ceil(nodes.max(1));
        let mut mine: HashMap<usize, i64> = rows
            .iter()
            .filter(|row| row.holder == self.node && row.until > now)
            .map(|row| (row.shard, row.fence))
            .collect();
        let before = self.held.lock().fences.clone();
        for row in rows.iter().filter(|row| row.holder == self.node).skip(fair) {
            mine.remove(&row.shard);
            self.let_go(row).await;
        }
        for row in rows.iter().filter(|row| row.until <= now) {
            if mine.len() < fair && self.take(row, until).await {
                mine.insert(row.shard, row.fence + 1);
            }
        }
        let added = mine.keys().any(|shard| !before.contains_key(shard));
        metrics::gauge!("galleria_leases_held").set(f64::from(u32::try_from(mine.len()).unwrap_or(u32::MAX)));
        *self.held.lock() = Held { fences: mine, until: Some(until) };
        Ok(added)
    }

    /// Lets go of everything, so that others need not wait until it runs out.
    pub(super) async fn release(&self) {
        *self.held.lock() = Held::default();
        if !self.cell.engine().is_shared() {
            return;
        }
        let writes = [
            Write::any("update leases set until = 0 where holder = $1", args![self.node]),
            Write::any("delete from nodes where id = $1", args![self.node]),
        ];
        if let Err(failure) = self.cell.engine().registry_write(&writes).await {
            tracing::warn!(%failure, "Leases could not be let go of; they run out by themselves");
        }
    }

    /// Says that this node is there, and renews what it holds and has not lost.
    async fn greet(&self, now: Timestamp, until: Timestamp) -> Result<(), Failure> {
        let long_gone = Timestamp::from_micros(now.as_micros() - 4 * self.lasts.as_micros() as i64);
        let writes = [
            Write::any("delete from nodes where id = $1 or seen < $2", args![self.node, long_gone]),
            Write::any("insert into nodes (id, seen) values ($1, $2)", args![self.node, now]),
            Write::any(
                "update leases set until = $2 where holder = $1 and until > $3",
                args![self.node, until, now],
            ),
        ];
        self.cell.engine().registry_write(&writes).await
    }

    /// How many nodes there are, and all leases. Leases that do not exist yet are made, free.
    async fn look(&self, now: Timestamp) -> Result<(usize, Vec<Row>), Failure> {
        let seen = Timestamp::from_micros(now.as_micros() - self.lasts.as_micros() as i64);
        loop {
            let (mut nodes, mut rows) = (0, Vec::new());
            let queries = [
                ("select count(*) from nodes where seen > $1", args![seen]),
                ("select name, holder, fence, until from leases order by name", Vec::new()),
            ];
            self.cell
                .engine()
                .registry_read(&queries, &mut |query, row| {
                    if query == 0 {
                        nodes = usize::try_from(row.get::<i64>(0)?).unwrap_or(1);
                    } else if let Ok(shard) = row.get::<String>(0)?.parse() {
                        rows.push(Row { shard, holder: row.get(1)?, fence: row.get(2)?, until: row.get(3)? });
                    }
                    Ok(())
                })
                .await?;
            if rows.len() >= SHARDS {
                return Ok((nodes, rows));
            }
            let sql = "insert into leases (name, holder, fence, until) values ($1, $2, 0, 0) on conflict (name) do nothing";
            let made: Vec<Write> =
                (0..SHARDS).map(|shard| Write::any(sql, args![format!("{shard:02}"), Uuid::nil()])).collect();
            self.cell.engine().registry_write(&made).await?;
        }
    }

    async fn take(&self, row: &Row, until: Timestamp) -> bool {
        let sql = "update leases set holder = $2, fence = fence + 1, until = $3 where name = $1 and fence = $4 and until <= $5";
        let args = args![format!("{:02}", row.shard), self.node, until, row.fence, self.cell.now()];
        // Someone else was quicker, most likely; the next beat shows.
        self.cell.engine().registry_write(&[Write::one(sql, args)]).await.is_ok()
    }

    async fn let_go(&self, row: &Row) {
        let sql = "update leases set until = 0 where name = $1 and fence = $2";
        let write = Write::any(sql, args![format!("{:02}", row.shard), row.fence]);
        let _ = self.cell.engine().registry_write(&[write]).await;
    }
}
