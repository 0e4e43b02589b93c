//! Works of several tenants that wait at the same time, and share a transaction where that can be.

use store::verify::verify;
use tokio_postgres::NoTls;
use uuid::Uuid;

use crate::jars::{asked, asked_once, drop_coins, open_jar};
use crate::over_both_engines;
use crate::world::{World, coins};

over_both_engines!(
    works_of_many_tenants_are_all_done_and_each_tenant_sees_its_own,
    a_work_that_the_tables_refuse_does_not_harm_the_works_of_other_tenants,
);

async fn works_of_many_tenants_are_all_done_and_each_tenant_sees_its_own(world: World) {
    let mut tenants = Vec::new();
    for _ in 0..12 {
        tenants.push(world.tenant().await);
    }
    // Everybody has a jar by the same name.
    let jar = Uuid::now_v7();
    for tenant in &tenants {
        tenant.run(asked(), open_jar(jar)).await.unwrap();
    }
    let sent: Vec<_> = (0..40)
        .flat_map(|turn| tenants.iter().enumerate().map(move |(number, tenant)| (turn, number, tenant)))
        .map(|(turn, number, tenant)| {
            let tenant = tenant.clone();
            let coins = i64::try_from(number).unwrap() + 1;
            tokio::spawn(async move {
                let once = asked_once(&format!("key {turn}"), "drop");
                let first = tenant.run(once, drop_coins(jar, coins)).await.unwrap();
                let once = asked_once(&format!("key {turn}"), "drop");
                let again = tenant.run(once, drop_coins(jar, coins)).await.unwrap();
                assert!(again.replayed && again.reply == first.reply);
            })
        })
        .collect();
    for answer in sent {
        answer.await.unwrap();
    }
    for (number, tenant) in tenants.iter().enumerate() {
        let expected = 40 * (i64::try_from(number).unwrap() + 1);
        assert_eq!(coins(tenant, jar).await, Some(expected));
        assert_eq!(tenant.stream(jar, 0, 100).await.unwrap().len(), 41);
        let report = verify(tenant).await.unwrap();
        assert_eq!((report.differences.len(), report.events), (0, 41), "{:?}", report.differences);
    }
}

async fn a_work_that_the_tables_refuse_does_not_harm_the_works_of_other_tenants(world: World) {
    let mut tenants = Vec::new();
    for _ in 0..9 {
        let (tenant, jar) = (world.tenant().await, Uuid::now_v7());
        tenant.run(asked(), open_jar(jar)).await.unwrap();
        tenants.push((tenant, jar));
    }
    for _ in 0..5 {
        let sent: Vec<_> = tenants
            .iter()
            .enumerate()
            .map(|(number, (tenant, jar))| {
                let (tenant, jar) = (tenant.clone(), *jar);
                // The middle one's jar would owe something.
                let coins = if number == 4 { -13 } else { 1 };
                tokio::spawn(async move { tenant.run(asked(), drop_coins(jar, coins)).await })
            })
            .collect();
        for (number, answer) in sent.into_iter().enumerate() {
            assert_eq!(answer.await.unwrap().is_err(), number == 4);
        }
    }
    for (number, (tenant, jar)) in tenants.iter().enumerate() {
        assert_eq!(coins(tenant, *jar).await, Some(if number == 4 { 0 } else { 5 }));
        assert!(verify(tenant).await.unwrap().is_clean());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_held_up_by_somebody_else_holds_no_other_tenant_up() {
    let world = World::database().await;
    let mut tenants = Vec::new();
    for _ in 0..12 {
        let (tenant, jar) = (world.tenant().await, Uuid::now_v7());
        tenant.run(asked(), open_jar(jar)).await.unwrap();
        tenants.push((tenant, jar));
    }
    let owner_url = world.postgres.as_ref().unwrap().owner_url();
    let (owner, wire) = tokio_postgres::connect(&owner_url, NoTls).await.unwrap();
    tokio::spawn(wire);
    // Each that is held up has a connection of its own; there are eight.
    owner.batch_execute("begin").await.unwrap();
    let held: Vec<Uuid> = tenants[..5].iter().map(|(_, jar)| *jar).collect();
    let locked = "select count(*) from (select 1 from log.states where id = any($1) for update) as held";
    let locked: i64 = owner.query_one(locked, &[&held]).await.unwrap().get(0);
    assert_eq!(locked, 5);
    let waiting: Vec<_> = tenants[..5]
        .iter()
        .map(|(tenant, jar)| {
            let (tenant, jar) = (tenant.clone(), *jar);
            tokio::spawn(async move { tenant.run(asked(), drop_coins(jar, 1)).await })
        })
        .collect();
    for _ in 0..5 {
        let others = tenants[5..].iter().map(|(tenant, jar)| tenant.run(asked(), drop_coins(*jar, 1)));
        for done in futures_util::future::join_all(others).await {
            done.unwrap();
        }
    }
    assert!(waiting.iter().all(|work| !work.is_finished()), "nobody held them");
    owner.batch_execute("commit").await.unwrap();
    for work in waiting {
        work.await.unwrap().unwrap();
    }
    for (number, (tenant, jar)) in tenants.iter().enumerate() {
        assert_eq!(coins(tenant, *jar).await, Some(if number < 5 { 1 } else { 5 }));
    }
}
