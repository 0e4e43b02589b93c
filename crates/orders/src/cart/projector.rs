//! A cart's events in, table writes out.

use kernel::{Envelope, Personal, Projector, SubjectId, Write, args};

use super::{Cart, CartEvent};

impl Projector for Cart {
    fn project(event: &Envelope<&CartEvent>) -> Vec<Write> {
        let id = event.stream_id;
        let mut writes = vec![match event.data {
            CartEvent::Opened(opened) => Write::one(
                "insert into carts (id, version, state, subject, owner, currency, opened_at, updated_at) values ($1, $2, 'open', $3, $4, $5, $6, $6)",
                args![id, event.version, opened.subject, opened.owner, opened.currency.code(), event.at],
            ),
            CartEvent::Described(described) => Write::one(
                "update carts set version = $2, updated_at = $3, contact = $4, purchase_order = $5 where id = $1",
                args![
                    id,
                    event.version,
                    event.at,
                    contact(Some(&described.contact)),
                    described.purchase_order.clone()
                ],
            ),
            CartEvent::DeliveryChosen(chosen) => Write::one(
                "update carts set version = $2, updated_at = $3, delivery = $4 where id = $1",
                args![id, event.version, event.at, chosen.option],
            ),
            CartEvent::Claimed(claimed) => Write::one(
                "update carts set version = $2, updated_at = $3, owner = $4, subject = $4, contact = $5 where id = $1",
                args![id, event.version, event.at, claimed.owner, contact(claimed.contact.as_ref())],
            ),
            CartEvent::Merged(merged) => Write::one(
                "update carts set version = $2, updated_at = $3, state = 'merged', leads_to = $4 where id = $1",
                args![id, event.version, event.at, merged.into],
            ),
            CartEvent::Ordered(ordered) => Write::one(
                "update carts set version = $2, updated_at = $3, state = 'ordered', leads_to = $4 where id = $1",
                args![id, event.version, event.at, ordered.order],
            ),
            CartEvent::ApprovalAsked(asked) => Write::one(
                "update carts set version = $2, updated_at = $3, state = 'awaiting_approval', organisation_id = $4, decline_reason = null where id = $1",
                args![id, event.version, event.at, asked.organisation],
            ),
            CartEvent::Recalled(_) => Write::one(
                "update carts set version = $2, updated_at = $3, state = 'open', organisation_id = null where id = $1",
                args![id, event.version, event.at],
            ),
            CartEvent::Declined(declined) => Write::one(
                "update carts set version = $2, updated_at = $3, state = 'open', organisation_id = null, decline_reason = $4 where id = $1",
                args![id, event.version, event.at, declined.reason.reveal().cloned()],
            ),
            CartEvent::LineAdded(_)
            | CartEvent::LineChanged(_)
            | CartEvent::LineRemoved(_)
            | CartEvent::CodeEntered(_)
            | CartEvent::CodeTakenOut(_) => Write::one(
                "update carts set version = $2, updated_at = $3 where id = $1",
                args![id, event.version, event.at],
            ),
        }];
        match event.data {
            CartEvent::LineAdded(line) => writes.push(Write::one(
                "insert into cart_lines (cart_id, variant_id, quantity, added) values ($1, $2, $3, $4)",
                args![id, line.variant, line.quantity, event.version],
            )),
            CartEvent::LineChanged(line) => writes.push(Write::one(
                "update cart_lines set quantity = $3 where cart_id = $1 and variant_id = $2",
                args![id, line.variant, line.quantity],
            )),
            CartEvent::LineRemoved(line) => writes.push(Write::one(
                "delete from cart_lines where cart_id = $1 and variant_id = $2",
                args![id, line.variant],
            )),
            CartEvent::CodeEntered(entered) => writes.push(Write::one(
                "insert into cart_codes (cart_id, code, entered) values ($1, $2, $3)",
                args![id, &entered.code, event.version],
            )),
            CartEvent::CodeTakenOut(out) => writes.push(Write::one(
                "delete from cart_codes where cart_id = $1 and code = $2",
                args![id, &out.code],
            )),
            _ => {}
        }
        writes
    }
}

fn contact(contact: Option<&Personal<super::Contact>>) -> Option<String> {
    let known = contact.and_then(Personal::reveal)?;
    Some(serde_json::to_string(known).expect("a contact has string keys and no failing serializers"))
}

pub(crate) fn forget(subject: SubjectId) -> Vec<Write> {
    vec![Write::any(
        "update carts set contact = null, decline_reason = null where subject = $1",
        args![subject],
    )]
}
