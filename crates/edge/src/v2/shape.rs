//! Where the second version of the API reads differently from the first: money, and pages of lists.
//!
//! A shape is read from a schema of the document, once, at the start: a number marked `x-money` is money, and the marker
//! names the member, beside it or further out, that says in which currency. Nothing here knows a route or a field.

use std::collections::{BTreeMap, BTreeSet};

use kernel::Check;
use serde_json::{Map, Value, json};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Shape {
    /// It reads the same.
    Same,
    /// An amount in minor units, whose currency the named member says.
    Money(String),
    List(Box<Shape>),
    /// A page of a list, with its cursor.
    Page(Box<Shape>),
    /// The members that read differently, and those that only say a currency.
    Record {
        members: BTreeMap<String, Shape>,
        currencies: Vec<String>,
    },
}

impl Shape {
    pub(crate) fn of(document: &Value, schema: &Value) -> Self {
        read(document, schema, &mut Vec::new())
    }

    /// From the first version to the second. `home` is the currency of what names none: the shop's.
    pub(crate) fn outward(&self, value: &mut Value, home: &str) {
        outward(self, value, &Scope { outer: None, known: BTreeMap::new(), home });
    }

    /// From the second version to the first; each mistake is named by its place in the second.
    pub(crate) fn inward(&self, value: &mut Value, home: &str, check: &mut Check) {
        inward(self, value, String::new(), &mut Vec::new(), home, check);
    }

    /// Where in the second version stands what the first has at this pointer.
    pub(crate) fn pointer(&self, pointer: &str) -> String {
        let Some(path) = pointer.strip_prefix('/') else { return pointer.to_owned() };
        let (mut shape, mut found) = (self, String::new());
        for part in path.split('/') {
            if let Self::Record { members, currencies } = shape
                && currencies.iter().any(|name| name == part)
                && let Some((money, _)) = members
                    .iter()
                    .filter(|(_, member)| matches!(member, Self::Money(name) if name == part))
                    // Of several amounts the plainest name is the one that is always there: price, not compare_at.
                    .min_by_key(|(name, _)| name.len())
            {
                return format!("{found}/{money}/currency");
            }
            found = format!("{found}/{part}");
            shape = match shape {
                Self::Record { members, .. } => members.get(part).unwrap_or(&Self::Same),
                Self::List(inner) => inner,
                _ => &Self::Same,
            };
        }
        if matches!(shape, Self::Money(_)) { found + "/amount" } else { found }
    }

    /// The members further out that say a currency for something in here.
    fn needs(&self) -> BTreeSet<&str> {
        match self {
            Self::Same => BTreeSet::new(),
            Self::Money(currency) => BTreeSet::from([currency.as_str()]),
            Self::List(inner) | Self::Page(inner) => inner.needs(),
            Self::Record { members, currencies } => {
                let mut needs: BTreeSet<&str> = members.values().flat_map(Self::needs).collect();
                needs.retain(|name| !currencies.iter().any(|known| known == name));
                needs
            }
        }
    }
}

/// `open` are the schemas that are being read: one that holds itself is not followed twice.
fn read<'a>(document: &'a Value, schema: &'a Value, open: &mut Vec<&'a str>) -> Shape {
    if let Some(currency) = schema["x-money"].as_str() {
        return Shape::Money(currency.to_owned());
    }
    if let Some(name) = referred(schema) {
        if open.contains(&name) {
            return Shape::Same;
        }
        open.push(name);
        let shape = read(document, &document["components"]["schemas"][name], open);
        open.pop();
        return shape;
    }
    let choices = schema["oneOf"].as_array().or(schema["anyOf"].as_array());
    if let Some(choices) = choices {
        let mut shapes = choices.iter().map(|choice| read(document, choice, open));
        return shapes.find(|shape| *shape != Shape::Same).unwrap_or(Shape::Same);
    }
    if schema["items"].is_object() {
        return match read(document, &schema["items"], open) {
            Shape::Same => Shape::Same,
            inner => Shape::List(Box::new(inner)),
        };
    }
    let properties = properties(document, schema);
    if let Some(items) = page_items(&properties) {
        return Shape::Page(Box::new(read(document, items, open)));
    }
    let members: BTreeMap<String, Shape> = properties
        .iter()
        .map(|(name, property)| ((*name).to_owned(), read(document, property, open)))
        .filter(|(_, shape)| *shape != Shape::Same)
        .collect();
    let needs: BTreeSet<&str> = members.values().flat_map(Shape::needs).collect();
    let currencies: Vec<String> =
        needs.into_iter().filter(|name| properties.contains_key(name)).map(str::to_owned).collect();
    if members.is_empty() { Shape::Same } else { Shape::Record { members, currencies } }
}

fn referred(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str()?.strip_prefix("#/components/schemas/")
}

/// The members of a record, those of the schemas that it is composed of included.
fn properties<'a>(document: &'a Value, schema: &'a Value) -> BTreeMap<&'a str, &'a Value> {
    let schema = referred(schema).map_or(schema, |name| &document["components"]["schemas"][name]);
    let own = schema["properties"].as_object().into_iter().flatten();
    let mut all: BTreeMap<&str, &Value> = own.map(|(name, property)| (name.as_str(), property)).collect();
    for part in schema["allOf"].as_array().into_iter().flatten() {
        all.extend(properties(document, part));
    }
    all
}

/// A page is what has a cursor.
fn page_items<'a>(properties: &BTreeMap<&str, &'a Value>) -> Option<&'a Value> {
    let items = &properties.get("items")?["items"];
    (properties.contains_key("next_cursor") && items.is_object()).then_some(items)
}

/// The currencies that are known at some place, inner before outer.
struct Scope<'a> {
    outer: Option<&'a Scope<'a>>,
    known: BTreeMap<&'a str, Value>,
    home: &'a str,
}

impl Scope<'_> {
    fn find(&self, name: &str) -> Value {
        match (self.known.get(name), self.outer) {
            (Some(currency), _) => currency.clone(),
            (None, Some(outer)) => outer.find(name),
            (None, None) => json!(self.home),
        }
    }
}

fn outward(shape: &Shape, value: &mut Value, scope: &Scope<'_>) {
    match (shape, value) {
        (Shape::Money(currency), value) if value.is_number() => {
            *value = json!({ "amount": value.take(), "currency": scope.find(currency) });
        }
        (Shape::List(inner), Value::Array(items)) => {
            items.iter_mut().for_each(|item| outward(inner, item, scope));
        }
        (Shape::Page(inner), Value::Object(members)) => {
            let mut items = members.remove("items").unwrap_or_default();
            items.as_array_mut().into_iter().flatten().for_each(|item| outward(inner, item, scope));
            let next = members.remove("next_cursor").unwrap_or_default();
            members.insert("data".into(), items);
            members.insert("page".into(), json!({ "next": next }));
        }
        (Shape::Record { members: shapes, currencies }, Value::Object(members)) => {
            let said = currencies.iter().filter_map(|name| Some((name.as_str(), members.remove(name)?)));
            let known = said.filter(|(_, currency)| currency.is_string()).collect();
            let scope = Scope { outer: Some(scope), known, home: scope.home };
            for (name, shape) in shapes {
                if let Some(member) = members.get_mut(name) {
                    outward(shape, member, &scope);
                }
            }
        }
        _ => {}
    }
}

/// A record on its way inward: which currencies it says, and what was said so far.
struct Frame<'a> {
    currencies: &'a [String],
    said: Map<String, Value>,
}

fn inward<'a>(
    shape: &'a Shape,
    value: &mut Value,
    at: String,
    frames: &mut Vec<Frame<'a>>,
    home: &str,
    check: &mut Check,
) {
    match (shape, value) {
        (Shape::Money(currency), value) if !value.is_null() => {
            let Some(said) = take_money(value, &at, check) else { return };
            let frame = frames.iter_mut().rev().find(|frame| frame.currencies.contains(currency));
            let expected = match frame {
                Some(frame) => frame.said.entry(currency.clone()).or_insert_with(|| said.clone()).clone(),
                None => json!(home),
            };
            let place = format!("{at}/currency");
            check.that(said == expected, place, format!("it is {expected} here, for all amounts alike"));
        }
        (Shape::List(inner) | Shape::Page(inner), Value::Array(items)) => {
            for (n, item) in items.iter_mut().enumerate() {
                inward(inner, item, format!("{at}/{n}"), frames, home, check);
            }
        }
        (Shape::Record { members: shapes, currencies }, Value::Object(members)) => {
            for name in currencies.iter().filter(|name| members.contains_key(*name)) {
                check.that(false, format!("{at}/{name}"), "the currency stands in the money itself");
            }
            frames.push(Frame { currencies, said: Map::new() });
            for (name, shape) in shapes {
                if let Some(member) = members.get_mut(name) {
                    inward(shape, member, format!("{at}/{name}"), frames, home, check);
                }
            }
            if let Some(frame) = frames.pop() {
                members.extend(frame.said);
            }
        }
        _ => {}
    }
}

/// Leaves the amount in the money's place, and returns its currency if it names one.
fn take_money(value: &mut Value, at: &str, check: &mut Check) -> Option<Value> {
    let Value::Object(mut money) = value.take() else {
        check.that(
            false,
            at,
            "write money as {\"amount\": 1999, \"currency\": \"EUR\"}, with the amount in minor units",
        );
        return None;
    };
    let (amount, currency) = (money.remove("amount"), money.remove("currency"));
    check.that(amount.is_some(), format!("{at}/amount"), "it is missing");
    for name in money.keys() {
        let detail = "there is no such field; money has an amount and a currency";
        check.that(false, format!("{at}/{}", kernel::problem::pointer_part(name)), detail);
    }
    *value = amount.unwrap_or_default();
    currency.filter(|currency| !currency.is_null())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document() -> Value {
        json!({ "components": { "schemas": {
            "Line": { "properties": { "sku": {}, "price": { "type": "integer", "x-money": "currency" } } },
            "Summary": { "properties": { "currency": {}, "total": { "type": "integer", "x-money": "currency" } } },
            "Order": { "allOf": [
                { "$ref": "#/components/schemas/Summary" },
                { "properties": { "lines": { "items": { "$ref": "#/components/schemas/Line" } } } },
            ] },
            "Page": { "properties": { "next_cursor": {}, "items": { "items": { "$ref": "#/components/schemas/Order" } } } },
            "Tree": { "properties": { "children": { "items": { "$ref": "#/components/schemas/Tree" } } } },
            "Refund": { "properties": { "amount": { "x-money": "currency" } } },
        } } })
    }

    fn shape(name: &str) -> Shape {
        Shape::of(&document(), &json!({ "$ref": format!("#/components/schemas/{name}") }))
    }

    #[test]
    fn money_takes_its_currency_from_beside_it_or_from_further_out_and_back() {
        let first = json!({ "currency": "JPY", "total": 5, "lines": [{ "sku": "a", "price": 5 }] });
        let second = json!({
            "total": { "amount": 5, "currency": "JPY" },
            "lines": [{ "sku": "a", "price": { "amount": 5, "currency": "JPY" } }],
        });
        let (mut value, mut check) = (first.clone(), Check::default());
        shape("Order").outward(&mut value, "EUR");
        assert_eq!(value, second);
        shape("Order").inward(&mut value, "EUR", &mut check);
        check.done().unwrap();
        assert_eq!(value, first);
    }

    #[test]
    fn a_page_has_its_cursor_apart_and_says_when_it_is_the_last() {
        let mut value = json!({ "items": [{ "currency": "EUR", "total": 1 }], "next_cursor": "x" });
        shape("Page").outward(&mut value, "EUR");
        assert_eq!(
            value,
            json!({ "data": [{ "total": { "amount": 1, "currency": "EUR" } }], "page": { "next": "x" } })
        );
        let mut last = json!({ "items": [] });
        shape("Page").outward(&mut last, "EUR");
        assert_eq!(last, json!({ "data": [], "page": { "next": null } }));
    }

    #[test]
    fn what_names_no_currency_is_in_the_shops_and_can_be_in_no_other() {
        let mut value = json!({ "amount": 7 });
        shape("Refund").outward(&mut value, "EUR");
        assert_eq!(value, json!({ "amount": { "amount": 7, "currency": "EUR" } }));
        let mistakes = |mut value: Value| {
            let mut check = Check::default();
            shape("Refund").inward(&mut value, "EUR", &mut check);
            check.done().err().map(|problem| problem.fields[0].pointer.clone())
        };
        assert_eq!(mistakes(json!({ "amount": { "amount": 7 } })), None);
        assert_eq!(
            mistakes(json!({ "amount": { "amount": 7, "currency": "USD" } })).unwrap(),
            "/amount/currency"
        );
    }

    #[test]
    fn every_mistake_is_named_where_it_stands() {
        for (body, pointer) in [
            (json!({ "total": 5 }), "/total"),
            (json!({ "total": { "currency": "EUR" } }), "/total/amount"),
            (json!({ "total": { "amount": 5, "x": 1 } }), "/total/x"),
            (json!({ "currency": "EUR", "total": { "amount": 5 } }), "/currency"),
            (
                json!({
                    "lines": [{ "price": { "amount": 1, "currency": "EUR" } }, { "price": { "amount": 1, "currency": "USD" } }],
                }),
                "/lines/1/price/currency",
            ),
        ] {
            let (mut value, mut check) = (body.clone(), Check::default());
            shape("Order").inward(&mut value, "EUR", &mut check);
            let problem = check.done().unwrap_err();
            assert_eq!(problem.fields[0].pointer, pointer, "{body}");
        }
    }

    #[test]
    fn a_pointer_into_the_first_version_leads_to_the_same_place_in_the_second() {
        let order = shape("Order");
        for (first, second) in [
            ("/total", "/total/amount"),
            ("/currency", "/total/currency"),
            ("/lines/3/price", "/lines/3/price/amount"),
            ("/lines/3/sku", "/lines/3/sku"),
            ("/elsewhere/0", "/elsewhere/0"),
            ("limit", "limit"),
            ("", ""),
        ] {
            assert_eq!(order.pointer(first), second);
        }
    }

    #[test]
    fn a_schema_that_holds_itself_is_read_once() {
        assert_eq!(shape("Tree"), Shape::Same);
    }
}
