//! Many writes as few statements.
//!
//! Each statement costs the server a round of its own, so writes that share a text become one statement over columns of
//! values, and all of a commit becomes one statement of several parts wherever that changes nothing: the parts of one
//! statement do not see each other, so a row that is written more than once takes as many statements.

use std::collections::HashMap;

use kernel::{Arg, ArgKind, Rows, Write};
use uuid::Uuid;

use super::pipeline::{Order, Value};

/// A part of a statement: it touches rows, and how many it must touch is checked by the server.
pub(super) struct Part<'a> {
    /// What the other parts of the statement call it, when they do.
    name: Option<&'static str>,
    returning: &'static str,
    sql: String,
    values: Vec<Value<'a>>,
    rows: Option<i64>,
    /// The function that complains when the rows are not so many.
    check: &'static str,
}

const EXPECT_ROWS: &str = "log.expect_rows";

impl<'a> Part<'a> {
    /// `sql` ends where a `returning` could stand.
    pub(super) fn new(sql: &str, values: Vec<Value<'a>>, rows: i64) -> Self {
        Self { name: None, returning: "1", sql: sql.to_owned(), values, rows: Some(rows), check: EXPECT_ROWS }
    }

    /// The row that numbers a tenant's events, unless they are held back. The parts after it read its number.
    pub(super) fn head(sql: &str, values: Vec<Value<'a>>) -> Self {
        let (name, returning, check) = (Some("head"), "position", "log.expect_open");
        Self { name, returning, sql: sql.to_owned(), values, rows: Some(1), check }
    }
}

/// The writes of one work, in their order: only neighbours with one text are put together.
pub(super) fn in_order(writes: &[Write]) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    for run in writes.chunk_by(|one, next| one.sql == next.sql && is_insert(one)) {
        parts.push(if run.len() > 1 { together(run) } else { alone(&run[0]) });
    }
    parts
}

/// The writes of many works: inserts first, then updates in rounds in which each row is written once. `None` when
/// something among them may not be moved, such as a delete.
pub(super) fn in_rounds(writes: &[Write]) -> Option<Vec<Vec<Part<'_>>>> {
    if writes.iter().any(|write| write.rows != Rows::Exactly(1) || !(is_insert(write) || is_update(write))) {
        return None;
    }
    let mut inserts: Vec<Vec<&Write>> = Vec::new();
    for write in writes.iter().filter(|write| is_insert(write)) {
        match inserts.iter_mut().find(|group| group[0].sql == write.sql) {
            Some(group) => group.push(write),
            None => inserts.push(vec![write]),
        }
    }
    // An update goes into the first round after the one that wrote its row before.
    let mut rounds = vec![inserts];
    let (mut after, mut floor) = (HashMap::new(), 1);
    for write in writes.iter().filter(|write| is_update(write)) {
        let number = match key(write) {
            Some(row) => {
                let number = after.get(&row).map_or(floor, |last: &usize| floor.max(last + 1));
                after.insert(row, number);
                number
            }
            // Which rows it writes cannot be seen, so it has a round for itself.
            None => {
                let alone = rounds.len();
                floor = alone + 1;
                alone
            }
        };
        if number == rounds.len() {
            rounds.push(Vec::new());
        }
        match rounds[number].iter_mut().find(|group| group[0].sql == write.sql) {
            Some(group) => group.push(write),
            None => rounds[number].push(vec![write]),
        }
    }
    // In one order, whoever came first: so that there is one text for works of one shape.
    for groups in &mut rounds {
        groups.sort_unstable_by_key(|group| group[0].sql);
    }
    Some(rounds.iter().map(|groups| groups.iter().map(|group| together_of(group)).collect()).collect())
}

/// Several parts as one statement, whose parts must not depend on each other's rows.
pub(super) fn statement(parts: Vec<Part<'_>>) -> Order<'_> {
    let (mut withs, mut checks, mut all) = (Vec::new(), Vec::new(), Vec::new());
    for (number, part) in parts.into_iter().enumerate() {
        let name = part.name.map_or_else(|| format!("p{number}"), str::to_owned);
        withs.push(format!("{name} as ({} returning {})", shifted(&part.sql, all.len()), part.returning));
        all.extend(part.values);
        if let Some(rows) = part.rows {
            all.push(Value::Int(rows));
            checks.push(format!("{}((select count(*) from {name}), ${}::bigint)", part.check, all.len()));
        }
    }
    let checked = if checks.is_empty() { "1".to_owned() } else { checks.join(", ") };
    (format!("with {} select {checked}", withs.join(", ")).into(), all)
}

fn is_insert(write: &Write) -> bool {
    write.sql.starts_with("insert into ")
        && write.sql.contains(") values (")
        && write.rows == Rows::Exactly(1)
}

fn is_update(write: &Write) -> bool {
    write.sql.starts_with("update ") && write.sql.contains(" where ")
}

/// What tells the rows of one update apart: every text of ours names its row by `$1`.
fn key(write: &Write) -> Option<Uuid> {
    match write.args.first() {
        Some(Arg::Uuid(id)) => Some(*id),
        _ => None,
    }
}

fn alone(write: &Write) -> Part<'_> {
    let rows = match write.rows {
        Rows::Exactly(rows) => i64::try_from(rows).ok(),
        Rows::Any => None,
    };
    let (sql, values) = (write.sql.to_owned(), Value::each(&write.args));
    Part { name: None, returning: "1", sql, values, rows, check: EXPECT_ROWS }
}

fn together(run: &[Write]) -> Part<'_> {
    together_of(&run.iter().collect::<Vec<_>>())
}

/// One statement over a column for each argument.
fn together_of<'a>(group: &[&'a Write]) -> Part<'a> {
    let [first, ..] = group else { unreachable!("a group is made of writes") };
    // A column of nothing but nulls of whatever kind is written as such.
    let known = |n: &usize| group.iter().any(|write| write.args[*n].kind() != ArgKind::Unknown);
    let given: Vec<usize> = (0..first.args.len()).filter(known).collect();
    let columns: Vec<Value<'a>> =
        given.iter().map(|n| Value::column(group.iter().map(|write| &write.args[*n]))).collect();
    let arrays: Vec<String> =
        columns.iter().enumerate().map(|(n, column)| format!("${}::{}", n + 1, column.array())).collect();
    let names: Vec<String> = given.iter().map(|n| format!("a{}", n + 1)).collect();
    let from = format!("unnest({}) as u ({})", arrays.join(", "), names.join(", "));
    let named =
        replaced(first.sql, |n| if given.contains(&(n - 1)) { format!("u.a{n}") } else { "null".into() });
    let sql = match named.split_once(" values (") {
        Some((into, values)) if is_insert(first) => {
            format!("{into} select {} from {from}", values.trim_end().trim_end_matches(')'))
        }
        _ => {
            let (set, condition) = named.split_once(" where ").unwrap_or((&named, "true"));
            format!("{set} from {from} where {condition}")
        }
    };
    let rows = i64::try_from(group.len()).ok();
    Part { name: None, returning: "1", sql, values: columns, rows, check: EXPECT_ROWS }
}

fn shifted(sql: &str, by: usize) -> String {
    if by == 0 { sql.to_owned() } else { replaced(sql, |n| format!("${}", n + by)) }
}

/// The text with every `$n` replaced.
fn replaced(sql: &str, with: impl Fn(usize) -> String) -> String {
    let mut text = String::with_capacity(sql.len() + 32);
    let mut parts = sql.split('$');
    text.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        match part[..digits].parse() {
            Ok(n) => text.push_str(&with(n)),
            Err(_) => text.push('$'),
        }
        text.push_str(&part[digits..]);
    }
    text
}

#[cfg(test)]
mod tests {
    use kernel::args;

    use super::*;

    fn insert(n: i64) -> Write {
        Write::one("insert into t (a, b, c) values ($1, 0, $2)", args![Uuid::from_u128(1), n])
    }

    fn update(row: u128, n: i64) -> Write {
        Write::one("update t set b = b + $2 where a = $1 and b >= $2", args![Uuid::from_u128(row), n])
    }

    #[test]
    fn inserts_of_one_text_become_one_statement() {
        let writes = [insert(1), insert(2)];
        let (sql, values) = statement(in_order(&writes));
        assert_eq!(
            sql,
            "with p0 as (insert into t (a, b, c) select u.a1, 0, u.a2 from unnest($1::uuid[], $2::bigint[]) as u (a1, a2) returning 1) select log.expect_rows((select count(*) from p0), $3::bigint)"
        );
        assert_eq!(values.len(), 3);
    }

    #[test]
    fn a_column_that_happens_to_hold_nothing_changes_no_text() {
        let maybe =
            |n: Option<i64>| Write::one("insert into t (a, b) values ($1, $2)", args![Uuid::nil(), n]);
        let (some, none) = ([maybe(Some(1)), maybe(None)], [maybe(None), maybe(None)]);
        assert_eq!(statement(in_order(&some)).0, statement(in_order(&none)).0);
    }

    #[test]
    fn works_that_come_in_another_order_are_written_by_the_same_text() {
        let other = |n: i64| Write::one("insert into s (a, b) values ($1, $2)", args![Uuid::nil(), n]);
        let texts = |writes: &[Write]| -> Vec<String> {
            in_rounds(writes).unwrap().into_iter().map(|round| statement(round).0.into_owned()).collect()
        };
        let one = [other(1), insert(1), update(1, 1)];
        assert_eq!(texts(&one), texts(&[insert(2), update(2, 1), other(2), insert(3)]));
    }

    #[test]
    fn a_row_is_written_once_a_round() {
        let writes = [update(1, 1), insert(1), update(2, 1), update(1, 2), insert(2)];
        let rounds = in_rounds(&writes).unwrap();
        assert_eq!(rounds.iter().map(Vec::len).collect::<Vec<_>>(), [1, 1, 1]);
        assert!(
            rounds[1][0].sql.starts_with("update t set b = b + u.a2 from unnest("),
            "{}",
            rounds[1][0].sql
        );
        assert_eq!((rounds[1][0].rows, rounds[2][0].rows), (Some(2), Some(1)));
    }

    #[test]
    fn updates_of_other_rows_do_not_wait_for_those_of_one_row() {
        let other = |row| Write::one("update t set c = $2 where a = $1", args![Uuid::from_u128(row), 0i64]);
        let writes = [update(1, 1), update(1, 2), update(2, 1), other(2), update(2, 2), update(1, 3)];
        let rounds = in_rounds(&writes).unwrap();
        let rows: Vec<Vec<Option<i64>>> =
            rounds.iter().map(|round| round.iter().map(|part| part.rows).collect()).collect();
        assert_eq!(rows, [vec![], vec![Some(2)], vec![Some(1), Some(1)], vec![Some(2)]]);
        assert!(rounds[2][1].sql.contains("set c = "), "{}", rounds[2][1].sql);
    }

    #[test]
    fn an_update_whose_rows_cannot_be_seen_has_a_round_for_itself() {
        let all = Write::one("update t set b = $1", args![0i64]);
        let by_name = Write::one("update t set b = 1 where name = $1", args!["x".to_owned()]);
        assert!(in_rounds(&[all]).is_none());
        let writes = [update(1, 1), by_name, update(2, 1), update(1, 2)];
        let rounds = in_rounds(&writes).unwrap();
        let rows: Vec<usize> = rounds[1..].iter().map(|round| round[0].values.len()).collect();
        assert_eq!((rounds.len(), rows), (4, vec![2, 1, 2]));
        assert_eq!((rounds[1][0].rows, rounds[3][0].rows), (Some(1), Some(2)));
    }

    #[test]
    fn nothing_is_moved_past_a_delete() {
        let delete = Write::any("delete from t where a = $1", args![Uuid::from_u128(1)]);
        assert!(in_rounds(&[insert(1), delete]).is_none());
    }

    #[test]
    fn the_arguments_of_later_parts_are_counted_on() {
        assert_eq!(shifted("update t set a = $2 where b = $1", 3), "update t set a = $5 where b = $4");
    }
}
