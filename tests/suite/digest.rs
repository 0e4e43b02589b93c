//! What every table of a cell holds, put short, and how many events of each kind there are: whoever changed nothing leaves
//! all of it as it was. The tables are the database's own list, so that one that is new is looked at, too.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use galleria_tests::Cell;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};

use crate::world::World;

/// What moves by itself, or by being asked: who reads how far, which node is there, what was counted and answered; and what
/// follows from the log.
const MOVES: [&str; 8] = ["cursors", "leases", "nodes", "nonces", "replies", "usage", "heads", "states"];

/// Before the name of a kind of events.
const EVENT: &str = "event ";
const KINDS: &str = "select kind, count(*) from events group by kind";

/// Doors to accounts keep what is asked of them as a job, whoever asks.
const JOBS: &str = "name not like 'identity.%'";

pub type Digests = BTreeMap<String, String>;

pub async fn digests(world: &World) -> Digests {
    match (&world.cell, &world.postgres) {
        (_, Some(postgres)) => of_database(&postgres.owner_url()).await,
        (Cell::Folder(folder), None) => of_folder(folder),
        (cell, None) => panic!("nobody knows where {:?} is", cell.args()),
    }
}

/// The tables in which something is otherwise, by their last names, and the kinds of what happened.
pub fn changed(before: &Digests, after: &Digests) -> BTreeSet<String> {
    let all = before.keys().chain(after.keys()).filter(|name| before.get(*name) != after.get(*name));
    let short = |name: &String| match name.strip_prefix(EVENT) {
        Some(kind) => kind.to_owned(),
        None => name.rsplit('.').next().unwrap_or_default().to_owned(),
    };
    all.map(short).collect()
}

async fn of_database(url: &str) -> Digests {
    let (owner, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
    let connection = tokio::spawn(connection);
    let tables = "select schemaname, tablename from pg_tables where schemaname not in ('pg_catalog', 'information_schema')";
    let mut found = Digests::new();
    for row in owner.query(tables, &[]).await.unwrap() {
        let (schema, table): (String, String) = (row.get(0), row.get(1));
        if MOVES.contains(&table.as_str()) || table == "events" {
            continue;
        }
        let only = if table == "jobs" { format!("where {JOBS}") } else { String::new() };
        let sql = format!(
            "select count(*) || ' ' || md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from {schema}.{table} t {only}"
        );
        found.insert(format!("{schema}.{table}"), owner.query_one(&sql, &[]).await.unwrap().get(0));
    }
    for row in owner.query(&KINDS.replace("events", "log.events"), &[]).await.unwrap() {
        let (kind, count): (String, i64) = (row.get(0), row.get(1));
        found.insert(format!("{EVENT}{kind}"), count.to_string());
    }
    connection.abort();
    found
}

fn of_folder(folder: &Path) -> Digests {
    let tenants = std::fs::read_dir(folder.join("tenants")).unwrap().map(|entry| entry.unwrap().path());
    let files = tenants.filter(|path| path.extension().is_some_and(|kind| kind == "db"));
    let mut found = Digests::new();
    for file in files.chain([folder.join("cell.db")]) {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        let database = Connection::open_with_flags(&file, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
        let sql = "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'";
        let mut tables = database.prepare(sql).unwrap();
        let tables: Vec<String> =
            tables.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap();
        for table in tables.iter().filter(|table| !MOVES.contains(&table.as_str()) && *table != "events") {
            found.insert(format!("{name}.{table}"), of_table(&database, table));
        }
        if tables.iter().any(|table| table == "events") {
            let mut kinds = database.prepare(KINDS).unwrap();
            let kinds = kinds.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?)));
            for (kind, count) in kinds.unwrap().map(Result::unwrap) {
                let kind = format!("{EVENT}{kind}");
                let all = found.get(&kind).map_or(0, |before| before.parse::<i64>().unwrap()) + count;
                found.insert(kind, all.to_string());
            }
        }
    }
    found
}

fn of_table(database: &Connection, table: &str) -> String {
    let only = if table == "jobs" { format!("where {JOBS}") } else { String::new() };
    let mut all = database.prepare(&format!("select * from \"{table}\" {only}")).unwrap();
    let columns = all.column_count();
    let mut rows = all.query([]).unwrap();
    let mut lines = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        let values = (0..columns).map(|column| match row.get_ref(column).unwrap() {
            ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
            other => format!("{other:?}"),
        });
        lines.push(values.collect::<Vec<_>>().join("\u{1f}"));
    }
    lines.sort();
    let whole = lines.join("\n");
    let hash = ring::digest::digest(&ring::digest::SHA256, whole.as_bytes());
    format!("{} {:?}", lines.len(), hash)
}
