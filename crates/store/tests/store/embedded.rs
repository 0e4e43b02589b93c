use std::time::Duration;

use store::{Cell, Failure, Folder, Opening, Tenant, verify};
use tempfile::TempDir;
use uuid::Uuid;

use crate::jars::{CONTEXTS, asked, asked_once, drop_coins, move_coins, now, open_jar};

async fn open(folder: &std::path::Path) -> Result<Cell, Failure> {
    let folder = Folder {
        path: folder.into(),
        asleep_after: Duration::from_secs(60),
        awake_at_most: 100,
        exclusive: true,
    };
    Cell::open(Opening::Folder(folder), CONTEXTS, now).await
}

async fn a_tenant() -> (TempDir, Cell, Tenant) {
    let folder = tempfile::tempdir().unwrap();
    let cell = open(folder.path()).await.unwrap();
    let record =
        cell.registry().create_tenant("pantry", "The Pantry", "EUR".parse().unwrap(), now()).await.unwrap();
    let tenant = cell.tenant(record.id);
    (folder, cell, tenant)
}

async fn coins(tenant: &Tenant, jar: Uuid) -> Option<i64> {
    tenant.row("select coins from jars where id = $1", kernel::args![jar], |row| row.get(0)).await.unwrap()
}

#[tokio::test]
async fn what_was_acknowledged_is_there_after_opening_again() {
    let (folder, cell, tenant) = a_tenant().await;
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
async fn a_refused_work_leaves_nothing_behind() {
    let (_folder, _cell, tenant) = a_tenant().await;
    let (from, to) = (Uuid::now_v7(), Uuid::now_v7());
    for jar in [from, to] {
        tenant.run(asked(), open_jar(jar)).await.unwrap();
    }
    let refusal = tenant.run(asked(), move_coins(from, to, 5)).await.unwrap_err();
    assert_eq!(refusal.code, "jar_empty");
    assert_eq!((coins(&tenant, from).await, coins(&tenant, to).await), (Some(0), Some(0)));
    assert_eq!(tenant.head().await.unwrap(), 2);
}

#[tokio::test]
async fn the_same_key_does_its_work_once_however_often_it_is_sent() {
    let (_folder, _cell, tenant) = a_tenant().await;
    let jar = Uuid::now_v7();
    tenant.run(asked(), open_jar(jar)).await.unwrap();
    let sent: Vec<_> = (0..100)
        .map(|_| {
            let tenant = tenant.clone();
            tokio::spawn(
                async move { tenant.run(asked_once("k", "drop 1"), drop_coins(jar, 1)).await.unwrap() },
            )
        })
        .collect();
    let mut first = 0;
    for answer in sent {
        let done = answer.await.unwrap();
        assert_eq!(done.reply.body, "1");
        first += usize::from(!done.replayed);
    }
    assert_eq!((first, coins(&tenant, jar).await), (1, Some(1)));
    let other = tenant.run(asked_once("k", "drop 2"), drop_coins(jar, 2)).await.unwrap_err();
    assert_eq!(other.code, "idempotency_key_reused");
}

#[tokio::test]
async fn a_refusal_is_kept_under_its_key_too() {
    let (_folder, _cell, tenant) = a_tenant().await;
    let jar = Uuid::now_v7();
    tenant.run(asked(), open_jar(jar)).await.unwrap();
    tenant.run(asked_once("k", "take"), drop_coins(jar, -5)).await.unwrap_err();
    tenant.run(asked(), drop_coins(jar, 9)).await.unwrap();
    let again = tenant.run(asked_once("k", "take"), drop_coins(jar, -5)).await.unwrap_err();
    assert_eq!((again.code.as_str(), coins(&tenant, jar).await), ("jar_empty", Some(9)));
}

#[tokio::test]
async fn a_work_that_the_tables_refuse_does_not_harm_the_works_beside_it() {
    let (_folder, _cell, tenant) = a_tenant().await;
    let jar = Uuid::now_v7();
    tenant.run(asked(), open_jar(jar)).await.unwrap();
    let sent: Vec<_> = (0..60)
        .map(|n| {
            let tenant = tenant.clone();
            tokio::spawn(async move {
                let jar = if n % 20 == 7 { Uuid::nil() } else { jar };
                match n % 20 {
                    // A jar of its own that would owe 13.
                    7 => {
                        let owing = Uuid::now_v7();
                        tenant.run(asked(), open_jar(owing)).await.unwrap();
                        tenant.run(asked(), drop_coins(owing, -13)).await.map(|_| ())
                    }
                    _ => tenant.run(asked(), drop_coins(jar, 1)).await.map(|_| ()),
                }
            })
        })
        .collect();
    let mut refused = 0;
    for answer in sent {
        refused += usize::from(answer.await.unwrap().is_err());
    }
    assert_eq!((refused, coins(&tenant, jar).await), (3, Some(57)));
    assert!(verify::verify(&tenant).await.unwrap().is_clean());
}

#[tokio::test]
async fn a_log_has_no_gaps_and_replays_to_the_same_tables() {
    let (_folder, cell, tenant) = a_tenant().await;
    let jars: Vec<Uuid> = (0..5).map(|_| Uuid::now_v7()).collect();
    for jar in &jars {
        tenant.run(asked(), open_jar(*jar)).await.unwrap();
    }
    let sent: Vec<_> = (0..500usize)
        .map(|n| {
            let (tenant, jars) = (tenant.clone(), jars.clone());
            tokio::spawn(async move {
                let (a, b) = (jars[n % 5], jars[(n * 7 + 1) % 5]);
                let work = if n % 3 == 0 && a != b { move_coins(a, b, 2) } else { drop_coins(a, 1) };
                let _ = tenant.run(asked(), work).await;
            })
        })
        .collect();
    for answer in sent {
        answer.await.unwrap();
    }
    let positions: Vec<i64> =
        tenant.events(0, 10_000).await.unwrap().iter().map(|event| event.position).collect();
    assert_eq!(positions, (1..=positions.len() as i64).collect::<Vec<_>>());
    let (by_cell, _) = cell.events(None, 10_000).await.unwrap();
    assert_eq!(by_cell.len(), positions.len());
    let report = verify::verify(&tenant).await.unwrap();
    assert_eq!(report.differences, Vec::<String>::new());
    assert_eq!(report.events, positions.len() as u64);
}

#[tokio::test]
async fn verify_finds_a_row_that_no_event_wrote() {
    let (folder, cell, tenant) = a_tenant().await;
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
async fn a_second_process_is_refused_the_folder() {
    let (folder, _cell, _tenant) = a_tenant().await;
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
    };
    let cell = Cell::open(Opening::Folder(opening), CONTEXTS, now).await.unwrap();
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
    tokio::time::sleep(Duration::from_millis(1200)).await;
    for (tenant, jar) in &jars {
        let tenant_file = folder.path().join(format!("tenants/{}.db-wal", tenant.id()));
        assert!(!tenant_file.exists(), "a sleeping tenant keeps its log open");
        tenant.run(asked(), drop_coins(*jar, 3)).await.unwrap();
        assert_eq!(coins(tenant, *jar).await, Some(3));
    }
}
