//! What whoever shops is told of a refusal and of a bill: in their language, for the API speaks to programs in English.

use kernel::Problem;
use orders::checkout::view::{CartLine, Missing, PromotionLine, Shortage};
use orders::{EntryKind, EntryView};
use serde_json::Value;

use crate::format;
use crate::visit::Visit;

/// What was refused and what to do. The first field that is wrong is said before the whole.
pub fn refusal(visit: &Visit, problem: &Problem) -> String {
    let wrong = problem.fields.first().and_then(|field| of_field(visit, &field.pointer));
    if let Some(text) = wrong {
        return text.to_owned();
    }
    let Some(said) = visit.texts.refusal().get(&problem.code) else {
        return visit.texts.not_done_lead().to_owned();
    };
    said.filled(|name| told(visit, problem, name))
}

/// What a refusal tells under a name.
fn told<'a>(visit: &Visit, problem: &'a Problem, name: &str) -> texts::Value<'a> {
    match (name, problem.more.get(name)) {
        ("limit" | "total", Some(Value::Number(amount))) => {
            visit.money(amount.as_i64().unwrap_or_default()).into()
        }
        (_, Some(Value::Number(number))) => number.as_i64().unwrap_or_default().into(),
        (_, Some(Value::String(word))) => word.as_str().into(),
        (_, other) => other.map(Value::to_string).unwrap_or_default().into(),
    }
}

/// What is wrong with a field that the form does not show.
pub fn field(visit: &Visit, pointer: &str) -> String {
    of_field(visit, pointer).unwrap_or(visit.texts.not_done_lead()).to_owned()
}

/// What keeps a line from being ordered.
pub fn shortage(visit: &Visit, line: &CartLine) -> Option<String> {
    line.shortage.map(|shortage| match shortage {
        Shortage::NotSold => visit.texts.line_not_sold().to_owned(),
        Shortage::SoldOut => visit.texts.line_sold_out().to_owned(),
        Shortage::Few { available } => visit.texts.line_few(available),
    })
}

/// What an order still needs that stands beside no field of the checkout.
pub fn missing(visit: &Visit, lines: &[CartLine], missing: &Missing) -> String {
    let of_line = missing.pointer.strip_prefix("/lines/").and_then(|rest| rest.split('/').next());
    let line = of_line.and_then(|n| n.parse::<usize>().ok()).and_then(|n| lines.get(n));
    match line.and_then(|line| Some((line, shortage(visit, line)?))) {
        Some((line, text)) if line.title.is_empty() => text,
        Some((line, text)) => format!("{}: {text}", line.title),
        None => field(visit, &missing.pointer),
    }
}

/// Whether a code will not apply, whatever else is done with the cart.
pub fn is_refused(line: &PromotionLine) -> bool {
    let refused = ["unknown_code", "not_yet", "over", "used_up", "used_by_customer", "first_order_only"];
    refused.contains(&line.outcome)
}

/// What became of a promotion or a code.
pub fn promotion(visit: &Visit, line: &PromotionLine) -> String {
    let name = line.name.as_deref().or(line.code.as_deref()).unwrap_or_default();
    let texts = visit.texts;
    match line.outcome {
        "applied" => texts.code_applies(name),
        "unknown_code" => texts.code_unknown(name),
        "not_yet" => texts.code_not_yet(name),
        "over" => texts.code_over(name),
        "used_up" => texts.code_used_up(name),
        "used_by_customer" => texts.code_used_by_you(name),
        "first_order_only" => texts.code_first_order(name),
        "no_destination" => texts.code_no_address(name),
        "no_shipping" => texts.code_no_delivery(name),
        "outdone" => texts.code_outdone(name),
        "too_few_pieces" | "too_little" => {
            let missing = match (line.missing_quantity, line.missing_amount) {
                (Some(pieces), _) => format!("{pieces} ×"),
                (None, amount) => visit.money(amount.unwrap_or_default()),
            };
            texts.code_too_little(name, &missing)
        }
        _ => texts.code_not_here(name),
    }
}

/// One entry of a bill, and what stands at its end.
pub fn entry(visit: &Visit, entry: &EntryView) -> (String, String) {
    let texts = visit.texts;
    let amount = visit.money(entry.amount);
    let text = match (entry.kind, &entry.tax) {
        (EntryKind::Item, _) => {
            format!("{} × {}", entry.quantity.unwrap_or(1), visit.money(entry.unit_price.unwrap_or_default()))
        }
        (EntryKind::Tax, Some(tax)) => {
            let rate = format::rate(texts, &tax.rate);
            if tax.included {
                return (texts.tax_within(&rate, &tax.name), visit.money(tax.amount));
            }
            format!("{} {rate}", tax.name)
        }
        (EntryKind::Exempt, Some(tax)) => {
            let rate = format::rate(texts, &tax.rate);
            if tax.reverse_charge {
                texts.tax_reversed(&rate, &tax.name)
            } else {
                texts.tax_exempt(&rate, &tax.name)
            }
        }
        (EntryKind::Returned, _) => texts.entry_returned(entry.quantity.unwrap_or(1)),
        (EntryKind::ShippingBack, _) => texts.entry_delivery_back().to_owned(),
        (EntryKind::Goodwill, _) => texts.entry_goodwill().to_owned(),
        _ => entry.text.clone(),
    };
    (text, amount)
}

/// By its name, wherever it stands: `/lines/0/quantity` is a quantity.
fn of_field(visit: &Visit, pointer: &str) -> Option<&'static str> {
    let (_, name) = pointer.rsplit_once('/')?;
    visit.texts.wrong().get(name)
}

#[cfg(test)]
mod tests {
    use crate::texts::LANGUAGES;

    /// What only those meet who work for a shop or write programs for it.
    const NOT_SHOPPERS: &[&str] = &[
        "already_placed",
        "already_there",
        "amount_too_large",
        "attribute_type_fixed",
        "below_reserved",
        "card_number_refused",
        "categories_too_many",
        "category_handle_taken",
        "category_in_use",
        "code_taken",
        "draft_empty",
        "handle_taken",
        "hold_ended",
        "illegal_transition",
        "line_twice",
        "location_in_use",
        "more_pieces_than_left",
        "more_than_charged",
        "no_ledger",
        "not_in_ledger",
        "not_so_many",
        "not_there",
        "nothing_left",
        "nothing_to_ship",
        "notice_refused",
        "own_ancestor",
        "paid_by_hand",
        "partly_sent",
        "payment_disputed",
        "payment_not_so_far",
        "price_list_currency_fixed",
        "return_closed",
        "secret_needed",
        "sku_taken",
        "too_many_payment_providers",
        "wrong_currency",
    ];

    #[test]
    fn whatever_a_shopper_may_be_refused_is_said() {
        let codes = [orders::PROBLEMS, payments::PROBLEMS, catalog::PROBLEMS].concat();
        for code in codes.iter().map(|problem| problem.code) {
            let said = LANGUAGES[0].refusal().get(code).is_some();
            assert_ne!(
                said,
                NOT_SHOPPERS.contains(&code),
                "{code}: say it as refusal-{code}, or list it as nothing that a shopper meets",
            );
        }
    }
}
