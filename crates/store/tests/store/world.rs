//! A cell of either engine, with tenants when a story wants them.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use galleria_tests::{Postgres, eventually};
use store::{Cell, Failure, Folder, Keeper, KeyFile, Opening, Server, Tenant, prepare_server};
use tempfile::TempDir;
use tokio::runtime::Handle;
use tokio::task::block_in_place;
use uuid::Uuid;

use crate::jars::{CONTEXTS, asked, drop_coins, now};

#[derive(Debug, Clone, Copy)]
pub enum Engine {
    Embedded,
    Database,
}

pub struct World {
    pub cell: Cell,
    pub folder: TempDir,
    /// Of the server, when there is one.
    pub url: Option<String>,
    pub postgres: Option<Postgres>,
}

impl World {
    pub async fn start(engine: Engine) -> Self {
        match engine {
            Engine::Embedded => Self::embedded().await,
            Engine::Database => Self::database().await,
        }
    }

    pub async fn embedded() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let cell = open(folder.path()).await.unwrap();
        Self { cell, folder, url: None, postgres: None }
    }

    pub async fn database() -> Self {
        let postgres = Postgres::made_once("store", &[&std::env::current_exe().unwrap()], |postgres| {
            let url = postgres.owner_url();
            let prepared = prepare_server(&url, "galleria_app", Some("galleria"), CONTEXTS);
            block_in_place(|| Handle::current().block_on(prepared)).unwrap();
        });
        let server = Server { url: postgres.app_url(), direct_url: None, connections: 8, prepared: true };
        let cell = Cell::open(Opening::Server(server), CONTEXTS, Box::new(keeper), now).await.unwrap();
        let url = Some(postgres.app_url());
        Self { cell, folder: tempfile::tempdir().unwrap(), url, postgres: Some(postgres) }
    }

    /// A new tenant.
    pub async fn tenant(&self) -> Tenant {
        let slug = format!("t{}", Uuid::now_v7().simple());
        let record = self
            .cell
            .registry()
            .create_tenant(&slug, "The Pantry", "EUR".parse().unwrap(), now())
            .await
            .unwrap();
        self.cell.tenant(record.id)
    }
}

/// The key file that all tests share.
pub fn keeper() -> Result<Arc<dyn Keeper>, Failure> {
    Ok(Arc::new(KeyFile::read(&galleria_tests::key_file())?))
}

pub async fn open(folder: &Path) -> Result<Cell, Failure> {
    Cell::open(folder_at(folder), CONTEXTS, Box::new(keeper), now).await
}

pub fn folder_at(path: &Path) -> Opening {
    Opening::Folder(Folder {
        path: path.into(),
        asleep_after: Duration::from_secs(60),
        awake_at_most: 100,
        exclusive: true,
        make: true,
    })
}

pub async fn coins(tenant: &Tenant, jar: Uuid) -> Option<i64> {
    tenant.row("select coins from jars where id = $1", kernel::args![jar], |row| row.get(0)).await.unwrap()
}

/// Drops more coins than all that are there. Once they are copied, all before them have been, and none of them twice.
pub async fn copied_once(tenant: &Tenant, from: Uuid, to: Uuid) {
    const MORE_THAN_ALL: i64 = 1_000_000_000;
    tenant.run(asked(), drop_coins(from, MORE_THAN_ALL)).await.unwrap();
    eventually("the last are copied", async || coins(tenant, to).await >= Some(MORE_THAN_ALL)).await;
    assert_eq!(coins(tenant, to).await, coins(tenant, from).await, "something was done twice");
}

/// Tells the same story over each engine.
#[macro_export]
macro_rules! over_both_engines {
    ($($story:ident),+ $(,)?) => {
        mod embedded {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $story() { super::$story($crate::world::World::embedded().await).await; })+
        }
        mod database {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $story() { super::$story($crate::world::World::database().await).await; })+
        }
    };
}
