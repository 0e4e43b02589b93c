use std::time::Duration;

use galleria_tests::eventually;
use store::{Cell, Failure, Folder, Opening, Tenant, verify};
use uuid::Uuid;

use crate::jars::{CONTEXTS, asked, drop_coins, now, open_jar};
use crate::world::{World, coins, keeper, open};

#[tokio::test]
async fn what_was_acknowledged_is_there_after_opening_again() {
    let world = World::embedded().await;
    let tenant = world.tenant().await;
    let World { cell, folder, .. } = world;
    let jar = Uuid::now_v7();
    tenant.run(asked(), open_jar(jar)).await.unwrap();
    tenant.run(asked(), drop_coins(jar, 5)).await.unwrap();
    let id = tenant.id();
    cell.close().await;
    drop((cell, tenant));
    let cell = open(folder.path()).await.unwrap();
    assert_eq!(coins(&cell.tenant(id), jar).await, Some(5));
}

#[tokio::test]
async fn verify_finds_a_row_that_no_event_wrote() {
    let world = World::embedded().await;
    let tenant = world.tenant().await;
    let World { cell, folder, .. } = world;
    let jar = Uuid::now_v7();
    tenant.run(asked(), open_jar(jar)).await.unwrap();
    let id = tenant.id();
    cell.close().await;
    drop((cell, tenant));
    let file = folder.path().join(format!("tenants/{id}.db"));
    rusqlite::Connection::open(&file).unwrap().execute("update jars set coins = 1000", []).unwrap();
    let cell = open(folder.path()).await.unwrap();
    let report = verify::verify(&cell.tenant(id)).await.unwrap();
    assert_eq!(report.differences, ["jars differs from the log at its row 1 in the order of id."]);
}

#[tokio::test]
async fn what_was_written_before_there_were_trails_is_found_with_what_came_after() {
    let world = World::embedded().await;
    let tenant = world.tenant().await;
    let World { cell, folder, .. } = world;
    let jars = [Uuid::now_v7(), Uuid::now_v7(), Uuid::now_v7()];
    for jar in jars {
        tenant.run(asked(), open_jar(jar)).await.unwrap();
    }
    for _ in 0..10 {
        tenant.run(asked(), drop_coins(jars[0], 1)).await.unwrap();
        tenant.run(asked(), drop_coins(jars[1], 1)).await.unwrap();
    }
    let id = tenant.id();
    cell.close().await;
    drop((cell, tenant));
    // What an older layout leaves.
    let file = rusqlite::Connection::open(folder.path().join(format!("tenants/{id}.db"))).unwrap();
    file.execute_batch("update events set previous = null, jump = null; update states set trail = null")
        .unwrap();
    drop(file);
    let cell = open(folder.path()).await.unwrap();
    let tenant = cell.tenant(id);
    for _ in 0..10 {
        tenant.run(asked(), drop_coins(jars[0], 1)).await.unwrap();
    }
    for (jar, versions) in jars.into_iter().zip([21, 11, 1]) {
        for after in 0..versions {
            let found = tenant.stream(jar, after, 4).await.unwrap();
            let found: Vec<i64> = found.iter().map(|recorded| recorded.event.version).collect();
            assert_eq!(found, (after + 1..=versions.min(after + 4)).collect::<Vec<_>>());
        }
    }
    assert_eq!(verify::verify(&tenant).await.unwrap().differences, [""; 0]);
}

#[tokio::test]
async fn verify_finds_an_event_whose_stream_is_not_found_from_it() {
    let world = World::embedded().await;
    let tenant = world.tenant().await;
    let World { cell, folder, .. } = world;
    let jar = Uuid::now_v7();
    tenant.run(asked(), open_jar(jar)).await.unwrap();
    tenant.run(asked(), drop_coins(jar, 5)).await.unwrap();
    let id = tenant.id();
    cell.close().await;
    drop((cell, tenant));
    let file = rusqlite::Connection::open(folder.path().join(format!("tenants/{id}.db"))).unwrap();
    file.execute("update events set previous = 0 where version = 2", []).unwrap();
    drop(file);
    let cell = open(folder.path()).await.unwrap();
    let report = verify::verify(&cell.tenant(id)).await.unwrap();
    assert_eq!(report.differences, ["The rest of its stream is not found from position 2."]);
}

#[tokio::test]
async fn a_second_process_is_refused_the_folder() {
    let World { cell: _cell, folder, .. } = World::embedded().await;
    let Err(Failure::Unusable(why)) = open(folder.path()).await else { panic!("opened twice") };
    assert!(why.contains("Another galleria is using"), "{why}");
}

#[tokio::test]
async fn a_tenant_that_nobody_asks_for_falls_asleep_and_wakes_again() {
    let folder = tempfile::tempdir().unwrap();
    let opening = Folder {
        path: folder.path().into(),
        asleep_after: Duration::from_millis(10),
        awake_at_most: 2,
        exclusive: true,
        make: true,
    };
    let cell = Cell::open(Opening::Folder(opening), CONTEXTS, Box::new(keeper), now).await.unwrap();
    let mut jars = Vec::new();
    for number in 0..6 {
        let record = cell
            .registry()
            .create_tenant(&format!("t{number}"), "T", "EUR".parse().unwrap(), now())
            .await
            .unwrap();
        let (tenant, jar) = (cell.tenant(record.id), Uuid::now_v7());
        tenant.run(asked(), open_jar(jar)).await.unwrap();
        jars.push((tenant, jar));
    }
    let keeps_its_log_open =
        |tenant: &Tenant| folder.path().join(format!("tenants/{}.db-wal", tenant.id())).exists();
    eventually("all sleep", async || !jars.iter().any(|(tenant, _)| keeps_its_log_open(tenant))).await;
    for (tenant, jar) in &jars {
        assert!(!keeps_its_log_open(tenant), "it was awake before anybody asked for it");
        tenant.run(asked(), drop_coins(*jar, 3)).await.unwrap();
        assert_eq!(coins(tenant, *jar).await, Some(3));
    }
}
