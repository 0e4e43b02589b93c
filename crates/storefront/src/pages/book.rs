//! What the shop knows of whoever is signed in, in the checkout: their name, and the addresses of their book to choose from.

use kernel::Problem;
use maud::{Markup, html};
use orders::checkout::view::CartView;
use orders::{KnownAddress, KnownBuyer};

use crate::visit::{Pairs, Visit};

/// What stands for an address that is in no book.
const ANOTHER: &str = "another";

/// The fields of an address, with what each says of one.
type Field = (&'static str, fn(&KnownAddress) -> Option<&String>);
const ADDRESS: [Field; 6] = [
    ("line1", |entry| Some(&entry.address.line1)),
    ("line2", |entry| entry.address.line2.as_ref()),
    ("postal_code", |entry| Some(&entry.address.postal_code)),
    ("city", |entry| Some(&entry.address.city)),
    ("region", |entry| entry.address.region.as_ref()),
    ("country", |entry| Some(&entry.address.country)),
];

/// Who takes it in, where the book says so.
const TAKER: [Field; 3] = [
    ("name", |entry| entry.name.as_ref()),
    ("phone", |entry| entry.phone.as_ref()),
    ("company", |entry| entry.company.as_ref()),
];

/// Of a guest nothing is known.
pub(crate) async fn known_buyer(visit: &Visit) -> Result<KnownBuyer, Problem> {
    match visit.shop.caller.customer() {
        Some(customer) => visit.ports.buyers.known_buyer(&visit.shop.tenant, customer).await,
        None => Ok(KnownBuyer::default()),
    }
}

/// What is known before anything is typed, as if it had been, in a cart that says nothing of who orders.
pub(crate) fn first(view: &CartView, buyer: &KnownBuyer, said: Pairs) -> Pairs {
    let contact = &view.contact;
    if contact.email.is_some() || contact.name.is_some() || contact.shipping_address.is_some() {
        return said;
    }
    let own = [
        ("email", buyer.email.clone()),
        ("name", Some(buyer.name.clone())),
        ("phone", buyer.phone.clone()),
        ("company", buyer.company.clone()),
        ("book", buyer.book.iter().find(|entry| entry.delivery).map(|entry| entry.id.to_string())),
    ];
    let own = own.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    let own = Pairs(said.0.into_iter().chain(own).collect());
    filled(own, buyer)
}

/// What was typed, with the address that was chosen from the book in the place of one.
pub(crate) fn filled(typed: Pairs, buyer: &KnownBuyer) -> Pairs {
    let chosen = typed.get("book");
    let Some(entry) = buyer.book.iter().find(|entry| Some(&*entry.id.to_string()) == chosen) else {
        return typed;
    };
    let taker = TAKER.iter().filter(|(_, of)| of(entry).is_some());
    let fields: Vec<&Field> = ADDRESS.iter().chain(taker).collect();
    let told = fields.iter().filter_map(|(name, of)| Some(((*name).to_owned(), of(entry)?.clone())));
    let told: Vec<_> = told.collect();
    let other = typed.0.into_iter().filter(|(name, _)| !fields.iter().any(|(field, _)| field == name));
    Pairs(other.chain(told).collect())
}

/// The addresses to choose from, and another one; nothing for whoever has none.
pub(crate) fn choice(visit: &Visit, buyer: &KnownBuyer, typed: &Pairs) -> Markup {
    let texts = visit.texts;
    let chosen = chosen(buyer, typed);
    html! {
        @if !buyer.book.is_empty() {
            div.book {
                @for entry in &buyer.book {
                    label.way {
                        input type="radio" name="book" value=(entry.id) checked[chosen == Some(entry)];
                        span {
                            strong { @if let Some(name) = &entry.name { (name) ", " } (entry.address.line1) }
                            small { (entry.address.postal_code) " " (entry.address.city) ", " (entry.address.country) }
                        }
                    }
                }
                label.way {
                    input type="radio" name="book" value=(ANOTHER) checked[chosen.is_none()];
                    span { strong { (texts.another_address()) } }
                }
            }
        }
    }
}

/// The one that was chosen, or that reads like what was typed.
fn chosen<'a>(buyer: &'a KnownBuyer, typed: &Pairs) -> Option<&'a KnownAddress> {
    match typed.get("book") {
        Some(id) => buyer.book.iter().find(|entry| entry.id.to_string() == id),
        None => buyer.book.iter().find(|entry| {
            let same = |(name, of): &Field| {
                typed.get(name) == of(entry).map(|text| text.trim()).filter(|text| !text.is_empty())
            };
            ADDRESS.iter().all(same)
        }),
    }
}
