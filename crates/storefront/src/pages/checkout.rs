//! The checkout: who orders, where it goes, how it gets there, and what it costs. One page, and one form.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use edge::Platform;
use kernel::{FieldProblem, Problem};
use maud::{Markup, html};
use orders::KnownBuyer;
use orders::checkout::view::CartView;

use super::book;
use super::countries::{self, Choice};
use super::parts::bill;
use crate::answer::{self, Keeping};
use crate::frame;
use crate::seo::Seo;
use crate::visit::{Pairs, Visit, see_other};
use crate::visitor_cart::{self, VisitorCart};
use crate::wording;

pub(crate) async fn checkout(State(platform): State<Platform>, visit: Visit) -> Response {
    let visitor = match VisitorCart::of(&platform, visit).await {
        Ok(visitor) => visitor,
        Err(response) => return response,
    };
    let Some(cart) = visitor.cart.as_ref().filter(|cart| !cart.lines.is_empty()) else {
        return see_other("/cart");
    };
    let shown = async {
        let view = visitor_cart::priced(&visitor.visit, cart.clone()).await?;
        let buyer = book::known_buyer(&visitor.visit).await?;
        let typed = book::first(&view, &buyer, known(&view));
        form(&visitor.visit, StatusCode::OK, (&view, &buyer), &typed, &Errors::default()).await
    };
    visitor.visit.show(shown.await)
}

/// What is wrong, by the field that it stands beside; under no name, what is wrong with none of them.
#[derive(Debug, Default)]
pub struct Errors(BTreeMap<&'static str, String>);

/// Each field with the pointer by which the cart knows it, and whether an order needs it.
const FIELDS: [(&str, &str, bool); 12] = [
    ("email", "/email", true),
    ("name", "/name", true),
    ("phone", "/phone", false),
    ("company", "/company", false),
    ("line1", "/shipping_address/line1", true),
    ("line2", "/shipping_address/line2", false),
    // Not everywhere there are any: the cart knows where.
    ("postal_code", "/shipping_address/postal_code", false),
    ("city", "/shipping_address/city", true),
    ("region", "/shipping_address/region", false),
    ("country", "/shipping_address/country", true),
    ("note", "/note", false),
    ("purchase_order", "/purchase_order", false),
];

impl Errors {
    pub fn whole(text: String) -> Self {
        Self(BTreeMap::from([("", text)]))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn empty_fields(visit: &Visit, typed: &Pairs) -> Self {
        let empty = FIELDS.iter().filter(|(name, _, needed)| *needed && typed.get(name).is_none());
        Self(empty.map(|(name, ..)| (*name, visit.texts.needed().to_owned())).collect())
    }

    /// What the cart refuses. What is empty was said before.
    pub fn refused(&mut self, visit: &Visit, typed: &Pairs, fields: &[FieldProblem]) {
        let texts = visit.texts;
        let country = typed.get("country").and_then(|code| places::country(code).ok());
        let example = country.and_then(places::Country::postal_example);
        for problem in fields {
            let known = FIELDS.iter().find(|(_, pointer, _)| *pointer == problem.pointer);
            let name = known.map_or("", |(name, ..)| *name);
            let text = match name {
                "email" => texts.bad_email().to_owned(),
                "country" => texts.bad_country().to_owned(),
                "postal_code" => match example {
                    Some(example) => texts.bad_postal_code_such_as(example),
                    None => texts.bad_postal_code().to_owned(),
                },
                "" => wording::field(visit, &problem.pointer),
                _ => texts.too_long().to_owned(),
            };
            self.0.entry(name).or_insert(text);
        }
    }

    /// What an order of the cart still needs.
    pub fn missing(visit: &Visit, view: &CartView) -> Self {
        let texts = visit.texts;
        let mut errors = Self::default();
        let said = view.missing.iter().map(|missing| match &*missing.pointer {
            "/email" => ("email", texts.needed().to_owned()),
            "/name" => ("name", texts.needed().to_owned()),
            "/shipping_address" => ("country", texts.nowhere().to_owned()),
            "/purchase_order" => ("purchase_order", texts.needed().to_owned()),
            "/delivery_option_id" => ("delivery", texts.choose_one().to_owned()),
            _ => ("", wording::missing(visit, &view.lines, missing)),
        });
        // Of several lines that fall short each is named.
        for (name, text) in said {
            let known = errors.0.entry(name).or_default();
            *known = if known.is_empty() { text } else { format!("{known} {text}") };
        }
        errors
    }

    fn of(&self, name: &str) -> Option<&String> {
        self.0.get(name)
    }
}

/// What is known already, as if it had been typed.
fn known(view: &CartView) -> Pairs {
    let contact = &view.contact;
    let mut pairs = Vec::new();
    let mut put = |name: &str, value: Option<&String>| {
        pairs.extend(value.map(|value| (name.to_owned(), value.clone())))
    };
    put("email", contact.email.as_ref());
    put("name", contact.name.as_ref());
    put("phone", contact.phone.as_ref());
    put("company", contact.company.as_ref());
    put("note", contact.note.as_ref());
    put("purchase_order", contact.purchase_order.as_ref());
    let address = contact.shipping_address.as_ref();
    put("line1", address.map(|address| &address.line1));
    put("line2", address.and_then(|address| address.line2.as_ref()));
    put("postal_code", address.map(|address| &address.postal_code));
    put("city", address.map(|address| &address.city));
    put("region", address.and_then(|address| address.region.as_ref()));
    put("country", address.map(|address| &address.country));
    Pairs(pairs)
}

pub(crate) async fn form(
    visit: &Visit,
    status: StatusCode,
    (view, buyer): (&CartView, &KnownBuyer),
    typed: &Pairs,
    errors: &Errors,
) -> Result<Response, Problem> {
    let (texts, countries) = (visit.texts, countries::delivered_to(visit).await?);
    let has_address = view.contact.shipping_address.is_some();
    let settled = has_address && view.contact.email.is_some();
    let main = html! {
        h1 { (texts.checkout()) }
        @if !errors.is_empty() {
            div.alert #wrong role="alert" tabindex="-1" {
                p { strong { (texts.check_these()) } }
                @if let Some(text) = errors.of("") { p { (text) } }
            }
        }
        form.split.checkout method="post" action="/checkout" novalidate {
            // Enter within a field writes down what was typed, and orders nothing yet.
            button hidden formaction="/checkout" {}
            div {
                (organisation(visit, view, typed, errors))
                (contact(visit, typed, errors))
                (address(visit, buyer, &countries, typed, errors))
                (delivery(visit, view, errors))
                (field("note", texts.note(), "off", None, typed, errors))
            }
            aside.box aria-label=(texts.review()) {
                h2 { (texts.review()) }
                ul.brief { @for line in &view.lines { li { span { (line.quantity) " × " (line.title) } span { (visit.money(line.total)) } } } }
                (bill(visit, &view.bill, view.delivery_option_id.is_some()))
                input type="hidden" name="cart" value=(view.id);
                input type="hidden" name="total" value=(view.bill.total);
                @if settled && view.needs_approval {
                    button.main.wide formaction="/checkout/order" { (texts.ask_approval(&visit.money(view.bill.total))) }
                    p.quiet { (texts.ask_approval_note()) }
                } @else if settled {
                    button.main.wide formaction="/checkout/order" { (texts.place_order(&visit.money(view.bill.total))) }
                    p.quiet { (texts.pay_after()) }
                } @else {
                    button.main.wide { (texts.save_address()) }
                }
                p { a href="/cart" { (texts.back_to_cart()) } }
            }
        }
    };
    let seo = Seo { title: texts.checkout().to_owned(), ..Seo::default() };
    let markup = frame::whole(visit, &seo, main);
    Ok(answer::page(visit, status, Keeping::Private, markup))
}

/// For whom it is bought, and under which number of theirs.
fn organisation(visit: &Visit, view: &CartView, typed: &Pairs, errors: &Errors) -> Markup {
    let texts = visit.texts;
    let hint = |needed: bool| needed.then_some(texts.purchase_order_needed());
    html! {
        @if let Some(known) = &view.organisation {
            fieldset.box {
                legend { (texts.buying_for(&known.name)) }
                (field("purchase_order", texts.purchase_order(), "off", hint(known.purchase_order_required), typed, errors))
            }
        }
    }
}

fn contact(visit: &Visit, typed: &Pairs, errors: &Errors) -> Markup {
    let texts = visit.texts;
    html! {
        fieldset.box {
            legend { (texts.contact()) }
            (field("email", texts.email(), "email", Some(texts.email_hint()), typed, errors))
            (field("name", texts.full_name(), "name", None, typed, errors))
            div.pair {
                (field("phone", texts.phone(), "tel", None, typed, errors))
                (field("company", texts.company(), "organization", None, typed, errors))
            }
        }
    }
}

fn address(
    visit: &Visit,
    buyer: &KnownBuyer,
    countries: &[Choice],
    typed: &Pairs,
    errors: &Errors,
) -> Markup {
    let texts = visit.texts;
    html! {
        fieldset.box {
            legend { (texts.address()) }
            (book::choice(visit, buyer, typed))
            div.typed {
                (field("line1", texts.street(), "address-line1", None, typed, errors))
                (field("line2", texts.street2(), "address-line2", None, typed, errors))
                div.pair {
                    (field("postal_code", texts.postal_code(), "postal-code", None, typed, errors))
                    (field("city", texts.city(), "address-level2", None, typed, errors))
                }
                div.pair {
                    (field("region", texts.region(), "address-level1", None, typed, errors))
                    (countries::field(visit, countries, typed.get("country"), errors.of("country")))
                }
            }
        }
    }
}

fn delivery(visit: &Visit, view: &CartView, errors: &Errors) -> Markup {
    let texts = visit.texts;
    let has_address = view.contact.shipping_address.is_some();
    html! {
        fieldset.box #delivery {
            legend { (texts.how_delivered()) }
            @if let Some(text) = errors.of("delivery") { p.problem { (text) } }
            @if !has_address { p.quiet { (texts.delivery_after()) } }
            @else if view.delivery_options.is_empty() { p.quiet { (texts.no_delivery_needed()) } }
            @for choice in &view.delivery_options {
                label.way {
                    input type="radio" name="delivery" value=(choice.id) checked[view.delivery_option_id == Some(choice.id)];
                    span { strong { (choice.name) } @if !choice.takes.is_empty() { small { (choice.takes) } } }
                    span { @if choice.price == 0 { (texts.free()) } @else { (visit.money(choice.price)) } }
                }
            }
            @if view.delivery_options.len() > 1 { button data-plain="" { (texts.choose_delivery()) } }
        }
    }
}

fn field(
    name: &str,
    label: &str,
    autocomplete: &str,
    hint: Option<&str>,
    typed: &Pairs,
    errors: &Errors,
) -> Markup {
    let wrong = errors.of(name);
    let needed = FIELDS.iter().any(|(known, _, needed)| *known == name && *needed);
    let kind = match name {
        "email" => "email",
        "phone" => "tel",
        _ => "text",
    };
    let (about, problem) = (format!("{name}-hint"), format!("{name}-problem"));
    let described = match (hint, wrong) {
        (Some(_), Some(_)) => Some(format!("{about} {problem}")),
        (Some(_), None) => Some(about.clone()),
        (None, Some(_)) => Some(problem.clone()),
        (None, None) => None,
    };
    let value = typed.get(name).unwrap_or_default();
    html! {
        div.field {
            label for=(name) { (label) }
            input id=(name) name=(name) type=(kind) value=(value) autocomplete=(autocomplete) required[needed] maxlength="200"
                aria-invalid=[wrong.map(|_| "true")] aria-describedby=[described];
            @if let Some(hint) = hint { p.quiet id=(about) { (hint) } }
            @if let Some(text) = wrong { p.problem id=(problem) { (text) } }
        }
    }
}
