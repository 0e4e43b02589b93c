//! What an order's page says of paying: what is owed and how to pay it, or what became of the money.

use kernel::{Problem, Word};
use maud::{Markup, html};
use orders::Status;
use orders::queries::OrderView;
use payments::page_payments::{self, WayToPay};
use payments::payment::queries::{Moved, PaymentView};
use payments::{PAGE_EXPIRED, ProviderKind};

use crate::format;
use crate::visit::Visit;

/// What an order's page says of paying.
#[derive(Default)]
pub struct Paying {
    pub section: Markup,
    /// The provider's page, for whoever has just said that they want to pay there.
    pub onward: Option<String>,
}

/// What is owed and how to pay it; or that it is paid.
pub(crate) async fn section(visit: &Visit, named: &str, order: &OrderView) -> Result<Paying, Problem> {
    let (texts, summary) = (visit.texts, &order.summary);
    let newest = page_payments::newest(&visit.cashier, &visit.shop, summary.id.uuid()).await?;
    let standing = newest.as_ref().map_or("", |payment| payment.summary.status.as_str());
    let moved = payments::payment::queries::moved_for(&visit.shop.tenant, summary.id.uuid()).await?;
    if summary.status == Status::Cancelled.as_str() {
        return Ok(Paying { section: given_up(visit, order, moved, standing), onward: None });
    }
    // The order hears of it a moment later.
    let stays = moved.paid - moved.back;
    if summary.owed <= 0 || stays >= summary.total {
        let section = html! {
            section.box {
                h2 { (texts.paid()) }
                @if stays > 0 { p { (texts.paid_lead(&visit.money(stays.min(summary.total)))) } }
                (goes_back(visit, moved, stays - summary.total, false))
            }
        };
        return Ok(Paying { section, onward: None });
    }
    let ways = page_payments::ways(&visit.shop).await?;
    let challenge = match &newest {
        Some(payment) => page_payments::onward(&visit.shop, payment).await?,
        None => None,
    };
    // A page of the shop's own knows its way back.
    let challenge =
        challenge.map(|url| if url.starts_with('/') { format!("{url}?order={named}") } else { url });
    let over = summary.held_until.is_some_and(|until| until <= visit.shop.now);
    let section = html! {
        section.box #pay {
            h2 { (texts.to_be_paid()) }
            p.lead { strong { (visit.money(summary.owed)) } }
            @if standing != "expected" && ways.iter().any(|way| way.kind != ProviderKind::Manual) {
                (kept_until(visit, order))
            }
            @match (standing, &challenge) {
                ("challenged", Some(url)) => { p { a.button.main href=(url) rel="noreferrer" { (go_on(visit, newest.as_ref())) } } }
                ("expected", _) => { p role="status" { (texts.pay_expected()) } }
                ("challenged" | "pending" | "unknown" | "authorised" | "partially_captured", _) => { p role="status" { (texts.pay_waiting()) } }
                _ => {
                    @if standing == "declined" { p.problem role="alert" { (no(visit, newest.as_ref())) } }
                    @if over { p role="status" { (texts.pay_over()) } }
                    @else { @for way in &ways { (offer(visit, named, way, summary.owed)) } }
                }
            }
        }
    };
    let onward = challenge.filter(|_| standing == "challenged" && visit.query.get("pay") == Some("now"));
    Ok(Paying { section, onward })
}

/// What became of the money of an order that was cancelled.
fn given_up(visit: &Visit, order: &OrderView, moved: Moved, standing: &str) -> Markup {
    let texts = visit.texts;
    html! {
        section.box #money {
            h2 { (texts.money_back_title()) }
            @if moved.paid > 0 {
                p { (texts.money_paid(&visit.money(moved.paid))) }
                (goes_back(visit, moved, moved.paid - moved.back, order.summary.pays_back))
            } @else if ["pending", "challenged", "unknown"].contains(&standing) {
                p role="status" { (texts.money_asked()) }
            } @else {
                p { (texts.money_none()) }
            }
        }
    }
}

/// What is to come back and by whose doing, and what has come back.
fn goes_back(visit: &Visit, moved: Moved, due: i64, by_itself: bool) -> Markup {
    let texts = visit.texts;
    let due = due.max(0);
    let sent = if by_itself { due.min(moved.by_hand) } else { due };
    html! {
        @if due > sent { p { (texts.money_coming(&visit.money(due - sent))) } }
        @if sent > 0 { p { (texts.money_owed(&visit.money(sent))) } }
        @if moved.back > 0 { p { (texts.money_back(&visit.money(moved.back))) } }
    }
}

fn go_on(visit: &Visit, payment: Option<&PaymentView>) -> &'static str {
    let on_page = payment.is_some_and(|payment| payment.summary.method.is_empty());
    if on_page { visit.texts.pay_go_on() } else { visit.texts.pay_confirm() }
}

fn no(visit: &Visit, payment: Option<&PaymentView>) -> &'static str {
    let problem = payment.and_then(|payment| payment.summary.problem.as_ref());
    let expired = problem.is_some_and(|problem| problem.code == PAGE_EXPIRED);
    if expired { visit.texts.pay_expired() } else { visit.texts.pay_declined() }
}

/// One that is over is said nothing about: its payment may be under way.
fn kept_until(visit: &Visit, order: &OrderView) -> Markup {
    let now = visit.shop.now;
    html! {
        @if let Some(until) = order.summary.held_until.filter(|until| *until > now) {
            p.quiet { (visit.texts.kept_until(&format::moment(visit.texts, until, now))) }
        }
    }
}

fn offer(visit: &Visit, named: &str, way: &WayToPay, owed: i64) -> Markup {
    let texts = visit.texts;
    match way.kind {
        ProviderKind::Sandbox => html! {
            form method="post" action=(format!("/orders/{named}/pay")) {
                input type="hidden" name="provider" value=(way.provider);
                div.field {
                    label for="method" { (way.name) }
                    select #method name="method" {
                        option value="tok_success" { (texts.pay_trial_success()) }
                        option value="tok_decline" { (texts.pay_trial_decline()) }
                        option value="tok_challenge" { (texts.pay_trial_challenge()) }
                    }
                    p.quiet { (texts.pay_trial_note()) }
                }
                button.main { (texts.pay_now(&visit.money(owed))) }
            }
        },
        ProviderKind::Manual => html! {
            form method="post" action=(format!("/orders/{named}/pay")) {
                input type="hidden" name="provider" value=(way.provider);
                input type="hidden" name="transfer" value="yes";
                p { strong { (way.name) } " · " (texts.pay_by_hand()) }
                button { (texts.pay_by_transfer(&way.name)) }
            }
        },
        _ if way.has_page => html! {
            form method="post" action=(format!("/orders/{named}/pay")) {
                input type="hidden" name="provider" value=(way.provider);
                @if way.kind == ProviderKind::Stripe {
                    button.main { (texts.pay_by_card(&visit.money(owed))) }
                } @else {
                    p { strong { (way.name) } }
                    button.main { (texts.pay_now(&visit.money(owed))) }
                }
            }
        },
        ProviderKind::Stripe | ProviderKind::Gateway => {
            html! { p { strong { (way.name) } " · " (texts.pay_elsewhere()) } }
        }
    }
}
