//! A newer binary that folds what was written before into something else than the older one did.

use galleria_tests::Postgres;
use kernel::{Aggregate, Decide, Envelope, Problem, Projector, SubjectId, Timestamp, Write, args};
use serde::{Deserialize, Serialize};
use store::verify::verify;
use store::{
    Cell, Context, Failure, Folder, Migration, Opening, Reply, Server, Stream, Tenant, Work, prepare_server,
};
use tempfile::TempDir;
use uuid::Uuid;

use crate::jars::{self, CONTEXTS, Jar, JarEvent, asked, drop_coins, now, open_jar, open_owned};
use crate::over_both_engines;
use crate::world::{World, coins, folder_at, keeper};

/// The same jars, which are weighed now.
static NEWER: [Context; 2] = [
    Context {
        migrations: &[
            CONTEXTS[0].migrations[0],
            Migration {
                number: 2,
                name: "0002_weights",
                sql: "create table weights (jar uuid not null, grams bigint not null, primary key (jar), foreign key (jar) references jars (id));",
            },
        ],
        streams: &[Stream::of::<Weighed>()],
        form: 1,
        ..CONTEXTS[0]
    },
    CONTEXTS[1],
];

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Weighed {
    jar: Jar,
    grams: i64,
}

impl Aggregate for Weighed {
    const KIND: &'static str = "jar";
    type Event = JarEvent;

    fn apply(&mut self, event: &JarEvent) {
        self.jar.apply(event);
        self.grams = self.jar.coins * 7;
    }
}

impl Projector for Weighed {
    fn project(event: &Envelope<&JarEvent>) -> Vec<Write> {
        let id = event.stream_id;
        let mut writes = Jar::project(event);
        writes.push(match event.data {
            JarEvent::Opened(_) => Write::one("insert into weights (jar, grams) values ($1, 0)", args![id]),
            JarEvent::Dropped(dropped) => Write::one(
                "update weights set grams = grams + $2 where jar = $1",
                args![id, dropped.coins * 7],
            ),
        });
        writes
    }
}

impl<C> Decide<C> for Weighed
where
    Jar: Decide<C, Refusal = Problem>,
{
    type Refusal = Problem;

    fn decide(&self, command: &C, now: Timestamp) -> Result<Vec<JarEvent>, Problem> {
        self.jar.decide(command, now)
    }
}

fn open_weighed(id: Uuid) -> Work {
    Work::over::<Weighed>([id]).decide(move |desk| {
        desk.ask::<Weighed, _>(id, &jars::Open(None, None))?;
        Ok(Reply::json(201, &id))
    })
}

fn drop_weighed(id: Uuid, coins: i64) -> Work {
    Work::over::<Weighed>([id]).decide(move |desk| {
        desk.ask::<Weighed, _>(id, &jars::Drop(coins))?;
        let jar = desk.get::<Weighed>(id)?;
        let owner = jar.jar.owner.as_ref().map(|owner| owner.text().to_owned());
        Ok(Reply::json(200, &(jar.grams, owner)))
    })
}

async fn grams(tenant: &Tenant, jar: Uuid) -> Option<i64> {
    tenant.row("select grams from weights where jar = $1", args![jar], |row| row.get(0)).await.unwrap()
}

/// The newer binary's turn. Over a database the older one goes on beside it; a folder has one process.
struct Turn {
    newer: Cell,
    older: Option<Cell>,
    url: Option<String>,
    folder: TempDir,
    postgres: Option<Postgres>,
}

async fn turn(world: World) -> Turn {
    let World { cell, folder, url, postgres } = world;
    let (opening, older) = match (&postgres, &url) {
        (Some(postgres), Some(url)) => {
            prepare_server(&postgres.owner_url(), "galleria_app", None, &NEWER).await.unwrap();
            (server(url), Some(cell))
        }
        _ => {
            cell.close().await;
            drop(cell);
            (folder_at(folder.path()), None)
        }
    };
    let newer = Cell::open(opening, &NEWER, Box::new(keeper), now).await.unwrap();
    Turn { newer, older, url, folder, postgres }
}

fn server(url: &str) -> Opening {
    Opening::Server(Server { url: url.into(), direct_url: None, connections: 8, prepared: true })
}

over_both_engines! {
    what_an_older_one_folded_is_folded_again_when_it_is_first_asked_for,
    what_a_newer_one_folded_is_left_alone_by_an_older_one,
}

async fn what_an_older_one_folded_is_folded_again_when_it_is_first_asked_for(world: World) {
    let tenant = world.tenant().await;
    let (jar, adas, bobs) = (Uuid::now_v7(), Uuid::now_v7(), Uuid::now_v7());
    let (ada, bob) = (SubjectId::new(), SubjectId::new());
    tenant.run(asked(), open_jar(jar)).await.unwrap();
    tenant.run(asked(), open_owned(adas, ada, "Ada")).await.unwrap();
    tenant.run(asked(), open_owned(bobs, bob, "Bob")).await.unwrap();
    for _ in 0..3 {
        tenant.run(asked(), drop_coins(jar, 1)).await.unwrap();
    }
    tenant.run(asked(), drop_coins(adas, 5)).await.unwrap();
    tenant.erase(bob, asked()).await.unwrap();
    let id = tenant.id();
    drop(tenant);

    let turn = turn(world).await;
    let tenant = turn.newer.tenant(id);
    // However many ask, it is folded once, and all see it whole.
    let asking: Vec<_> = (0..20)
        .map(|_| {
            let tenant = tenant.clone();
            tokio::spawn(async move { grams(&tenant, jar).await })
        })
        .collect();
    for seen in asking {
        assert_eq!(seen.await.unwrap(), Some(21));
    }
    assert_eq!(verify(&tenant).await.unwrap().differences, [""; 0]);
    for (jar, told) in [(adas, r#"[42,"Ada"]"#), (bobs, r#"[7,""]"#)] {
        assert_eq!(tenant.run(asked(), drop_weighed(jar, 1)).await.unwrap().reply.body, told);
    }
    assert_eq!((grams(&tenant, adas).await, coins(&tenant, adas).await), (Some(42), Some(6)));
    for (jar, versions) in [(jar, 4), (adas, 3), (bobs, 2)] {
        assert_eq!(tenant.stream(jar, 0, 100).await.unwrap().len(), versions);
    }
    assert_eq!(verify(&tenant).await.unwrap().differences, [""; 0]);
    // A shop that is made from now on is in today's form.
    let registry = turn.newer.registry();
    let record = registry.create_tenant("new", "New", "EUR".parse().unwrap(), now()).await.unwrap();
    let new = turn.newer.tenant(record.id);
    new.run(asked(), open_weighed(jar)).await.unwrap();
    assert_eq!(grams(&new, jar).await, Some(0));
}

async fn what_a_newer_one_folded_is_left_alone_by_an_older_one(world: World) {
    let tenant = world.tenant().await;
    let jar = Uuid::now_v7();
    tenant.run(asked(), open_jar(jar)).await.unwrap();
    let id = tenant.id();
    drop(tenant);
    let turn = turn(world).await;
    let tenant = turn.newer.tenant(id);
    assert_eq!(grams(&tenant, jar).await, Some(0));
    if let (Some(older), Some(url)) = (&turn.older, &turn.url) {
        // One that still runs finds out when it would write, and says so from then on.
        let older = older.tenant(id);
        let refused = older.run(asked(), open_jar(Uuid::now_v7())).await.unwrap_err();
        assert_eq!(refused.code, "shop_read_only");
        let refused = older.run(asked(), drop_coins(jar, 1)).await.unwrap_err();
        assert_eq!(refused.code, "storage_unusable");
        let started = Cell::open(server(url), CONTEXTS, Box::new(keeper), now).await.unwrap();
        let refused = started.tenant(id).events(0, 1).await.unwrap_err();
        assert!(matches!(&refused, Failure::Unusable(why) if why.contains("newer")), "{refused}");
    } else {
        turn.newer.close().await;
        drop((tenant, turn.newer));
        let started =
            Cell::open(folder_at(turn.folder.path()), CONTEXTS, Box::new(keeper), now).await.unwrap();
        let refused = started.tenant(id).events(0, 1).await.unwrap_err();
        assert!(matches!(&refused, Failure::Unusable(why) if why.contains("newer")), "{refused}");
        return;
    }
    assert_eq!(verify(&tenant).await.unwrap().differences, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_get_through_changes_nothing_and_is_tried_again() {
    let world = World::database().await;
    let tenant = world.tenant().await;
    let jar = Uuid::now_v7();
    tenant.run(asked(), open_jar(jar)).await.unwrap();
    tenant.run(asked(), drop_coins(jar, 2)).await.unwrap();
    let id = tenant.id();
    let turn = turn(world).await;
    let held = turn.postgres.as_ref().unwrap().hold_table("jars.drops");
    let again = turn.newer.tenant(id);
    assert_eq!(again.events(0, 1).await, Err(Failure::Conflict));
    // Whoever folds it holds nobody up who does not write meanwhile, and leaves what was there.
    assert_eq!(coins(&tenant, jar).await, Some(2));
    drop(held);
    assert_eq!(grams(&again, jar).await, Some(14));
    assert_eq!(verify(&again).await.unwrap().differences, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_only_looks_leaves_a_folder_alone_that_another_serves() {
    let world = World::embedded().await;
    let tenant = world.tenant().await;
    let jar = Uuid::now_v7();
    tenant.run(asked(), open_jar(jar)).await.unwrap();
    let Opening::Folder(folder) = folder_at(world.folder.path()) else { unreachable!() };
    let looks = || Opening::Folder(Folder { exclusive: false, make: false, ..folder.clone() });
    let looking = Cell::open(looks(), &FORMED, Box::new(keeper), now).await.unwrap();
    let refused = looking.tenant(tenant.id()).events(0, 1).await.unwrap_err();
    assert!(matches!(&refused, Failure::Unusable(why) if why.contains("Another galleria")), "{refused}");
    tenant.run(asked(), drop_coins(jar, 1)).await.unwrap();
    let id = tenant.id();
    world.cell.close().await;
    drop((tenant, world.cell));
    let looking = Cell::open(looks(), &FORMED, Box::new(keeper), now).await.unwrap();
    assert_eq!(verify(&looking.tenant(id)).await.unwrap().differences, [""; 0]);
}

/// The same jars in another form.
static FORMED: [Context; 2] = [Context { form: 1, ..CONTEXTS[0] }, CONTEXTS[1]];
