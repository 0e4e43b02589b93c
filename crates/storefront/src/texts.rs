//! All that the pages say. A language is a value of [`Texts`], in a file of its own.

mod de;
mod en;

pub struct Texts {
    pub language: &'static str,
    pub name: &'static str,
    pub skip: &'static str,
    pub search: &'static str,
    pub search_label: &'static str,
    pub menu: &'static str,
    pub cart: &'static str,
    pub account: &'static str,
    pub home: &'static str,
    pub all_products: &'static str,
    pub newest: &'static str,
    pub explore: &'static str,
    pub welcome: &'static str,
    pub shop_now: &'static str,
    pub powered: &'static str,
    pub sign_in: &'static str,
    pub your_orders: &'static str,
    pub language_label: &'static str,
    pub filter: &'static str,
    pub apply: &'static str,
    pub reset: &'static str,
    pub sort: &'static str,
    pub sort_best: &'static str,
    pub sort_newest: &'static str,
    pub sort_cheap: &'static str,
    pub sort_dear: &'static str,
    pub sort_title: &'static str,
    pub in_stock_only: &'static str,
    pub price_from: &'static str,
    pub price_to: &'static str,
    pub count_one: &'static str,
    pub count: &'static str,
    pub nothing_here: &'static str,
    pub nothing_here_lead: &'static str,
    pub empty_shop: &'static str,
    pub found_for: &'static str,
    pub nothing_found: &'static str,
    pub nothing_found_lead: &'static str,
    pub previous: &'static str,
    pub next: &'static str,
    pub page_of: &'static str,
    pub pages: &'static str,
    pub from_price: &'static str,
    pub before: &'static str,
    pub sale: &'static str,
    pub sold_out: &'static str,
    pub in_stock: &'static str,
    pub few_left: &'static str,
    pub not_this_way: &'static str,
    pub quantity: &'static str,
    pub fewer: &'static str,
    pub more: &'static str,
    pub add: &'static str,
    pub added_one: &'static str,
    pub to_cart: &'static str,
    pub variant: &'static str,
    pub related: &'static str,
    pub pictures: &'static str,
    pub picture_of: &'static str,
    pub article: &'static str,
    pub by: &'static str,
    pub tax_note: &'static str,
    pub your_cart: &'static str,
    pub put_together: &'static str,
    pub offer: &'static str,
    pub offer_lead: &'static str,
    pub take_offer: &'static str,
    pub offer_closed: &'static str,
    pub offer_closed_lead: &'static str,
    pub empty_cart: &'static str,
    pub empty_cart_lead: &'static str,
    pub go_shopping: &'static str,
    pub each: &'static str,
    pub remove: &'static str,
    pub remove_which: &'static str,
    pub update: &'static str,
    pub quantity_of: &'static str,
    pub code: &'static str,
    pub code_add: &'static str,
    pub code_out: &'static str,
    pub saves: &'static str,
    pub summary: &'static str,
    pub subtotal: &'static str,
    pub discount: &'static str,
    pub delivery: &'static str,
    pub tax: &'static str,
    pub total: &'static str,
    pub included_tax: &'static str,
    pub why: &'static str,
    pub delivery_later: &'static str,
    pub free: &'static str,
    pub to_checkout: &'static str,
    pub checkout: &'static str,
    pub contact: &'static str,
    pub email: &'static str,
    pub email_hint: &'static str,
    pub full_name: &'static str,
    pub phone: &'static str,
    pub company: &'static str,
    pub address: &'static str,
    pub street: &'static str,
    pub street2: &'static str,
    pub postal_code: &'static str,
    pub city: &'static str,
    pub region: &'static str,
    pub country: &'static str,
    pub country_hint: &'static str,
    pub note: &'static str,
    pub save_address: &'static str,
    pub how_delivered: &'static str,
    pub delivery_after: &'static str,
    pub no_delivery_needed: &'static str,
    pub choose_delivery: &'static str,
    pub review: &'static str,
    pub place_order: &'static str,
    pub pay_after: &'static str,
    pub check_these: &'static str,
    pub needed: &'static str,
    pub bad_email: &'static str,
    pub bad_country: &'static str,
    pub too_long: &'static str,
    pub nowhere: &'static str,
    pub choose_one: &'static str,
    pub cart_changed: &'static str,
    pub order_title: &'static str,
    pub parcels: &'static str,
    pub parcel_number: &'static str,
    pub parcel_announced: &'static str,
    pub parcel_under_way: &'static str,
    pub parcel_delivered: &'static str,
    pub parcel_lost: &'static str,
    pub parcel_unknown: &'static str,
    pub thanks: &'static str,
    pub thanks_lead: &'static str,
    pub to_be_paid: &'static str,
    pub to_be_paid_lead: &'static str,
    pub kept_until: &'static str,
    pub paid: &'static str,
    pub paid_lead: &'static str,
    pub pay_now: &'static str,
    pub pay_by_card: &'static str,
    pub pay_confirm: &'static str,
    pub pay_go_on: &'static str,
    pub pay_waiting: &'static str,
    pub pay_declined: &'static str,
    pub pay_expired: &'static str,
    pub pay_over: &'static str,
    pub pay_by_hand: &'static str,
    pub pay_elsewhere: &'static str,
    pub pay_trial_note: &'static str,
    /// Cards that are taken, refused, and asked about.
    pub pay_trials: [&'static str; 3],
    pub placed_on: &'static str,
    pub items: &'static str,
    pub progress: &'static str,
    pub status_placed: &'static str,
    pub status_confirmed: &'static str,
    pub status_packed: &'static str,
    pub status_shipped: &'static str,
    pub status_delivered: &'static str,
    pub status_cancelled: &'static str,
    pub not_yet: &'static str,
    pub goes_to: &'static str,
    pub no_orders: &'static str,
    pub no_orders_lead: &'static str,
    pub sign_in_for_orders: &'static str,
    pub buying_for: &'static str,
    pub purchase_order: &'static str,
    pub purchase_order_needed: &'static str,
    pub ask_approval: &'static str,
    pub ask_approval_note: &'static str,
    pub waits: &'static str,
    pub waits_lead: &'static str,
    pub who_approves: &'static str,
    pub nobody_approves: &'static str,
    pub recall: &'static str,
    pub approve_title: &'static str,
    pub approve_asked: &'static str,
    pub approve: &'static str,
    pub decline: &'static str,
    pub decline_reason: &'static str,
    pub for_your_approval: &'static str,
    pub approved: &'static str,
    pub declined: &'static str,
    pub declined_because: &'static str,
    pub lost: &'static str,
    pub lost_lead: &'static str,
    pub broken: &'static str,
    pub broken_lead: &'static str,
    pub not_done: &'static str,
    pub back_to_cart: &'static str,
    pub back_home: &'static str,
    pub no_shop: &'static str,
    pub no_shop_lead: &'static str,
    pub closed: &'static str,
    pub yes: &'static str,
    pub no: &'static str,
}

/// The first is what those read whose browser asks for none of them.
pub static LANGUAGES: [&Texts; 2] = [&en::ENGLISH, &de::GERMAN];

/// The language of this name; of `de-AT`, the first part counts.
pub fn named(name: &str) -> Option<&'static Texts> {
    let name = name.split(['-', '_']).next().unwrap_or_default().trim();
    LANGUAGES.into_iter().find(|texts| texts.language.eq_ignore_ascii_case(name))
}

/// The first of the languages that a browser prefers which is here.
pub fn preferred(accepted: &str) -> &'static Texts {
    let mut asked: Vec<(u32, &str)> = accepted.split(',').map(weighed).collect();
    asked.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
    let wanted = asked.iter().filter(|(weight, _)| *weight > 0);
    wanted.filter_map(|(_, name)| named(name)).next().unwrap_or(LANGUAGES[0])
}

/// `de;q=0.8` in thousandths.
fn weighed(one: &str) -> (u32, &str) {
    let (name, rest) = one.split_once(';').unwrap_or((one, ""));
    let Some(weight) = rest.trim().strip_prefix("q=") else { return (1000, name.trim()) };
    let (whole, part) = weight.split_once('.').unwrap_or((weight, ""));
    let part: String = part.chars().chain("000".chars()).take(3).collect();
    let parsed = whole.parse::<u32>().ok().zip(part.parse::<u32>().ok());
    (parsed.map_or(0, |(whole, part)| (whole * 1000 + part).min(1000)), name.trim())
}

/// A text with its gaps filled, in their order.
pub fn filled(text: &str, with: &[&str]) -> String {
    let mut with = with.iter();
    let mut parts = text.split("{}");
    let mut whole = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        whole.push_str(with.next().unwrap_or(&""));
        whole.push_str(part);
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_is_the_one_that_a_browser_likes_best_of_those_that_are_here() {
        for (accepted, language) in [
            ("", "en"),
            ("de-AT,de;q=0.9,en;q=0.8", "de"),
            ("fr,en;q=0.4,de;q=0.7", "de"),
            ("de;q=0, en", "en"),
            ("de;q=x", "en"),
            ("ja", "en"),
        ] {
            assert_eq!(preferred(accepted).language, language, "{accepted}");
        }
    }

    #[test]
    fn gaps_are_filled_in_their_order() {
        assert_eq!(filled("Page {} of {}", &["2", "{}"]), "Page 2 of {}");
    }
}
