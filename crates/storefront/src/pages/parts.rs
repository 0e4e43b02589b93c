//! What several pages show: products as cards, pictures, bills, and that there is nothing.

use catalog::Media;
use maud::{Markup, html};
use orders::BillView;

use crate::product::{Product, Tags, address, sizes};
use crate::visit::Visit;
use crate::wording;

/// Products beside and below one another. The first few are seen at once, so their pictures are not waited with.
pub fn cards(visit: &Visit, products: &[&Product], tags: &Tags, first: usize) -> Markup {
    html! {
        ul.cards {
            @for (n, product) in products.iter().enumerate() { (card(visit, product, tags, n < first)) }
        }
    }
}

fn card(visit: &Visit, product: &Product, tags: &Tags, at_once: bool) -> Markup {
    let texts = visit.texts;
    let (least, several) = tags.least(product);
    let before = product.variants.iter().find_map(|variant| tags.before(variant));
    html! {
        li.card {
            div.frame {
                (picture(product.pictures().next(), &product.title, at_once, true, Room::Card))
                @if !tags.is_there(product) { span.badge { (texts.sold_out()) } }
                @else if before.is_some() { span.badge.sale { (texts.sale()) } }
            }
            h3 { a href=(format!("/p/{}", product.handle)) { (product.title) } }
            p.price {
                @if several { (texts.least_price(&visit.money(least))) } @else { (visit.money(least)) }
                @if let Some(before) = before.filter(|_| !several) { " " s { span.unseen { (texts.before()) " " } (visit.money(before)) } }
            }
        }
    }
}

/// How much room a picture has, so that a browser fetches no larger one.
#[derive(Debug, Clone, Copy)]
pub enum Room {
    /// Beside a line of text.
    Small,
    /// In a list.
    Card,
    /// For itself.
    Wide,
}

impl Room {
    fn sizes(self) -> &'static str {
        match self {
            Self::Small => "96px",
            Self::Card => "(min-width: 60rem) 20rem, (min-width: 40rem) 33vw, 50vw",
            Self::Wide => "(min-width: 60rem) 40rem, 100vw",
        }
    }
}

/// A picture in a box that is as large before it is there; a letter where there is none. Beside its title it says
/// nothing that is not said.
pub fn picture(media: Option<&Media>, title: &str, at_once: bool, beside_title: bool, room: Room) -> Markup {
    let Some(media) = media else {
        let letter =
            title.chars().find(|letter| letter.is_alphanumeric()).unwrap_or('·').to_uppercase().to_string();
        return html! { span.none aria-hidden="true" { (letter) } };
    };
    // For whoever knows no sizes, one that fits most.
    let shown = media.file.map_or_else(|| address(media), |file| format!("/pictures/{file}/640"));
    let alt = if beside_title { "" } else { media.alt.as_deref().unwrap_or("") };
    html! {
        img src=(shown) srcset=[sizes(media)] sizes=[media.file.map(|_| room.sizes())] alt=(alt)
            width="800" height="800" decoding="async"
            loading=[(!at_once).then_some("lazy")] fetchpriority=[at_once.then_some("high")];
    }
}

/// What something costs, and each reason for it.
pub fn bill(visit: &Visit, bill: &BillView, delivery_known: bool) -> Markup {
    let texts = visit.texts;
    let money = |amount| visit.money(amount);
    html! {
        dl.bill {
            div { dt { (texts.subtotal()) } dd { (money(bill.subtotal)) } }
            @if bill.discount != 0 { div.good { dt { (texts.discount()) } dd { (money(bill.discount)) } } }
            div { dt { (texts.delivery()) } dd {
                @if !delivery_known { (texts.delivery_later()) } @else if bill.delivery == 0 { (texts.free()) } @else { (money(bill.delivery)) }
            } }
            @if bill.given_back != 0 { div.good { dt { (texts.given_back()) } dd { (money(bill.given_back)) } } }
            @if bill.tax != 0 { div { dt { (texts.tax()) } dd { (money(bill.tax)) } } }
            div.sum { dt { (texts.total()) } dd { (money(bill.total)) } }
        }
        @if bill.included_tax != 0 { p.quiet { (texts.included_tax(&money(bill.included_tax))) } }
        details.why {
            summary { (texts.why()) }
            ul { @for entry in &bill.entries {
                @let (text, amount) = wording::entry(visit, entry);
                li { span { (text) } span { (amount) } }
            } }
        }
    }
}

/// A page that has nothing to show says what to do.
pub fn empty(title: &str, lead: &str, way: (&str, &str)) -> Markup {
    html! {
        div.calm {
            h1 { (title) }
            p.lead { (lead) }
            p { a.button.main href=(way.0) { (way.1) } }
        }
    }
}
