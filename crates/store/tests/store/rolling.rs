//! An older binary beside a newer one, over one database.

use store::{Cell, Failure, Opening, Server};
use tokio_postgres::NoTls;
use uuid::Uuid;

use crate::jars::{CONTEXTS, asked, drop_coins, now, open_jar};
use crate::killed::another_node;
use crate::world::{World, coins, keeper};

/// What a newer binary's `galleria migrate` does, as far as an older one can see.
#[tokio::test(flavor = "multi_thread")]
async fn an_older_node_starts_on_a_database_to_which_a_newer_one_only_added() {
    let world = World::database().await;
    let tenant = world.tenant().await;
    let jar = Uuid::now_v7();
    tenant.run(asked(), open_jar(jar)).await.unwrap();
    let owner_url = world.postgres.as_ref().unwrap().owner_url();
    let (owner, wire) = tokio_postgres::connect(&owner_url, NoTls).await.unwrap();
    tokio::spawn(wire);
    let newer = "alter table jars.jars add column colour text;
        insert into cell.migrations (context, number, name, contracts) values ('jars', 2, '0002_colour', 0)";
    owner.batch_execute(newer).await.unwrap();
    // The one that runs goes on, and one that is started again works, too.
    tenant.run(asked(), drop_coins(jar, 1)).await.unwrap();
    let url = world.url.clone().unwrap();
    let again = another_node(&url).await.tenant(tenant.id());
    again.run(asked(), drop_coins(jar, 1)).await.unwrap();
    assert_eq!(coins(&again, jar).await, Some(2));
    assert!(store::verify::verify(&again).await.unwrap().is_clean());

    let taken_away = "insert into cell.migrations (context, number, name, contracts) values ('jars', 3, '0003_label_contract', 1)";
    owner.batch_execute(taken_away).await.unwrap();
    let server = Server { url, direct_url: None, connections: 2, prepared: true };
    let refused = Cell::open(Opening::Server(server), CONTEXTS, Box::new(keeper), now).await.err();
    assert!(matches!(&refused, Some(Failure::Unusable(why)) if why.contains("newer")), "{refused:?}");
}
