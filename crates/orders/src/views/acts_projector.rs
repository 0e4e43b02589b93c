//! Writes what happens to an order after it was placed into the tables.

use kernel::{Arg, Envelope, Personal, Word, Write, args};
use serde_json::{Value, json};

use super::acts::ActKind;
use super::columns::json as text;
use super::lines_projector::item;
use crate::order::{NumberedLine, OrderEvent, ParcelState, Part};

pub(crate) fn project(event: &Envelope<&OrderEvent>) -> Vec<Write> {
    let id = event.stream_id;
    let Some((kind, data, entries)) = told(event.data) else { return Vec::new() };
    let mut writes = vec![head(event)];
    writes.push(Write::one(
        "insert into order_acts (order_id, version, kind, data, entries, reason, actor, at, said) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        args![
            id,
            event.version,
            kind.as_str(),
            data.to_string(),
            entries,
            event.data.reason().and_then(Personal::reveal).cloned(),
            event.actor.to_string(),
            event.at,
            label(event.data)
        ],
    ));
    match event.data {
        OrderEvent::ParcelSent(parcel) => {
            let sql =
                "update order_items set sent = coalesce(sent, 0) + $3 where order_id = $1 and line = $2";
            writes.extend(each(event, sql, &parcel.lines));
            writes.extend(parcel.trail().map(|(carrier, number)| {
                Write::one(
                    "insert into parcels_awaited (id, order_id, carrier_id, number, sent_at) values ($1, $2, $3, $4, $5)",
                    args![parcel.parcel, id, carrier, number.to_owned(), event.at],
                )
            }));
        }
        // Of whoever was erased nothing is awaited any more.
        OrderEvent::ParcelSeen(seen) if seen.state.is_some_and(ParcelState::is_final) => {
            writes.push(Write::any("delete from parcels_awaited where id = $1", args![seen.parcel]));
        }
        OrderEvent::Edited(edited) => {
            let sql =
                "update order_items set taken = coalesce(taken, 0) + $3 where order_id = $1 and line = $2";
            writes.extend(each(event, sql, &edited.taken));
            writes.extend(edited.added.iter().map(|NumberedLine { number, line }| item(id, *number, line)));
        }
        OrderEvent::ReturnReceived(received) => {
            let sql =
                "update order_items set back = coalesce(back, 0) + $3 where order_id = $1 and line = $2";
            writes.extend(each(event, sql, &received.lines));
        }
        _ => {}
    }
    writes
}

fn head(event: &Envelope<&OrderEvent>) -> Write {
    let (id, version, at) = (event.stream_id, event.version, event.at);
    let total = match event.data {
        OrderEvent::Edited(edited) => Some(edited.total),
        OrderEvent::ReturnReceived(received) => Some(received.total),
        OrderEvent::Credited(credited) => Some(credited.total),
        _ => None,
    };
    match (event.data, total) {
        (OrderEvent::MoneyMoved(moved), _) => Write::one(
            "update orders set version = $2, updated_at = $3, paid = $4, refunded = $5, held_until = null where id = $1",
            args![id, version, at, moved.paid, moved.refunded],
        ),
        (_, Some(total)) => Write::one(
            "update orders set version = $2, updated_at = $3, total = $4 where id = $1",
            args![id, version, at, total],
        ),
        _ => Write::one(
            "update orders set version = $2, updated_at = $3 where id = $1",
            args![id, version, at],
        ),
    }
}

fn each(event: &Envelope<&OrderEvent>, sql: &'static str, parts: &[Part]) -> Vec<Write> {
    let touch = |(line, count): &Part| {
        let args: Vec<Arg> = args![event.stream_id, i64::from(*line), *count];
        Write::one(sql, args)
    };
    parts.iter().map(touch).collect()
}

/// What is shown of an act as long as whoever it is about is known.
fn label(event: &OrderEvent) -> Option<String> {
    match event {
        OrderEvent::ParcelSent(parcel) => parcel.label.as_ref()?.reveal().map(text),
        _ => None,
    }
}

/// What is shown of an act, and what it adds to the ledger.
fn told(event: &OrderEvent) -> Option<(ActKind, Value, Option<String>)> {
    Some(match event {
        OrderEvent::ParcelSent(parcel) => (
            ActKind::ParcelSent,
            json!({
                "id": parcel.parcel, "lines": parts(&parcel.lines),
                "state": parcel.carrier_id.map(|_| ParcelState::Announced),
            }),
            None,
        ),
        OrderEvent::ParcelSeen(seen) => (
            ActKind::ParcelSeen,
            json!({ "id": seen.parcel, "state": seen.state, "seen_at": seen.seen_at }),
            None,
        ),
        OrderEvent::Edited(edited) => {
            let added: Vec<u32> = edited.added.iter().map(|added| added.number).collect();
            (
                ActKind::Edited,
                json!({ "taken": parts(&edited.taken), "added": added }),
                Some(text(&edited.entries)),
            )
        }
        OrderEvent::ReturnOpened(opened) => {
            (ActKind::ReturnOpened, json!({ "id": opened.id, "lines": parts(&opened.lines) }), None)
        }
        OrderEvent::ReturnReceived(received) => (
            ActKind::ReturnReceived,
            json!({ "id": received.id, "lines": parts(&received.lines) }),
            Some(text(&received.entries)),
        ),
        OrderEvent::ReturnClosed(closed) => (ActKind::ReturnClosed, json!({ "id": closed.id }), None),
        OrderEvent::Credited(credited) => (ActKind::Credited, json!({}), Some(text(&credited.entries))),
        OrderEvent::MoneyMoved(moved) => {
            (ActKind::MoneyMoved, json!({ "paid": moved.paid, "refunded": moved.refunded }), None)
        }
        _ => return None,
    })
}

fn parts(parts: &[Part]) -> Value {
    parts.iter().map(|(line, count)| json!({ "line": line, "quantity": count })).collect()
}
