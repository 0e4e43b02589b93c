//! What the server knows of tables that grow.

use std::sync::Arc;

use galleria_tests::eventually;
use store::relay::Workers;
use tokio_postgres::NoTls;
use uuid::Uuid;

use crate::jars::{asked, open_jar};
use crate::readers::{Diary, pace};
use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn what_has_grown_is_counted_before_the_server_would_do_so_by_itself() {
    let world = World::database().await;
    // A node that only answers leaves it to those that do the work.
    let workers = Workers { subscribers: vec![Arc::new(Diary::default())], ..Workers::default() };
    let relay = world.cell.start(workers, pace()).await.unwrap();
    let tenant = world.tenant().await;
    for _ in 0..300 {
        tenant.run(asked(), open_jar(Uuid::now_v7())).await.unwrap();
    }
    let owner_url = world.postgres.as_ref().unwrap().owner_url();
    let (owner, wire) = tokio_postgres::connect(&owner_url, NoTls).await.unwrap();
    tokio::spawn(wire);
    // Only what was asked for; what the server counts by itself has a figure of its own.
    let counted = "select count(*) from pg_stat_user_tables
        where schemaname || '.' || relname in ('log.events', 'log.states', 'jars.jars') and analyze_count > 0";
    eventually("the tables are counted", async || {
        owner.query_one(counted, &[]).await.unwrap().get::<_, i64>(0) == 3
    })
    .await;
    relay.stop().await;
}
