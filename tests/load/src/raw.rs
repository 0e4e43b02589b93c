//! The ceiling of the embedded engine: the rows of real orders, read from what the server wrote, written again with new
//! ids by one thread that does nothing else, in groups of 256, as durably.

use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};
use uuid::Uuid;

const GROUP: u64 = 256;

/// A row to be written again, and which of its columns take the order's new id.
struct Row {
    insert: String,
    values: Vec<Value>,
    ids: Vec<usize>,
    fresh: Vec<usize>,
}

pub fn orders_per_second(file: &Path, duration: Duration) -> f64 {
    let database = Connection::open(file).unwrap();
    database
        .execute_batch("pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on; pragma cache_size = -4096")
        .unwrap();
    database.set_prepared_statement_cache_capacity(64);
    let order: Vec<u8> =
        database.query_row("select id from orders order by id desc limit 1", [], |row| row.get(0)).unwrap();
    let mut rows = Vec::new();
    for (table, column, ids, fresh) in [
        ("orders", "id", vec!["id"], vec![]),
        ("order_items", "order_id", vec!["order_id"], vec![]),
        ("order_status_history", "order_id", vec!["order_id"], vec![]),
        ("states", "id", vec!["id"], vec![]),
    ] {
        rows.extend(read(&database, table, &format!("{column} = ?1"), &order, &ids, &fresh));
    }
    let reply =
        format!("location = '/api/v1/orders/{}' and ?1 is not null", Uuid::from_slice(&order).unwrap());
    let mut replies = read(&database, "replies", &reply, &order, &[], &["key"]);
    // Their place is the next one.
    replies.iter_mut().for_each(|row| row.values[0] = Value::Null);
    rows.extend(replies);
    // Each order is a new person's.
    let person: Vec<u8> = database
        .query_row("select customer_id from orders where id = ?1", [&order], |row| row.get(0))
        .unwrap();
    rows.extend(read(&database, "subject_keys", "subject = ?1", &person, &[], &["subject"]));
    let correlation: Vec<u8> = database
        .query_row("select correlation from events where stream_id = ?1", [&order], |row| row.get(0))
        .unwrap();
    let mut reserved = read(
        &database,
        "events",
        "correlation = ?1 and stream = 'stock'",
        &correlation,
        &["stream_id"],
        &["id"],
    );
    let mut placed = read(
        &database,
        "events",
        "correlation = ?1 and stream = 'order'",
        &correlation,
        &["stream_id"],
        &["id"],
    );
    assert_eq!(
        (rows.len(), reserved.len(), placed.len()),
        (7, 2, 1),
        "an order of two lines is seven rows and three events"
    );

    let mut position: i64 =
        database.query_row("select max(position) from events", [], |row| row.get(0)).unwrap();
    let stock: Vec<Vec<u8>> = database
        .prepare("select variant_id from inventory")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    let (started, mut done) = (Instant::now(), 0_u64);
    while started.elapsed() < duration {
        database.execute_batch("begin immediate").unwrap();
        for _ in 0..GROUP {
            let id = Value::Blob(Uuid::now_v7().as_bytes().to_vec());
            for row in &mut rows {
                write(&database, row, &id);
            }
            for event in &mut placed {
                position += 1;
                event.values[0] = Value::Integer(position);
                write(&database, event, &id);
            }
            for (line, event) in (0..2).zip(&mut reserved) {
                let variant = &stock[usize::try_from(done * 2 + line).unwrap() % stock.len()];
                // Read as the server reads it, then written as the server writes it.
                let (version, state): (i64, String) = database
                    .prepare_cached("select version, state from states where id = ?1")
                    .unwrap()
                    .query_row([variant], |row| Ok((row.get(0)?, row.get(1)?)))
                    .unwrap();
                database
                    .prepare_cached("update states set version = ?2, state = ?3 where id = ?1")
                    .unwrap()
                    .execute((variant, version + 1, state))
                    .unwrap();
                position += 1;
                event.values[0] = Value::Integer(position);
                event.values[4] = Value::Integer(version + 1);
                write(&database, event, &Value::Blob(variant.clone()));
                database
                    .prepare_cached("update inventory set reserved = reserved + 1 where variant_id = ?1 and on_hand - reserved >= 1")
                    .unwrap()
                    .execute([variant])
                    .unwrap();
            }
            done += 1;
        }
        database.execute_batch("commit").unwrap();
    }
    done as f64 / started.elapsed().as_secs_f64()
}

fn read(
    database: &Connection,
    table: &str,
    condition: &str,
    key: &[u8],
    ids: &[&str],
    fresh: &[&str],
) -> Vec<Row> {
    let mut statement = database.prepare(&format!("select * from {table} where {condition}")).unwrap();
    let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let places = |names: &[&str]| {
        names.iter().map(|name| columns.iter().position(|column| column == name).unwrap()).collect()
    };
    let (ids, fresh): (Vec<usize>, Vec<usize>) = (places(ids), places(fresh));
    let marks: Vec<String> = (1..=columns.len()).map(|number| format!("?{number}")).collect();
    let insert = format!("insert into {table} values ({})", marks.join(", "));
    statement
        .query_map([key], |row| {
            (0..columns.len()).map(|column| row.get(column)).collect::<Result<Vec<Value>, _>>()
        })
        .unwrap()
        .map(|values| Row {
            insert: insert.clone(),
            values: values.unwrap(),
            ids: ids.clone(),
            fresh: fresh.clone(),
        })
        .collect()
}

fn write(database: &Connection, row: &mut Row, id: &Value) {
    for column in &row.ids {
        row.values[*column] = id.clone();
    }
    for column in &row.fresh {
        row.values[*column] = Value::Blob(Uuid::now_v7().as_bytes().to_vec());
    }
    database.prepare_cached(&row.insert).unwrap().execute(params_from_iter(&row.values)).unwrap();
}
