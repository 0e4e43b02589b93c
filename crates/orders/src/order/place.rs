//! The command that places an order.

use kernel::{Decide, Money, Personal, Timestamp};
use pricing::Ledger;

use crate::order::{Customer, Line, Order, OrderEvent, Placed, Terms};
use crate::refusal::Refusal;

#[derive(Clone)]
pub struct Place {
    pub customer: Customer,
    pub lines: Vec<Line>,
    pub ledger: Ledger,
    pub note: Option<Personal<String>>,
    pub terms: Terms,
}

impl Decide<Place> for Order {
    type Refusal = Refusal;

    fn decide(&self, command: &Place, now: Timestamp) -> Result<Vec<OrderEvent>, Refusal> {
        if self.status.is_some() {
            return Err(Refusal::AlreadyPlaced);
        }
        let Place { customer, lines, ledger, note, terms } = command;
        let currency = ledger.currency();
        let placed = Placed {
            customer: customer.clone(),
            lines: lines.clone(),
            currency,
            total: Money::new(ledger.total(), currency),
            note: note.clone(),
            at: now,
            ledger: Some(ledger.clone()),
            terms: terms.clone(),
        };
        Ok(vec![placed.into()])
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use catalog::{ProductId, VariantId};
    use kernel::SubjectId;
    use kernel::aggregate::given;

    use super::*;
    use crate::order::{Address, Person};

    pub const NOW: Timestamp = Timestamp::from_micros(0);

    fn ledger(unit_price: i64) -> Ledger {
        let line = pricing::Line {
            id: pricing::LineId(1),
            product: uuid::Uuid::nil(),
            variant: uuid::Uuid::nil(),
            quantity: 2,
            unit_price,
            categories: Vec::new(),
            tax_class: String::new(),
        };
        let basket = pricing::Basket {
            currency: "EUR".parse().unwrap(),
            lines: vec![line],
            shipping: None,
            codes: Vec::new(),
            customer: pricing::Customer::default(),
            destination: None,
            now: NOW,
        };
        pricing::price(&basket, &[], &pricing::TaxRules::default()).unwrap().ledger
    }

    pub fn two_lamps(unit_price: i64) -> Place {
        let (id, eur) = (SubjectId::new(), "EUR".parse().unwrap());
        let address = Address {
            line1: "1 Quay".into(),
            line2: None,
            city: "Cork".into(),
            postal_code: "T12".into(),
            region: None,
            country: "IE".into(),
        };
        Place {
            customer: Customer {
                id,
                person: Personal::new(
                    id,
                    Person {
                        name: "Ada".into(),
                        email: "ada@example.com".into(),
                        email_index: None,
                        phone: None,
                        address,
                        billing_address: None,
                        company: None,
                        purchase_order: None,
                    },
                ),
            },
            lines: vec![Line {
                variant: VariantId::new(),
                product: ProductId::new(),
                sku: "LAMP".into(),
                title: "Lamp".into(),
                quantity: 2,
                unit_price: Money::new(unit_price, eur),
            }],
            ledger: ledger(unit_price),
            note: None,
            terms: Terms::default(),
        }
    }

    #[test]
    fn the_total_is_the_sum_of_the_ledger() {
        let events = given::<Order>([]).when(&two_lamps(1999), NOW).unwrap();
        let [OrderEvent::Placed(placed)] = events.as_slice() else { panic!("{events:?}") };
        assert_eq!(placed.total.amount, 3998);
    }

    #[test]
    fn refuses_to_be_placed_twice() {
        let placed = given::<Order>([]).when(&two_lamps(1), NOW).unwrap();
        assert_eq!(given::<Order>(placed).when(&two_lamps(1), NOW), Err(Refusal::AlreadyPlaced));
    }

    #[test]
    fn a_customer_of_the_first_schema_is_read_and_an_erased_one_is_nobody() {
        use kernel::Event;
        let first = |value: &str| {
            let id = "01a1fc14-f0b4-74fb-8bc1-d13ae30afc15";
            let sealed = |value: &str| format!(r#"{{"$personal":{{"subject":"{id}","value":{value}}}}}"#);
            let address = if value == "null" {
                "null"
            } else {
                r#"{"line1":"1 Quay","city":"Cork","postal_code":"T12","country":"IE"}"#
            };
            format!(
                r#"{{"customer":{{"id":"{id}","name":{},"email":{},"phone":null,"address":{}}},"lines":[],"currency":"EUR","total":{{"amount":0,"currency":"EUR"}},"note":null,"at":"2026-05-03T14:00:00Z"}}"#,
                sealed(value),
                sealed(value),
                sealed(address)
            )
        };
        let read = |text: &str| match OrderEvent::decode("order.placed", 1, text).unwrap() {
            OrderEvent::Placed(placed) => placed.customer.person.reveal().cloned(),
            other => panic!("{other:?}"),
        };
        assert_eq!(read(&first("\"Ada\"")).unwrap().name, "Ada");
        assert_eq!(read(&first("null")), None);
    }

    #[test]
    fn what_an_organisation_s_order_said_in_clear_is_theirs() {
        use kernel::Event;
        let (ada, quay) = (uuid::Uuid::from_u128(1), uuid::Uuid::from_u128(2));
        let person = serde_json::json!({
            "name": "Ada", "email": "ada@example.com", "email_index": null, "phone": null,
            "address": { "line1": "1 Quay", "city": "Cork", "postal_code": "T12", "country": "IE" },
        });
        let read = |person: serde_json::Value| {
            let data = serde_json::json!({
                "customer": { "id": ada, "person": { "$personal": { "subject": ada, "value": person } } },
                "lines": [], "currency": "EUR", "total": { "amount": 0, "currency": "EUR" }, "note": null,
                "at": "2026-05-03T14:00:00Z",
                "terms": { "purchase_order": "PO-7", "organisation": { "id": quay, "name": "Quay Hotels" } },
            });
            match OrderEvent::decode("order.placed", 2, &data.to_string()).unwrap() {
                OrderEvent::Placed(placed) => placed,
                other => panic!("{other:?}"),
            }
        };
        let placed = read(person);
        let number = placed.customer.person.reveal().and_then(|person| person.purchase_order.clone());
        assert_eq!(number.as_deref(), Some("PO-7"));
        let organisation = placed.terms.organisation.unwrap();
        assert_eq!((organisation.name.subject().uuid(), organisation.name.text()), (quay, "Quay Hotels"));
        assert_eq!(read(serde_json::Value::Null).customer.person.reveal(), None);
    }

    #[test]
    fn a_customer_does_not_appear_in_what_is_printed() {
        let event = given::<Order>([]).when(&two_lamps(1), NOW).unwrap();
        let printed = format!("{event:?}");
        assert!(!printed.contains("Ada") && !printed.contains("Cork"), "{printed}");
    }
}
