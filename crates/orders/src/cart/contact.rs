//! The contact details in a cart, and how older events are read.

use kernel::Personal;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::order::Address;

/// Who orders and where it goes, as far as they have said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipping_address: Option<Address>,
    /// The shipping address when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub billing_address: Option<Address>,
    /// A number of the customer's own, for their books.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purchase_order: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// What was typed where a code belongs: perhaps a code, perhaps a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Typed {
    Theirs(Personal<String>),
    /// From before it was whose who typed it: the log says it to anybody.
    Anybodys(String),
}

impl Typed {
    /// None once whoever typed it was erased.
    pub fn text(&self) -> Option<&String> {
        match self {
            Self::Theirs(text) => text.reveal(),
            Self::Anybodys(text) => Some(text),
        }
    }
}

/// What somebody told of themselves, and by what that is found. It is one value, because each value is sealed by itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    pub contact: Contact,
    /// By what the carts of an e-mail address are found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email_index: Option<Uuid>,
}

impl Told {
    pub fn new(contact: Contact, blind: impl FnOnce(&str) -> Uuid) -> Self {
        Self { email_index: contact.email.as_deref().map(blind), contact }
    }
}

/// In the first schema a purchase's number stood beside the contact, and what was agreed on in clear. Of somebody who was
/// erased since, neither is told any more.
pub(super) fn up(_: &str, _: i32, mut data: Value) -> Value {
    let number = data.get("purchase_order").filter(|number| !number.is_null()).cloned();
    let told = data.pointer_mut("/contact/$personal/value").filter(|value| value.is_object());
    let known = told.is_some();
    if let Some(told) = told {
        let mut contact = told.take();
        if let Some(number) = number {
            contact["purchase_order"] = number;
        }
        *told = json!({ "contact": contact });
    }
    let subject = data.get("subject").cloned();
    if let Some(agreed) = data.pointer_mut("/draft/agreed") {
        let value = Some(agreed.take()).filter(|_| known);
        *agreed = json!({ "$personal": { "subject": subject, "value": value } });
    }
    data
}

#[cfg(test)]
mod tests {
    use kernel::aggregate::{Given, given};
    use kernel::{Aggregate, SubjectId, Timestamp};

    use super::*;
    use crate::cart::{Cart, CartEvent, CodeTakenOut, Opened, TakeOutCode};

    const NOW: Timestamp = Timestamp::from_micros(0);

    fn open() -> Given<Cart> {
        let currency = "EUR".parse().unwrap();
        given([Opened { subject: SubjectId::new(), owner: None, currency }.into()])
    }

    fn told(event: &str, data: &Value) -> CartEvent {
        <CartEvent as kernel::Event>::decode(event, 1, &data.to_string()).unwrap()
    }

    #[test]
    fn carts_from_before_codes_were_anybodys_read_as_they_were() {
        let mut cart = open();
        let (guest, owner) = (cart.0.subject.unwrap(), SubjectId::new());
        let contact = |whose| json!({ "$personal": { "subject": whose, "value": { "name": "Ada" } } });
        for (event, data) in [
            ("cart.described", json!({ "contact": contact(guest), "purchase_order": "PO-7" })),
            ("cart.code_entered", json!({ "code": "SPRING" })),
            ("cart.code_entered", json!({ "code": "SUMMER" })),
            ("cart.code_taken_out", json!({ "code": "SPRING" })),
            ("cart.claimed", json!({ "owner": owner, "contact": contact(owner), "guest": guest })),
        ] {
            cart.0.apply(&told(event, &data));
        }
        let kept: Vec<_> = cart.0.codes.iter().filter_map(Typed::text).cloned().collect();
        assert_eq!((kept, cart.0.owner), (vec!["SUMMER".to_owned()], Some(owner)));
        let contact = cart.0.contact.as_ref().unwrap();
        assert_eq!(
            (contact.subject(), contact.reveal().unwrap().contact.name.as_deref()),
            (owner, Some("Ada"))
        );
        let taken = cart.when(&TakeOutCode { code: "SUMMER".into() }, NOW).unwrap();
        assert!(matches!(&taken[..], [CartEvent::CodeTakenOut(CodeTakenOut { place: Some(0), .. })]));
        let stored = serde_json::to_string(&cart.0).unwrap();
        assert_eq!(serde_json::from_str::<Cart>(&stored).unwrap(), cart.0);
    }

    #[test]
    fn of_whoever_was_erased_nothing_is_told_that_once_stood_in_clear() {
        let gone = json!({ "$personal": { "subject": SubjectId::new(), "value": null } });
        let data = json!({ "contact": gone, "purchase_order": "PO-7" });
        let CartEvent::Described(described) = told("cart.described", &data) else { panic!() };
        assert_eq!(described.contact.reveal(), None);
        let data = json!({
            "subject": SubjectId::new(), "currency": "EUR", "lines": [], "contact": gone, "purchase_order": "PO-7",
            "delivery": null, "draft": { "agreed": { "prices": [] } },
        });
        let CartEvent::Drafted(drafted) = told("cart.drafted", &data) else { panic!() };
        assert_eq!((drafted.contact.reveal(), drafted.draft.agreed.reveal()), (None, None));
    }
}
