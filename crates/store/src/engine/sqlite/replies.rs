//! The replies that are kept under their idempotency keys, and how one is found again.
//!
//! A key is a place at random: an index of keys is written at as many pages as there are replies in a commit, and ages
//! with them. So replies lie in the order in which they came, and their keys beside them until there are enough for a
//! *run*: all keys of a stretch, sorted, in one row, behind a filter that nearly always knows that a key is not among them.
//! Filters and the keys that are in no run yet are in the writer's memory: two bytes for a reply, and a little. A run is
//! dropped whole, with its replies, when the last of them has been kept long enough.

use std::collections::HashMap;

use kernel::Timestamp;
use rusqlite::{Connection, OptionalExtension};
use uuid::Uuid;

use super::connection::failure;
use super::filter::Filter;
use crate::Failure;
use crate::work::{Once, Reply};

/// How many keys make a run, or as many more as one commit brings.
const RUN: usize = 4096;

/// A key and the place of its reply, as a run holds them.
const ENTRY: usize = 16 + 8;

/// How many runs are dropped in one commit at the most.
const DROPPED: usize = 4;

pub(super) struct Replies {
    /// The keys that are in no run.
    recent: HashMap<Uuid, i64>,
    /// The oldest first.
    runs: Vec<Run>,
}

struct Run {
    /// The place of its last reply.
    last: i64,
    /// When the newest of its replies was kept.
    newest: i64,
    filter: Filter,
}

impl Replies {
    /// After a journey, or from before there were runs, there may be any number of keys that are in none.
    pub(super) fn open(connection: &Connection) -> Result<Self, Failure> {
        while make_oldest_run(connection)? {}
        let read = || {
            let mut recent = connection.prepare_cached("select key, reply from reply_keys")?;
            let recent = recent.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            let mut runs =
                connection.prepare_cached("select last, newest, filter from reply_runs order by last")?;
            let runs = runs.query_map([], |row| {
                let filter = Filter::from(row.get::<_, Vec<u8>>(2)?);
                Ok(Run { last: row.get(0)?, newest: row.get(1)?, filter })
            })?;
            Ok(Self { recent: recent.collect::<Result<_, _>>()?, runs: runs.collect::<Result<_, _>>()? })
        };
        read().map_err(|error| failure(&error))
    }

    /// What is kept under a key, sealed as it lies there, with the fingerprint of what was asked.
    pub(super) fn find(
        &self,
        connection: &Connection,
        key: Uuid,
    ) -> Result<Option<(Vec<u8>, Reply)>, Failure> {
        if let Some(place) = self.recent.get(&key) {
            return reply(connection, *place, key);
        }
        for run in self.runs.iter().rev().filter(|run| run.filter.may_hold(key)) {
            if let Some(place) = place_in(connection, run.last, key)?
                && let Some(found) = reply(connection, place, key)?
            {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    pub(super) fn keep(
        &mut self,
        connection: &Connection,
        once: &Once,
        reply: &Reply,
        now: Timestamp,
    ) -> Result<(), Failure> {
        connection
            .prepare_cached("insert into replies (key, fingerprint, status, body, version, location, created) values (?1, ?2, ?3, ?4, ?5, ?6, ?7)")
            .and_then(|mut statement| {
                statement.execute((once.id(), &once.fingerprint, reply.status, &reply.body, reply.version, &reply.location, now.as_micros()))
            })
            .map_err(|error| failure(&error))?;
        self.recent.insert(once.id(), connection.last_insert_rowid());
        Ok(())
    }

    /// Makes a run of the keys that are in none, when there are enough of them.
    pub(super) fn settle(&mut self, connection: &Connection) -> Result<(), Failure> {
        if self.recent.len() < RUN {
            return Ok(());
        }
        let mut keys: Vec<(i64, Uuid)> = self.recent.drain().map(|(key, place)| (place, key)).collect();
        keys.sort_unstable();
        self.runs.push(make_run(connection, &keys).map_err(|error| failure(&error))?);
        Ok(())
    }

    /// Drops what was kept before a moment; says whether there may be more of it.
    pub(super) fn prune(&mut self, connection: &Connection, before: i64) -> Result<bool, Failure> {
        let old = self.runs.iter().take(DROPPED).take_while(|run| run.newest < before).count();
        let pruned = (|| {
            for run in self.runs.drain(..old) {
                connection.execute("delete from replies where id <= ?1", [run.last])?;
                connection.execute("delete from reply_runs where last = ?1", [run.last])?;
            }
            let mut recent =
                connection.prepare_cached("select reply, key from reply_keys where created < ?1")?;
            let recent = recent.query_map([before], |row| Ok((row.get(0)?, row.get(1)?)))?;
            for (place, key) in recent.collect::<Result<Vec<(i64, Uuid)>, _>>()? {
                connection.execute("delete from replies where id = ?1", [place])?;
                self.recent.remove(&key);
            }
            Ok(())
        })();
        pruned.map_err(|error| failure(&error))?;
        Ok(old == DROPPED)
    }
}

/// Makes a run of the oldest keys that are in none, by itself, when there are enough of them; says whether it did.
fn make_oldest_run(connection: &Connection) -> Result<bool, Failure> {
    let made = (|| {
        let mut oldest =
            connection.prepare_cached("select reply, key from reply_keys order by reply limit ?1")?;
        let oldest = oldest.query_map([RUN as i64], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let oldest = oldest.collect::<Result<Vec<_>, _>>()?;
        if oldest.len() < RUN {
            return Ok(false);
        }
        let all = connection.unchecked_transaction()?;
        make_run(&all, &oldest)?;
        all.commit()?;
        Ok(true)
    })();
    made.map_err(|error| failure(&error))
}

fn make_run(connection: &Connection, keys: &[(i64, Uuid)]) -> rusqlite::Result<Run> {
    let last = keys.last().map_or(0, |key| key.0);
    let newest = "select coalesce(max(created), 0) from reply_keys where reply <= ?1";
    let newest = connection.query_row(newest, [last], |row| row.get(0))?;
    let mut sorted: Vec<(Uuid, i64)> = keys.iter().map(|(place, key)| (*key, *place)).collect();
    sorted.sort_unstable();
    let filter = Filter::of(sorted.iter().map(|(key, _)| *key));
    let mut entries = Vec::with_capacity(sorted.len() * ENTRY);
    for (key, place) in sorted {
        entries.extend(key.as_bytes());
        entries.extend(place.to_be_bytes());
    }
    connection
        .prepare_cached("insert into reply_runs (last, newest, filter, keys) values (?1, ?2, ?3, ?4)")?
        .execute((last, newest, filter.bytes(), entries))?;
    connection.prepare_cached("delete from reply_keys where reply <= ?1")?.execute([last])?;
    Ok(Run { last, newest, filter })
}

/// Where the run says that a key's reply lies.
fn place_in(connection: &Connection, run: i64, key: Uuid) -> Result<Option<i64>, Failure> {
    let keys: Vec<u8> = connection
        .prepare_cached("select keys from reply_runs where last = ?1")
        .and_then(|mut statement| statement.query_row([run], |row| row.get(0)))
        .map_err(|error| failure(&error))?;
    let (entries, _) = keys.as_chunks::<ENTRY>();
    let found = entries.binary_search_by(|entry| entry[..16].cmp(key.as_bytes()));
    Ok(found.ok().and_then(|index| entries[index].last_chunk()).map(|place| i64::from_be_bytes(*place)))
}

fn reply(connection: &Connection, place: i64, key: Uuid) -> Result<Option<(Vec<u8>, Reply)>, Failure> {
    connection
        .prepare_cached(
            "select fingerprint, status, body, version, location from replies where id = ?1 and key = ?2",
        )
        .and_then(|mut statement| {
            let found = statement.query_row((place, key), |row| {
                let reply = Reply {
                    status: row.get(1)?,
                    body: row.get(2)?,
                    version: row.get(3)?,
                    location: row.get(4)?,
                };
                Ok((row.get(0)?, reply))
            });
            found.optional()
        })
        .map_err(|error| failure(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file() -> Connection {
        let file = Connection::open_in_memory().unwrap();
        file.execute_batch(include_str!("log.sql")).unwrap();
        file.execute("insert into replies values (x'07', x'01', 201, 'old', 1, null, 5)", []).unwrap();
        file.execute_batch(include_str!("log-6.sql")).unwrap();
        file.execute("update replies set key = ?1", [once(-1).id()]).unwrap();
        file.execute("update reply_keys set key = ?1", [once(-1).id()]).unwrap();
        file
    }

    fn once(number: i64) -> Once {
        Once { key: format!("key {number}"), fingerprint: number.to_be_bytes().to_vec() }
    }

    fn keep(replies: &mut Replies, file: &Connection, number: i64) {
        let reply = Reply { status: 201, body: number.to_string(), version: Some(number), location: None };
        replies.keep(file, &once(number), &reply, Timestamp::from_micros(number)).unwrap();
        replies.settle(file).unwrap();
    }

    fn body(replies: &Replies, file: &Connection, number: i64) -> Option<String> {
        let (fingerprint, reply) = replies.find(file, once(number).id()).unwrap()?;
        assert!(number < 0 || fingerprint == number.to_be_bytes());
        Some(reply.body)
    }

    fn rows(file: &Connection, table: &str) -> i64 {
        file.query_row(&format!("select count(*) from {table}"), [], |row| row.get(0)).unwrap()
    }

    #[test]
    fn a_reply_is_found_as_long_as_it_is_kept_and_by_whoever_opens_the_file_later() {
        let file = file();
        let mut replies = Replies::open(&file).unwrap();
        for number in 10..10_010 {
            keep(&mut replies, &file, number);
        }
        assert_eq!((rows(&file, "reply_runs"), rows(&file, "reply_keys")), (2, 10_001 - 2 * RUN as i64));
        for replies in [&replies, &Replies::open(&file).unwrap()] {
            assert_eq!(body(replies, &file, -1).as_deref(), Some("old"));
            for number in 10..10_010 {
                assert_eq!(body(replies, &file, number), Some(number.to_string()));
            }
            for number in 10_010..12_000 {
                assert_eq!(body(replies, &file, number), None);
            }
        }
        let second = 10 + RUN as i64;
        // Of the second run one is still wanted.
        assert!(!replies.prune(&file, second + RUN as i64 - 2).unwrap());
        assert_eq!(body(&replies, &file, 10), None);
        assert_eq!(body(&replies, &file, second), Some(second.to_string()));
        assert!(!replies.prune(&file, 10_000).unwrap());
        for replies in [&replies, &Replies::open(&file).unwrap()] {
            assert_eq!(body(replies, &file, 9_999), None);
            assert_eq!(body(replies, &file, 10_000).as_deref(), Some("10000"));
        }
        assert_eq!(
            (rows(&file, "replies"), rows(&file, "reply_keys"), rows(&file, "reply_runs")),
            (10, 10, 0)
        );
    }

    #[test]
    fn many_that_came_by_a_journey_are_made_runs_of() {
        let file = file();
        for number in 0..20_000 {
            file.execute(
                "insert into replies (key, fingerprint, status, body, version, location, created) values (?1, ?2, 200, ?3, null, null, ?4)",
                (once(number).id(), number.to_be_bytes(), number.to_string(), number % 7),
            )
            .unwrap();
        }
        let mut replies = Replies::open(&file).unwrap();
        assert_eq!((rows(&file, "reply_runs"), rows(&file, "reply_keys")), (4, 20_001 - 4 * RUN as i64));
        assert_eq!(body(&replies, &file, 13_000).as_deref(), Some("13000"));
        // The runs were not kept in the order of their times: each stays until the last of it may go.
        replies.prune(&file, 6).unwrap();
        assert!(rows(&file, "replies") > 4 * RUN as i64);
        assert!(replies.prune(&file, 7).unwrap());
        assert!(!replies.prune(&file, 7).unwrap());
        assert_eq!((rows(&file, "replies"), rows(&file, "reply_runs")), (0, 0));
    }

    #[test]
    fn a_reply_that_was_taken_away_is_not_found_under_another_key() {
        let file = file();
        file.execute("delete from replies", []).unwrap();
        let mut replies = Replies::open(&file).unwrap();
        keep(&mut replies, &file, 1);
        assert_eq!((body(&replies, &file, -1), body(&replies, &file, 1)), (None, Some("1".into())));
    }
}
