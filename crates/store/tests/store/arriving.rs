//! Whoever restores a tenant dies, or is thought dead, at every step; and what is left then.

use std::collections::BTreeSet;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use galleria_tests::{Postgres, eventually};
use kernel::Timestamp;
use serde_json::{Value, json};
use store::travel::{Restoring, Swept, restore, sweep_abandoned};
use store::{Cell, Opening, Server};
use tempfile::TempDir;
use uuid::Uuid;

use crate::jars::{CONTEXTS, asked, now};
use crate::over_both_engines;
use crate::travel::{filled, packed};
use crate::world::{World, coins, keeper, open};

over_both_engines!(
    a_restore_that_dies_at_any_step_leaves_the_whole_tenant_or_nothing,
    whoever_sweeps_may_die_as_well,
    somebody_who_is_erased_while_a_tenant_is_restored_stays_erased,
    a_tenant_that_is_under_way_is_not_served_and_not_swept,
);

const ROLE: &str = "GALLERIA_TEST_RESTORER";

/// Not a story: what a restorer does, until it dies or waits at the step that it is told.
#[tokio::test(flavor = "multi_thread")]
async fn restorer() {
    let Ok(role) = std::env::var(ROLE) else { return };
    let role: Value = serde_json::from_str(&role).unwrap();
    let text = |name: &str| role[name].as_str().map(str::to_owned);
    let cell = match text("url") {
        Some(url) => node_of_day(&url, role["day"].as_u64().unwrap_or(0)).await,
        None => open(Path::new(&text("folder").unwrap())).await.unwrap(),
    };
    let (die_at, wait_at) = (text("die_at"), text("wait_at"));
    let marker = text("marker");
    let mut hook = |step: &str, _, _| {
        if die_at.as_deref() == Some(step) {
            std::process::abort();
        }
        if wait_at.as_deref() == Some(step) {
            let marker = marker.as_deref().unwrap();
            std::fs::write(format!("{marker}.waits"), "").unwrap();
            tokio::task::block_in_place(|| {
                tokio::runtime::Handle::current().block_on(exists(format!("{marker}.goes")))
            });
        }
    };
    if role["sweeps"] == true {
        sweep_abandoned(&cell, &mut hook).await.unwrap();
        return;
    }
    let named = text("named");
    let restoring = Restoring { named: named.as_deref(), ..Restoring::default() };
    restore(&cell, Path::new(&text("path").unwrap()), &restoring, &mut hook).await.unwrap();
}

/// However long the story takes: a restorer that gave up would look like one that is refused.
async fn exists(path: String) {
    while !Path::new(&path).exists() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

fn start(role: &Value) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "arriving::restorer"])
        .env(ROLE, role.to_string())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn dies(role: &Value) {
    let ended = start(role).wait().unwrap();
    assert_eq!(ended.signal(), Some(6), "it did not die at its step: {role}");
}

const DAYS: [fn() -> Timestamp; 4] = [now, || days(1), || days(2), || days(3)];

fn days(days: u64) -> Timestamp {
    now().plus(Duration::from_secs(days * 24 * 3600))
}

/// A node by whose clock the leases of the days before have run out.
pub async fn node_of_day(url: &str, day: u64) -> Cell {
    let server = Server { url: url.into(), direct_url: None, connections: 8, prepared: true };
    let clock = DAYS[usize::try_from(day).unwrap()];
    Cell::open(Opening::Server(server), CONTEXTS, Box::new(keeper), clock).await.unwrap()
}

/// What is left of a world whose process has ended, for the next one to start.
struct Left {
    folder: TempDir,
    url: Option<String>,
    postgres: Option<Postgres>,
}

impl Left {
    async fn by(world: World) -> Self {
        let World { cell, folder, url, postgres } = world;
        cell.close().await;
        Self { folder, url, postgres }
    }

    fn role(&self, path: &Path) -> Value {
        json!({ "folder": self.folder.path(), "url": self.url, "path": path })
    }

    async fn next(&self, day: u64) -> Cell {
        match &self.url {
            Some(url) => node_of_day(url, day).await,
            None => open(self.folder.path()).await.unwrap(),
        }
    }

    /// Nothing is written down of a journey, and no file and no row is there of a tenant that does not live here.
    async fn holds_only_what_lives(&self, cell: &Cell) {
        let tenants = cell.registry().tenants();
        assert!(tenants.iter().all(|tenant| tenant.status.is_here()), "{tenants:?}");
        let live: BTreeSet<String> = tenants.iter().map(|tenant| tenant.id.to_string()).collect();
        let (there, journeys) = match &self.postgres {
            None => (self.files(), self.journeys()),
            Some(postgres) => rows(&postgres.owner_url()).await,
        };
        assert_eq!((there, journeys), (live, 0));
    }

    fn files(&self) -> BTreeSet<String> {
        let tenants = std::fs::read_dir(self.folder.path().join("tenants")).unwrap().flatten();
        let names = tenants.map(|entry| entry.file_name().into_string().unwrap());
        names.map(|name| name.split(".db").next().unwrap().to_owned()).collect()
    }

    fn journeys(&self) -> i64 {
        let file = rusqlite::Connection::open(self.folder.path().join("cell.db")).unwrap();
        file.query_row("select count(*) from journeys", [], |row| row.get(0)).unwrap()
    }
}

/// Of which tenants there are rows, and how many journeys are written down.
async fn rows(url: &str) -> (BTreeSet<String>, i64) {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    let tables = "select format('%I.%I', n.nspname, c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind = 'r' and c.relforcerowsecurity";
    let mut there = BTreeSet::new();
    for table in client.query(tables, &[]).await.unwrap() {
        let table: String = table.get(0);
        for row in client.query(&format!("select distinct tenant_id::text from {table}"), &[]).await.unwrap()
        {
            there.insert(row.get(0));
        }
    }
    let journeys = client.query_one("select count(*) from cell.journeys", &[]).await.unwrap();
    (there, journeys.get(0))
}

async fn sweep(cell: &Cell) -> Swept {
    sweep_abandoned(cell, &mut |_, _, _| {}).await.unwrap()
}

async fn a_restore_that_dies_at_any_step_leaves_the_whole_tenant_or_nothing(world: World) {
    let (tenant, jar, _) = filled(&world).await;
    let (path, _) = packed(&world, &tenant, false).await;
    drop(tenant);
    let left = Left::by(world).await;
    for (number, step) in
        ["checking the file", "making room", "taking it out", "writing down", "arriving", "settling in"]
            .into_iter()
            .enumerate()
    {
        let mut role = left.role(&path);
        let name = format!("again-{number}");
        (role["named"], role["die_at"]) = (json!(name), json!(step));
        dies(&role);
        let cell = left.next(1).await;
        let swept = sweep(&cell).await;
        assert!(swept.under_way.is_empty(), "{step}: {swept:?}");
        let half = ["taking it out", "writing down", "arriving"].contains(&step);
        assert_eq!(swept.removed.len(), usize::from(half), "{step}: {swept:?}");
        assert!(swept.removed.iter().all(|removed| removed.own_files), "{swept:?}");
        left.holds_only_what_lives(&cell).await;
        let whole = cell.registry().by_slug(&name);
        assert_eq!(whole.is_some(), step == "settling in", "{step}");
        if let Some(whole) = whole {
            let again = cell.tenant(whole.id);
            assert_eq!(coins(&again, jar).await, Some(60));
            assert!(store::verify::verify(&again).await.unwrap().is_clean());
        }
        cell.close().await;
    }
}

async fn whoever_sweeps_may_die_as_well(world: World) {
    let (tenant, _, _) = filled(&world).await;
    let (path, _) = packed(&world, &tenant, false).await;
    drop(tenant);
    let left = Left::by(world).await;
    let mut role = left.role(&path);
    (role["named"], role["die_at"]) = (json!("again"), json!("writing down"));
    dies(&role);
    for (day, step) in [(1, "emptying its place"), (2, "striking it out")] {
        (role["sweeps"], role["day"], role["die_at"]) = (json!(true), json!(day), json!(step));
        dies(&role);
    }
    // On the same day the last sweeper may be alive, in a cell that others can work on.
    if left.url.is_some() {
        let same_day = left.next(2).await;
        assert_eq!(sweep(&same_day).await.under_way.len(), 1);
        same_day.close().await;
    }
    let cell = left.next(3).await;
    assert_eq!(sweep(&cell).await.removed.len(), 1);
    left.holds_only_what_lives(&cell).await;
}

async fn somebody_who_is_erased_while_a_tenant_is_restored_stays_erased(world: World) {
    let (tenant, jar, ada) = filled(&world).await;
    let (path, _) = packed(&world, &tenant, false).await;
    let restoring = Restoring { named: Some("again"), ..Restoring::default() };
    let mut erases = |step: &str, _, _| {
        if step == "arriving" {
            tokio::task::block_in_place(|| {
                tokio::runtime::Handle::current().block_on(tenant.erase(ada, asked())).unwrap();
            });
        }
    };
    let restored = restore(&world.cell, &path, &restoring, &mut erases).await.unwrap();
    let again = world.cell.tenant(restored[0].id);
    let owner =
        again.row("select owner from jars where id = $1", kernel::args![jar], |row| row.get::<String>(0));
    assert_eq!(owner.await.unwrap().as_deref(), Some(""));
    let key = again.row("select wrapped from subject_keys where subject = $1", kernel::args![ada], |row| {
        row.get::<Option<Vec<u8>>>(0)
    });
    assert_eq!(key.await.unwrap(), Some(None));
    assert!(store::verify::verify(&again).await.unwrap().is_clean());
}

async fn a_tenant_that_is_under_way_is_not_served_and_not_swept(world: World) {
    let (tenant, jar, _) = filled(&world).await;
    let (path, _) = packed(&world, &tenant, false).await;
    let cell = world.cell.clone();
    let mut looks = |step: &str, _, _| {
        if step != "arriving" {
            return;
        }
        tokio::task::block_in_place(|| {
            tokio::runtime::Handle::current().block_on(async {
                let swept = sweep(&cell).await;
                assert_eq!((swept.removed.len(), swept.under_way.len()), (0, 1));
                let coming = cell.registry().tenants();
                let coming = coming.iter().find(|tenant| !tenant.status.is_here()).unwrap().clone();
                let resumed = cell.registry().set_status(coming.id, store::TenantStatus::Active).await;
                assert!(resumed.is_err(), "half a tenant was served");
            });
        });
    };
    let restoring = Restoring { named: Some("again"), ..Restoring::default() };
    let restored = restore(&world.cell, &path, &restoring, &mut looks).await.unwrap();
    assert_eq!(coins(&world.cell.tenant(restored[0].id), jar).await, Some(60));
}

/// It is held up for so long that it is thought dead, and goes on when another has swept away what it brought.
#[tokio::test(flavor = "multi_thread")]
async fn a_late_sleeper_restores_nothing_into_a_place_that_was_swept() {
    let world = World::database().await;
    let (tenant, _, _) = filled(&world).await;
    let (path, _) = packed(&world, &tenant, false).await;
    drop(tenant);
    let left = Left::by(world).await;
    for step in ["taking it out", "writing down", "arriving"] {
        let marker = left.folder.path().join(Uuid::now_v7().to_string()).display().to_string();
        let mut role = left.role(&path);
        (role["named"], role["wait_at"], role["marker"]) = (json!("again"), json!(step), json!(marker));
        let mut sleeper = start(&role);
        let waits = format!("{marker}.waits");
        eventually("it waits at its step", async || Path::new(&waits).exists()).await;
        // It is alive by a clock that goes right, and nobody touches what it brings.
        let today = left.next(0).await;
        let swept = sweep(&today).await;
        assert_eq!((swept.removed.len(), swept.under_way.len()), (0, 1), "{step}");
        let cell = left.next(1).await;
        assert_eq!(sweep(&cell).await.removed.len(), 1, "{step}");
        left.holds_only_what_lives(&cell).await;
        std::fs::write(format!("{marker}.goes"), "").unwrap();
        assert!(!sleeper.wait().unwrap().success(), "{step}: it brought in what was swept away");
        left.holds_only_what_lives(&cell).await;
        assert!(cell.registry().by_slug("again").is_none(), "{step}");
        cell.close().await;
    }
}
