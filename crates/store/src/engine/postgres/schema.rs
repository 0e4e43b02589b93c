//! Preparing the server, and what becomes of a context's portable tables here.
//!
//! A migration's text knows no tenant and no schema. Here each table gets a `tenant_id` that fills itself from the
//! transaction's setting, stands first in every primary, unique and foreign key (those checks bypass policies), and is
//! forced on every row by row-level security. So no context can forget it.
//!
//! In other indexes it stands second: an index that begins with the tenant looks, to a planner without statistics, as
//! good for finding one row as the key itself, and then a foreign key is checked by reading all of a tenant's rows.

use kernel::boxed;
use std::fmt::Write as _;

use tokio_postgres::{Client, NoTls};

use super::connect::{address, encryption};
use super::failure::failure;
use super::pipeline::{Session, Value};
use crate::Failure;
use crate::context::{Context, Migration, People};
use crate::engine::steps::{self, Steps, Taken};

/// What the store itself needs, in the shape of a context.
static LOG: Context = Context {
    name: "log",
    migrations: &[
        Migration { number: 1, name: "0001_log", sql: include_str!("log.sql") },
        Migration { number: 2, name: "0002_heads", sql: include_str!("log-2.sql") },
        Migration { number: 3, name: "0003_own", sql: include_str!("../own.sql") },
        Migration { number: 4, name: "0004_form", sql: include_str!("log-4.sql") },
        Migration { number: 5, name: "0005_destinations", sql: include_str!("../own-2.sql") },
    ],
    streams: &[],
    people: People::NOBODY,
    form: 0,
};

/// The tables of the cell, which are no tenant's.
static CELL: Context = Context {
    name: "cell",
    migrations: &[
        Migration { number: 1, name: "0001_cell", sql: include_str!("cell.sql") },
        Migration { number: 2, name: "0002_cell", sql: include_str!("cell-2.sql") },
        Migration { number: 3, name: "0003_cell", sql: include_str!("cell-3.sql") },
        Migration { number: 4, name: "0004_cell", sql: include_str!("cell-4.sql") },
        Migration { number: 5, name: "0005_cell", sql: include_str!("cell-5.sql") },
        Migration { number: 6, name: "0006_cell", sql: include_str!("cell-6.sql") },
        Migration { number: 7, name: "0007_cell", sql: include_str!("cell-7.sql") },
        Migration { number: 8, name: "0008_cell", sql: include_str!("cell-8.sql") },
    ],
    streams: &[],
    people: People::NOBODY,
    form: 0,
};

/// The tenant of the transaction; no tenant when nothing was set, or when a pooled connection has fallen back to ''.
const TENANT: &str = "nullif(current_setting('app.tenant', true), '')::uuid";

/// The tenants whose log is ahead of one of the readers, or that have a job which is due; the body of the function that is
/// asked for them.
const BEHIND: &str = "select h.tenant_id from log.heads h where h.position > 0 and (\
      (select count(*) from log.cursors c where c.tenant_id = h.tenant_id and c.subscriber = any(string_to_array($1, ',')) and c.retry_at <= $3) < $2 \
      or exists (select 1 from log.cursors c where c.tenant_id = h.tenant_id and c.subscriber = any(string_to_array($1, ',')) and c.position < h.position and c.retry_at <= $3)) \
    union select j.tenant_id from log.jobs j where j.state = 'waiting' and j.due <= $3 \
    union select j.tenant_id from log.jobs j where j.state = 'running' and j.leased_until <= $3";

/// The body of `log.count_what_grew()`, which runs as the owner: counts each table anew that has grown by half since it was
/// counted, on one node at a time. Rows that are only changed make no plan better, and each count makes plans be made again.
const COUNT_WHAT_GREW: &str = "
  declare grown record; counted bigint := 0;
  begin
    if not pg_try_advisory_xact_lock(7152094630183) then return 0; end if;
    for grown in
      select s.relid::regclass as name
      from pg_stat_user_tables s join pg_class c on c.oid = s.relid
      where pg_get_userbyid(c.relowner) = current_user and s.n_live_tup > greatest(c.reltuples, 0) * 1.5 + 20
    loop
      execute format('analyze %s', grown.name);
      counted := counted + 1;
    end loop;
    return counted;
  end";

/// Prepares a database server as its owner: schemas, tables, policies, and the role that the application signs in
/// with, which owns nothing. Run again, it takes only the steps that are new.
#[boxed]
pub async fn prepare_server(
    owner_url: &str,
    app_role: &str,
    app_password: Option<&str>,
    contexts: &'static [Context],
) -> Result<(), Failure> {
    let config = address(owner_url)?;
    let (mut client, wire) = match encryption(&config)? {
        Some(tls) => {
            let (client, connection) = config.connect(tls).await.map_err(|error| failure(&error))?;
            (client, tokio::spawn(connection))
        }
        None => {
            let (client, connection) = config.connect(NoTls).await.map_err(|error| failure(&error))?;
            (client, tokio::spawn(connection))
        }
    };
    let result = prepare(&mut client, app_role, app_password, contexts).await;
    drop(client);
    let _ = wire.await;
    result
}

async fn prepare(
    client: &mut Client,
    app_role: &str,
    app_password: Option<&str>,
    contexts: &'static [Context],
) -> Result<(), Failure> {
    let version: i32 = client
        .query_one("select current_setting('server_version_num')::int", &[])
        .await
        .map_err(|error| failure(&error))?
        .get(0);
    if version < 150_000 {
        return Err(Failure::Unusable(format!(
            "This server is version {}; Galleria needs 15 or newer.",
            version / 10_000
        )));
    }
    let all = client.transaction().await.map_err(|error| failure(&error))?;
    let run = async |sql: &str| all.batch_execute(sql).await.map_err(|error| named(&error, sql));
    // Two that migrate at once would take the same steps; the second waits here and finds them taken.
    run("set local lock_timeout = '30s'; select pg_advisory_xact_lock(7152094630182)").await?;
    make_role(&all, app_role, app_password).await?;
    let exists: bool = all
        .query_one("select to_regclass('cell.migrations') is not null", &[])
        .await
        .map_err(|error| failure(&error))?
        .get(0);
    let mut taken = Taken::new();
    if exists {
        // The first layout did not write down its own step.
        taken.insert(CELL.name.to_owned(), Steps { last: 1, contracted: 1 });
        let rows = all.query(TAKEN, &[]).await.map_err(|error| failure(&error))?;
        taken.extend(rows.iter().map(steps));
    }
    let all_contexts = every(contexts);
    let pending = steps::pending(&all_contexts, &taken)?;
    for (context, step) in pending.iter().copied() {
        if context == CELL.name {
            run(step.sql).await?;
        } else {
            run(&format!("create schema if not exists {context}")).await?;
            run(&tenanted(context, step.sql)?).await?;
        }
    }
    for (context, step) in &pending {
        let contracts = i64::from(step.contracts());
        all.execute(
            "insert into cell.migrations (context, number, name, contracts) values ($1, $2, $3, $4)",
            &[context, &step.number, &step.name, &contracts],
        )
        .await
        .map_err(|error| failure(&error))?;
    }
    run(&grants(app_role, &all_contexts)).await?;
    all.commit().await.map_err(|error| failure(&error))
}

/// Whether the server is as this binary needs it, and the role as harmless as it should be. Changes nothing.
pub(super) async fn check(session: &Session, contexts: &'static [Context]) -> Result<(), Failure> {
    look(session, contexts).await.map_err(|failure| match failure {
        Failure::Bug(told) => Failure::Unusable(format!(
            "This database is not prepared for the user that signed in ({told}). Prepare it with: galleria migrate --database-url OWNER_URL --app-role NAME"
        )),
        other => other,
    })
}

async fn look(session: &Session, contexts: &'static [Context]) -> Result<(), Failure> {
    let role = "select (rolsuper or rolbypassrls)::int::bigint, \
        (select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relowner = r.oid and n.nspname = any($1)), \
        (to_regclass('cell.migrations') is not null)::int::bigint \
        from pg_roles r where rolname = current_user";
    let schemas = every(contexts).iter().map(|context| Some(context.name)).collect();
    let (mut mighty, mut owns, mut prepared) = (0_i64, 0_i64, 0_i64);
    rows(session, role, vec![Value::Texts(schemas)], |row| {
        (mighty, owns, prepared) = (row.get(0), row.get(1), row.get(2))
    })
    .await?;
    if prepared == 0 {
        return Err(Failure::Unusable(
            "This database has no Galleria in it yet. Prepare it once with: galleria migrate --database-url OWNER_URL --app-role NAME".into(),
        ));
    }
    if mighty != 0 || owns != 0 {
        return Err(Failure::Unusable(
            "This database user owns Galleria's tables or may bypass row-level security, so nothing would keep tenants apart. Sign in as the application role that `galleria migrate --app-role NAME` prepares.".into(),
        ));
    }
    let mut taken = Taken::new();
    rows(session, TAKEN, Vec::new(), |row| {
        taken.extend([steps(&row)]);
    })
    .await?;
    let waiting = steps::pending(&every(contexts), &taken)?;
    if !waiting.is_empty() {
        return Err(Failure::Unusable(format!(
            "This database lacks {} steps of this binary. Take them with: galleria migrate --database-url OWNER_URL --app-role NAME",
            waiting.len()
        )));
    }
    let (mut found, mut user, mut base) = (String::new(), String::new(), String::new());
    let settings = "select current_setting('search_path'), current_user::text, current_database()::text";
    rows(session, settings, Vec::new(), |row| (found, user, base) = (row.get(0), row.get(1), row.get(2)))
        .await?;
    // They belong to the role in this database, so a copy of the database comes without them.
    let found: Vec<&str> = found.split(", ").collect();
    if !every(contexts).iter().all(|context| found.contains(&context.name)) {
        return Err(Failure::Unusable(format!(
            "The role {user:?} lacks its settings in the database {base:?}, as after a copy by pg_dump. Give them again with: galleria migrate --database-url OWNER_URL --app-role {user}"
        )));
    }
    Ok(())
}

async fn rows(
    session: &Session,
    sql: &str,
    values: Vec<Value<'_>>,
    mut each: impl FnMut(tokio_postgres::Row),
) -> Result<(), Failure> {
    let statement = session.statement(sql, &values).await?;
    let mut rows = Box::pin(session.query(&statement, &values).await?);
    while let Some(row) =
        futures_util::TryStreamExt::try_next(&mut rows).await.map_err(|error| failure(&error))?
    {
        each(row);
    }
    Ok(())
}

/// The last step of each context, and the last that older binaries cannot live with.
///
/// Asked in a way that also works before the column is there that says so.
const TAKEN: &str = "select context, max(number), coalesce(max(number) filter (where to_jsonb(m)->>'contracts' = '1'), 0) from cell.migrations m group by context";

fn steps(row: &tokio_postgres::Row) -> (String, Steps) {
    (row.get(0), Steps { last: row.get(1), contracted: row.get(2) })
}

fn every(contexts: &'static [Context]) -> Vec<Context> {
    [CELL, LOG].into_iter().chain(contexts.iter().copied()).collect()
}

async fn make_role(
    all: &tokio_postgres::Transaction<'_>,
    role: &str,
    password: Option<&str>,
) -> Result<(), Failure> {
    let exists = all
        .query_opt("select 1 from pg_roles where rolname = $1", &[&role])
        .await
        .map_err(|error| failure(&error))?;
    if exists.is_some() {
        return Ok(());
    }
    let Some(password) = password else {
        return Err(Failure::Refused(format!(
            "The role {role:?} does not exist. Give it a password in GALLERIA_APP_PASSWORD and it will be made, or make it yourself: create role {} login password '…'",
            quoted(role)
        )));
    };
    let sql = format!(
        "create role {} login nosuperuser nobypassrls nocreatedb nocreaterole password '{}'",
        quoted(role),
        password.replace('\'', "''")
    );
    // The statement holds the password, so a failure does not repeat it.
    all.batch_execute(&sql).await.map_err(|error| failure(&error))
}

/// How the relay finds, among all tenants, those that are behind. It asks a function of the owner's, which sees their rows;
/// a policy that showed them to the application itself would be one condition or another, which no key serves.
fn relay(role: &str) -> String {
    let mut sql = String::new();
    for table in ["log.heads", "log.cursors", "log.jobs"] {
        let _ = write!(
            sql,
            "drop policy if exists relay on {table};
             drop policy if exists owner on {table};
             create policy owner on {table} for select to current_user using (true);"
        );
    }
    let _ = write!(
        sql,
        "create or replace function log.behind(text, bigint, bigint) returns setof uuid
           language sql stable security definer set search_path = '' as $${BEHIND}$$;
         revoke all on function log.behind(text, bigint, bigint) from public;
         grant execute on function log.behind(text, bigint, bigint) to {role};
         create or replace function log.count_what_grew() returns bigint
           language plpgsql security definer set search_path = '' as $${COUNT_WHAT_GREW}$$;
         revoke all on function log.count_what_grew() from public;
         grant execute on function log.count_what_grew() to {role};"
    );
    sql
}

/// What the application may do. Events cannot be changed by anyone who signs in with this role, and removed only when
/// their tenant has departed to another cell. The relay learns which tenants are behind, and nothing else of them.
fn grants(role: &str, contexts: &[Context]) -> String {
    let (role, mut sql) = (quoted(role), String::new());
    let schemas: Vec<&str> = contexts.iter().map(|context| context.name).collect();
    for schema in &schemas {
        let _ = write!(
            sql,
            "grant usage on schema {schema} to {role}; grant select, insert, update, delete on all tables in schema {schema} to {role};"
        );
    }
    let _ = write!(
        sql,
        "revoke update, delete on log.events from {role};
         {relay}
         drop policy if exists only_departed on log.events;
         create policy only_departed on log.events as restrictive for delete using (
           exists (select 1 from cell.tenants t where t.id = tenant_id and t.status = 'departed'));
         grant delete on log.events to {role};
         revoke insert, update, delete on cell.migrations from {role};
         grant execute on function log.expect_rows(bigint, bigint), log.expect_open(bigint, bigint) to {role};
         do $$ begin
           execute format('alter role %I in database %I set search_path = {path}', '{name}', current_database());
           execute format('alter role %I in database %I set plan_cache_mode = force_generic_plan', '{name}', current_database());
           execute format('alter role %I in database %I set enable_seqscan = off', '{name}', current_database());
           execute format('alter role %I in database %I set enable_bitmapscan = off', '{name}', current_database());
           execute format('alter role %I in database %I set enable_hashjoin = off', '{name}', current_database());
           execute format('alter role %I in database %I set enable_mergejoin = off', '{name}', current_database());
           execute format('alter role %I in database %I set jit = off', '{name}', current_database());
           execute format('alter role %I in database %I set lock_timeout = ''5s''', '{name}', current_database());
           execute format('alter role %I in database %I set idle_in_transaction_session_timeout = ''15s''', '{name}', current_database());
         end $$;",
        relay = relay(&role),
        path = schemas.join(", "),
        name = role.trim_matches('"').replace("\"\"", "\"").replace('\'', "''"),
    );
    sql
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn named(error: &tokio_postgres::Error, sql: &str) -> Failure {
    match failure(error) {
        Failure::Bug(why) => {
            let start: String = sql.trim().chars().take(80).collect();
            Failure::Refused(format!("The server refused a step ({why}), so none was taken: {start}…"))
        }
        other => other,
    }
}

/// The portable text of a migration, as this server runs it.
fn tenanted(schema: &str, portable: &str) -> Result<String, Failure> {
    let mut sql = format!("set local search_path = {schema};\n");
    let lines: Vec<&str> = portable.lines().filter(|line| !line.trim_start().starts_with("--")).collect();
    for statement in lines.join("\n").split(';').map(str::trim).filter(|statement| !statement.is_empty()) {
        let _ = writeln!(sql, "{};", one(statement).ok_or_else(|| not_portable(schema, statement))?);
        if let Some(table) = words_after(statement, "create table ") {
            let _ = writeln!(
                sql,
                "alter table {table} enable row level security;
alter table {table} force row level security;
create policy tenant on {table} using (tenant_id = {TENANT}) with check (tenant_id = {TENANT});"
            );
        }
    }
    Ok(sql)
}

fn one(statement: &str) -> Option<String> {
    if let Some(table) = words_after(statement, "create table ") {
        let body = statement.split_once('(')?.1.strip_suffix(')')?;
        let mut clauses = vec![format!("tenant_id uuid not null default {TENANT}")];
        for clause in clauses_of(body) {
            clauses.push(clause_with_tenant(&clause)?);
        }
        return Some(format!("create table {table} (\n  {}\n)", clauses.join(",\n  ")));
    }
    if let Some(rest) = statement.strip_prefix("create unique index ") {
        let (head, columns) = rest.split_once('(')?;
        return Some(format!("create unique index {head}(tenant_id, {columns}"));
    }
    if let Some(rest) = statement.strip_prefix("create index ") {
        let (head, columns) = rest.split_once('(')?;
        let columns: Vec<&str> = columns.strip_suffix(')')?.split(',').map(str::trim).collect();
        let (first, others) = columns.split_first()?;
        let columns: Vec<&str> = [*first, "tenant_id"].into_iter().chain(others.iter().copied()).collect();
        return Some(format!("create index {head}({})", columns.join(", ")));
    }
    if let Some(rest) = statement.strip_prefix("alter table ") {
        let (table, column) = rest.split_once(" add column ")?;
        return Some(format!("alter table {table} add column {}", column_type(column)?));
    }
    statement.starts_with("drop ").then(|| statement.to_owned())
}

/// The clauses between a table's parentheses: split at commas that stand in none of their own.
fn clauses_of(body: &str) -> Vec<String> {
    let (mut clauses, mut depth) = (vec![String::new()], 0);
    for letter in body.chars() {
        depth += i32::from(letter == '(') - i32::from(letter == ')');
        match clauses.last_mut() {
            Some(last) if letter != ',' || depth > 0 => last.push(letter),
            _ => clauses.push(String::new()),
        }
    }
    clauses.into_iter().map(|clause| clause.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

fn clause_with_tenant(clause: &str) -> Option<String> {
    for start in ["primary key (", "unique ("] {
        if let Some(rest) = clause.strip_prefix(start) {
            return Some(format!("{start}tenant_id, {rest}"));
        }
    }
    if let Some(rest) = clause.strip_prefix("foreign key (") {
        let (columns, target) = rest.split_once(") references ")?;
        let (table, key) = target.split_once('(')?;
        return Some(format!("foreign key (tenant_id, {columns}) references {table}(tenant_id, {key}"));
    }
    if clause.starts_with("check (") {
        return Some(clause.to_owned());
    }
    column_type(clause)
}

/// A column. Text compares byte by byte, as in the other engine, so that both sort alike.
fn column_type(clause: &str) -> Option<String> {
    let (name, rest) = clause.split_once(' ')?;
    let (kind, rest) = rest.split_once(' ').unwrap_or((rest, ""));
    // A key named in a column would not get the tenant in front.
    if rest.contains("primary key") || rest.contains("unique") || rest.contains("references") {
        return None;
    }
    match kind {
        "text" => Some(format!("{name} text collate \"C\" {rest}")),
        "uuid" | "bigint" | "bytea" => Some(format!("{name} {kind} {rest}")),
        _ => None,
    }
}

fn words_after<'a>(statement: &'a str, start: &str) -> Option<&'a str> {
    statement.strip_prefix(start)?.split(['(', ' ', '\n']).next()
}

fn not_portable(schema: &str, statement: &str) -> Failure {
    Failure::Bug(format!("a migration of {schema} is not portable: {statement}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_of_a_table_begins_with_the_tenant() {
        let sql = tenanted(
            "jars",
            "create table drops (\n  jar uuid not null,\n  label text,\n  primary key (jar, label),\n  unique (label),\n  foreign key (jar) references jars (id),\n  check (jar in (1, 2))\n);\ncreate index by_label on drops (label);",
        )
        .unwrap();
        assert!(sql.contains("primary key (tenant_id, jar, label)"), "{sql}");
        assert!(sql.contains("unique (tenant_id, label)"), "{sql}");
        assert!(sql.contains("foreign key (tenant_id, jar) references jars (tenant_id, id)"), "{sql}");
        assert!(sql.contains("on drops (label, tenant_id)"), "{sql}");
        assert!(sql.contains("label text collate \"C\""), "{sql}");
        assert!(sql.contains("force row level security"), "{sql}");
    }

    #[test]
    fn a_key_that_would_miss_the_tenant_is_refused() {
        for portable in [
            "create table t (id uuid primary key)",
            "create table t (id uuid not null, other uuid references u (id))",
            "create table t (id serial, primary key (id))",
            "insert into t values (1)",
        ] {
            assert!(tenanted("jars", portable).is_err(), "{portable}");
        }
    }
}
