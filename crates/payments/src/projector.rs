//! Events in, table writes out.

use kernel::{Envelope, Personal, Projector, SubjectId, Timestamp, Word, Write, args};
use uuid::Uuid;

use crate::payment::event::{Attempted, Captured, PaymentEvent, Requested};
use crate::payment::open_payment::{OpenPayment, OpenPaymentEvent};
use crate::payment::pending::Request;
use crate::payment::state::Payment;
use crate::payment::transactions::{DisputeState, TransactionState};
use crate::providers::provider::{ProviderEvent, TakenOn};
use crate::reports::report::{Report, ReportEvent};
use crate::webhooks::received_webhook::{ReceivedWebhook, ReceivedWebhookEvent};

/// A request's row, found by the payment and the provider's key.
fn row(payment: Uuid, key: &str) -> Uuid {
    Uuid::new_v5(&payment, key.as_bytes())
}

impl Projector for Payment {
    fn project(event: &Envelope<&PaymentEvent>) -> Vec<Write> {
        let id = event.stream_id;
        let mut writes = match event.data {
            PaymentEvent::Attempted(attempted) => attempt(event, attempted),
            _ => vec![stand(event)],
        };
        writes.extend(match event.data {
            PaymentEvent::Attempted(attempted) => vec![begun(event, attempted)],
            PaymentEvent::Requested(requested) => request(event, requested),
            PaymentEvent::PutOff(put_off) => vec![Write::one(
                "update payment_transactions set state = $2, tries = $3, detail = $4, ask_at = $5 where id = $1",
                args![row(id, &put_off.key), put_off.waiting.as_str(), put_off.tries, put_off.why.clone(), put_off.ask_at],
            )],
            PaymentEvent::Challenged(challenged) => vec![
                Write::one(
                    "update payments set reference = $2, challenge = $3 where id = $1",
                    args![id, challenged.reference.clone(), challenged.url.reveal().cloned()],
                ),
                Write::one(
                    "update payment_transactions set state = 'challenged', ask_at = $2 where id = $1",
                    args![row(id, &challenged.key), challenged.ask_at],
                ),
            ],
            PaymentEvent::Declined(declined) => vec![
                Write::one(
                    "update payments set problem_code = $2, problem_detail = $3, challenge = null where id = $1",
                    args![id, declined.code.clone(), declined.sentence.clone()],
                ),
                answered(id, &declined.key, TransactionState::Declined, 0, Some(declined.sentence.clone()), event.at),
            ],
            PaymentEvent::Authorised(authorised) => {
                let card = authorised.card.as_ref().and_then(Personal::reveal);
                let card = card.and_then(|card| serde_json::to_string(card).ok());
                vec![
                    Write::one(
                        "update payments set reference = coalesce($2, reference), card = $3, challenge = null where id = $1",
                        args![id, authorised.reference.clone(), card],
                    ),
                    answered(id, &authorised.key, TransactionState::Done, 0, None, event.at),
                ]
            }
            PaymentEvent::Captured(captured) if captured.by_hand => vec![by_hand(event, captured)],
            PaymentEvent::Captured(captured) => {
                vec![answered(id, &captured.key, TransactionState::Done, captured.amount.amount, None, event.at)]
            }
            PaymentEvent::Refunded(refunded) => vec![
                answered(id, &refunded.key, TransactionState::Done, -refunded.amount.amount, None, event.at),
                Write::one(
                    "update refunds set state = 'done', reference = $2, settled_at = $3 where id = $1",
                    args![row(id, &refunded.key), refunded.reference.clone(), event.at],
                ),
            ],
            PaymentEvent::Voided(_) => vec![
                Write::any(
                    "update payment_transactions set state = 'done', ask_at = null, answered_at = $2 where payment_id = $1 and answered_at is null",
                    args![id, event.at],
                ),
                Write::one("update payments set challenge = null where id = $1", args![id]),
            ],
            PaymentEvent::Refused(refused) => {
                let key = &refused.key;
                let mut writes = vec![answered(id, key, TransactionState::Refused, 0, Some(refused.sentence.clone()), event.at)];
                if refused.request == Request::Refund {
                    writes.push(Write::one(
                        "update refunds set state = 'refused', settled_at = $2 where id = $1",
                        args![row(id, key), event.at],
                    ));
                }
                writes
            }
            PaymentEvent::Disputed(disputed) => vec![Write::one(
                "insert into disputes (id, payment_id, reference, amount, reason, state, opened_at) values ($1, $2, $3, $4, $5, 'open', $6)",
                args![row(id, &disputed.reference), id, disputed.reference.clone(), disputed.amount.amount, disputed.reason.clone(), event.at],
            )],
            PaymentEvent::DisputeWon(won) => vec![dispute(id, &won.reference, DisputeState::Won, event.at)],
            PaymentEvent::DisputeLost(lost) => vec![dispute(id, &lost.reference, DisputeState::Lost, event.at)],
        });
        writes
    }
}

fn attempt(event: &Envelope<&PaymentEvent>, attempted: &Attempted) -> Vec<Write> {
    let Attempted { order, payer, attempt, provider, by_hand, capture, amount, method, description, .. } =
        attempted;
    let return_url = attempted.return_url.as_ref().and_then(Personal::reveal).cloned();
    let (id, status, method) = (event.stream_id, attempted.after.status.as_str(), method.text().to_owned());
    if event.version > 1 {
        return vec![Write::one(
            "update payments set version = $2, status = $3, provider_id = $4, asked = $5, authorised = 0, by_hand = $6, capture = $7, attempt = $8, method = $9, card = null, reference = null, challenge = null, problem_code = null, problem_detail = null, updated_at = $10, return_url = $11, description = $12, open = 1 where id = $1",
            args![
                id,
                event.version,
                status,
                *provider,
                amount.amount,
                *by_hand,
                capture.as_str(),
                *attempt,
                method,
                event.at,
                return_url,
                description.clone()
            ],
        )];
    }
    vec![Write::one(
        "insert into payments (id, version, order_id, payer_id, provider_id, status, currency, asked, authorised, captured, refunded, lost, open, by_hand, capture, attempt, method, begun_at, updated_at, return_url, description) values ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0, 0, 0, 1, $9, $10, $11, $12, $13, $13, $14, $15)",
        args![
            id,
            event.version,
            *order,
            *payer,
            *provider,
            status,
            amount.currency.code(),
            amount.amount,
            *by_hand,
            capture.as_str(),
            *attempt,
            method,
            event.at,
            return_url,
            description.clone()
        ],
    )]
}

fn stand(event: &Envelope<&PaymentEvent>) -> Write {
    let after = event.data.after();
    Write::one(
        "update payments set version = $2, status = $3, authorised = $4, captured = $5, refunded = $6, lost = $7, open = $8, updated_at = $9 where id = $1",
        args![
            event.stream_id,
            event.version,
            after.status.as_str(),
            after.authorised,
            after.captured,
            after.refunded,
            after.lost,
            after.open,
            event.at
        ],
    )
}

const ASK: &str = "insert into payment_transactions (id, payment_id, provider_id, request, number, key, amount, moved, state, tries, asked_at, ask_at) values ($1, $2, $3, $4, $5, $6, $7, 0, 'asked', 0, $8, $9)";

fn begun(event: &Envelope<&PaymentEvent>, attempted: &Attempted) -> Write {
    let (id, key, amount) = (event.stream_id, &attempted.key, attempted.amount.amount);
    let request = Request::Authorise.as_str();
    Write::one(
        ASK,
        args![
            row(id, key),
            id,
            attempted.provider,
            request,
            attempted.attempt,
            key,
            amount,
            event.at,
            attempted.ask_at
        ],
    )
}

fn request(event: &Envelope<&PaymentEvent>, requested: &Requested) -> Vec<Write> {
    let Requested { request, number, key, amount, reason, ask_at, .. } = requested;
    let (id, name) = (event.stream_id, request.as_str());
    let ask = args![row(id, key), id, None::<Uuid>, name, *number, key, amount.amount, event.at, *ask_at];
    let mut writes = vec![Write::one(ASK, ask)];
    if *request == Request::Refund {
        writes.push(Write::one(
            "insert into refunds (id, payment_id, number, amount, reason, state, requested_at) values ($1, $2, $3, $4, $5, 'asked', $6)",
            args![row(id, key), id, *number, amount.amount, reason.as_ref().and_then(Personal::reveal).cloned(), event.at],
        ));
    }
    writes
}

fn by_hand(event: &Envelope<&PaymentEvent>, captured: &Captured) -> Write {
    let (id, key, amount) = (event.stream_id, &captured.key, captured.amount.amount);
    Write::one(
        "insert into payment_transactions (id, payment_id, request, number, key, amount, moved, state, tries, note, asked_at, answered_at) values ($1, $2, 'record', 0, $3, $4, $4, 'done', 0, $5, $6, $6)",
        args![
            row(id, key),
            id,
            key,
            amount,
            captured.note.as_ref().and_then(Personal::reveal).cloned(),
            event.at
        ],
    )
}

fn answered(
    payment: Uuid,
    key: &str,
    state: TransactionState,
    moved: i64,
    detail: Option<String>,
    at: Timestamp,
) -> Write {
    Write::one(
        "update payment_transactions set state = $2, moved = $3, detail = $4, answered_at = $5, ask_at = null where id = $1",
        args![row(payment, key), state.as_str(), moved, detail, at],
    )
}

fn dispute(payment: Uuid, reference: &str, state: DisputeState, at: Timestamp) -> Write {
    Write::one(
        "update disputes set state = $2, closed_at = $3 where id = $1",
        args![row(payment, reference), state.as_str(), at],
    )
}

impl Projector for OpenPayment {
    fn project(event: &Envelope<&OpenPaymentEvent>) -> Vec<Write> {
        let open = match event.data {
            OpenPaymentEvent::Opened(opened) => Some(opened.payment),
            OpenPaymentEvent::Closed(_) => None,
        };
        let sql = match event.version {
            1 => "insert into tabs (id, version, open_payment) values ($1, $2, $3)",
            _ => "update tabs set version = $2, open_payment = $3 where id = $1",
        };
        vec![Write::one(sql, args![event.stream_id, event.version, open])]
    }
}

impl Projector for TakenOn {
    fn project(event: &Envelope<&ProviderEvent>) -> Vec<Write> {
        let (id, version) = (event.stream_id, event.version);
        vec![match event.data {
            ProviderEvent::Configured(configured) => Write::one(
                if version == 1 {
                    "insert into payment_providers (id, version, definition, secret, webhook_secret, changed_at) values ($1, $2, $3, $4, $5, $6)"
                } else {
                    "update payment_providers set version = $2, definition = $3, secret = $4, webhook_secret = $5, changed_at = $6 where id = $1"
                },
                args![
                    id,
                    version,
                    serde_json::to_string(&configured.definition)
                        .expect("a definition has string keys and no failing serializers"),
                    configured.secrets.key.clone(),
                    configured.secrets.webhook.clone(),
                    configured.at
                ],
            ),
            ProviderEvent::Removed(removed) => Write::one(
                "update payment_providers set version = $2, secret = null, webhook_secret = null, removed_at = $3 where id = $1",
                args![id, version, removed.at],
            ),
        }]
    }
}

impl Projector for ReceivedWebhook {
    fn project(event: &Envelope<&ReceivedWebhookEvent>) -> Vec<Write> {
        let ReceivedWebhookEvent::Received(received) = event.data;
        vec![Write::one(
            "insert into payment_notices (id, provider_id, event, kind, payment_id, received_at) values ($1, $2, $3, $4, $5, $6)",
            args![
                event.stream_id,
                received.provider,
                received.event.clone(),
                received.kind.clone(),
                received.payment,
                received.at
            ],
        )]
    }
}

impl Projector for Report {
    fn project(event: &Envelope<&ReportEvent>) -> Vec<Write> {
        let ReportEvent::Made(made) = event.data;
        let text = serde_json::to_string(&made.found).expect("a report has no failing serializers");
        let sql = match event.version {
            1 => {
                "insert into payment_reports (id, version, day, provider_id, report, made_at) values ($1, $2, $3, $4, $5, $6)"
            }
            _ => {
                "update payment_reports set version = $2, day = $3, provider_id = $4, report = $5, made_at = $6 where id = $1"
            }
        };
        vec![Write::one(
            sql,
            args![event.stream_id, event.version, made.day.clone(), made.provider, text, made.at],
        )]
    }
}

/// Takes a payer out of the tables: what was paid stays, with what and why does not.
pub(crate) fn forget(payer: SubjectId) -> Vec<Write> {
    vec![
        Write::any(
            "update payments set method = '', return_url = null, card = null, challenge = null where payer_id = $1",
            args![payer],
        ),
        Write::any(
            "update payment_transactions set note = null where payment_id in (select id from payments where payer_id = $1)",
            args![payer],
        ),
        Write::any(
            "update refunds set reason = null where payment_id in (select id from payments where payer_id = $1)",
            args![payer],
        ),
    ]
}
