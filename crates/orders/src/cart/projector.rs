//! Writes the tables of carts.

use kernel::{Envelope, Personal, Projector, SubjectId, Write, args};
use serde::Serialize;
use uuid::Uuid;

use super::queries::For;
use super::{Cart, CartEvent, Claimed, Told, Typed};

const DRAWN_ANEW: &str = "update carts set version = $2, updated_at = $3, subject = $4, contact = $5, email_index = $6, delivery = $7, draft = $8, agreed = $9, drafted_by = $10 where id = $1";

/// What an organisation said of it was said to whoever it was for before.
const PASSED_ON: &str = "update carts set version = $2, updated_at = $3, subject = $4, contact = $5, email_index = $6, delivery = $7, draft = $8, agreed = $9, drafted_by = $10, invited_at = null, decline_reason = null where id = $1";

impl Projector for Cart {
    fn project(event: &Envelope<&CartEvent>) -> Vec<Write> {
        let id = event.stream_id;
        let mut writes = vec![match event.data {
            CartEvent::Opened(opened) => Write::one(
                "insert into carts (id, version, state, subject, owner, currency, opened_at, updated_at) values ($1, $2, 'open', $3, $4, $5, $6, $6)",
                args![id, event.version, opened.subject, opened.owner, opened.currency.code(), event.at],
            ),
            CartEvent::Described(described) => Write::one(
                "update carts set version = $2, updated_at = $3, contact = $4, email_index = $5 where id = $1",
                args![
                    id,
                    event.version,
                    event.at,
                    contact(Some(&described.contact)),
                    email_index(Some(&described.contact))
                ],
            ),
            CartEvent::DeliveryChosen(chosen) => Write::one(
                "update carts set version = $2, updated_at = $3, delivery = $4 where id = $1",
                args![id, event.version, event.at, chosen.option],
            ),
            CartEvent::Claimed(claimed) => Write::one(
                "update carts set version = $2, updated_at = $3, owner = $4, subject = $4, contact = $5, email_index = $6 where id = $1",
                args![
                    id,
                    event.version,
                    event.at,
                    claimed.owner,
                    contact(claimed.contact.as_ref()),
                    email_index(claimed.contact.as_ref())
                ],
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
            CartEvent::Drafted(drafted) => match event.version {
                1 => Write::one(
                    "insert into carts (id, version, state, subject, currency, opened_at, updated_at, contact, email_index, delivery, kind, draft, agreed, drafted_by) values ($1, $2, 'open', $3, $4, $5, $5, $6, $7, $8, 'draft', $9, $10, $11)",
                    args![
                        id,
                        event.version,
                        drafted.subject,
                        drafted.currency.code(),
                        event.at,
                        contact(Some(&drafted.contact)),
                        email_index(Some(&drafted.contact)),
                        drafted.delivery,
                        json(&For { customer: drafted.draft.customer }),
                        drafted.draft.agreed.reveal().map(json),
                        event.actor.to_string()
                    ],
                ),
                _ => Write::one(
                    if drafted.uninvited { PASSED_ON } else { DRAWN_ANEW },
                    args![
                        id,
                        event.version,
                        event.at,
                        drafted.subject,
                        contact(Some(&drafted.contact)),
                        email_index(Some(&drafted.contact)),
                        drafted.delivery,
                        json(&For { customer: drafted.draft.customer }),
                        drafted.draft.agreed.reveal().map(json),
                        event.actor.to_string()
                    ],
                ),
            },
            CartEvent::Invited(_) => Write::one(
                "update carts set version = $2, updated_at = $3, invited_at = $3 where id = $1",
                args![id, event.version, event.at],
            ),
            CartEvent::Withdrawn(_) => Write::one(
                "update carts set version = $2, updated_at = $3, state = 'withdrawn', contact = null, email_index = null, agreed = null where id = $1",
                args![id, event.version, event.at],
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
            CartEvent::Drafted(drafted) => {
                if event.version > 1 {
                    writes.push(Write::any("delete from cart_lines where cart_id = $1", args![id]));
                }
                writes.extend(drafted.lines.iter().zip(1i64..).map(|((variant, quantity), added)| {
                    Write::one(
                        "insert into cart_lines (cart_id, variant_id, quantity, added) values ($1, $2, $3, $4)",
                        args![id, *variant, *quantity, added],
                    )
                }));
            }
            CartEvent::CodeEntered(entered) => {
                writes.extend(entered.code.text().map(|code| typed(id, code, event.version)));
            }
            CartEvent::CodeTakenOut(out) => writes.extend(out.code.text().map(|code| {
                Write::one("delete from cart_codes where cart_id = $1 and code = $2", args![id, code])
            })),
            CartEvent::Claimed(Claimed { codes: Some(codes), .. }) if !codes.is_empty() => {
                writes.push(Write::any("delete from cart_codes where cart_id = $1", args![id]));
                let codes = codes.iter().filter_map(Typed::text);
                writes.extend(codes.zip(1i64..).map(|(code, entered)| typed(id, code, entered)));
            }
            _ => {}
        }
        writes
    }
}

fn typed(cart: Uuid, code: &String, entered: i64) -> Write {
    Write::one(
        "insert into cart_codes (cart_id, code, entered) values ($1, $2, $3)",
        args![cart, code, entered],
    )
}

fn contact(told: Option<&Personal<Told>>) -> Option<String> {
    told.and_then(Personal::reveal).map(|told| json(&told.contact))
}

fn email_index(told: Option<&Personal<Told>>) -> Option<Uuid> {
    told.and_then(Personal::reveal)?.email_index
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("a cart has string keys and no failing serializers")
}

pub(crate) fn forget(subject: SubjectId) -> Vec<Write> {
    vec![
        Write::any(
            "update carts set contact = null, email_index = null, agreed = null, decline_reason = null where subject = $1",
            args![subject],
        ),
        Write::any(
            "delete from cart_codes where cart_id in (select id from carts where subject = $1)",
            args![subject],
        ),
    ]
}
