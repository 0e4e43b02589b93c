//! A product: state, events, and the two decisions about it.

use kernel::{Aggregate, Decide, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Content, Refusal};

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Product {
    pub created: Option<Timestamp>,
    pub content: Content,
}

kernel::events! {
    pub enum ProductEvent {
        Created(Created) = ("product.created", 2),
        Changed(Changed) = ("product.changed", 2),
    }
    upcast = up;
}

/// The first schema knew no tax classes; all else that the second added may be left out.
fn up(_: &str, _: i32, mut data: Value) -> Value {
    data["content"]["tax_class"] = "standard".into();
    data
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Created {
    pub content: Content,
    pub created: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    pub content: Content,
    /// When the product was made; the projector sees nothing but the event, and a reader wants both times.
    pub created: Timestamp,
}

impl Aggregate for Product {
    const KIND: &'static str = "product";
    type Event = ProductEvent;

    fn apply(&mut self, event: &ProductEvent) {
        match event {
            ProductEvent::Created(Created { content, created })
            | ProductEvent::Changed(Changed { content, created }) => {
                self.created = Some(*created);
                self.content = content.clone();
            }
        }
    }
}

pub struct Create(pub Content);

/// Replaces all that the product says.
pub struct Change(pub Content);

impl Decide<Create> for Product {
    type Refusal = Refusal;

    fn decide(&self, command: &Create, now: Timestamp) -> Result<Vec<ProductEvent>, Refusal> {
        if self.created.is_some() {
            return Err(Refusal::AlreadyThere);
        }
        Ok(vec![Created { content: command.0.clone(), created: now }.into()])
    }
}

impl Decide<Change> for Product {
    type Refusal = Refusal;

    fn decide(&self, command: &Change, now: Timestamp) -> Result<Vec<ProductEvent>, Refusal> {
        if self.content == command.0 {
            return Ok(Vec::new());
        }
        Ok(vec![Changed { content: command.0.clone(), created: self.created.unwrap_or(now) }.into()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::aggregate::given;

    const NOW: Timestamp = Timestamp::from_micros(0);

    fn lamp() -> Content {
        Content { handle: "lamp".into(), title: "Lamp".into(), ..Content::default() }
    }

    #[test]
    fn changing_nothing_is_no_event() {
        let product = given::<Product>([Created { content: lamp(), created: NOW }.into()]);
        assert_eq!(product.when(&Change(lamp()), NOW).unwrap(), []);
    }

    #[test]
    fn a_product_of_the_first_schema_is_read_and_kept_as_it_was() {
        use kernel::Event;
        let content = r#"{"handle":"lamp","title":"Lamp","description":"","status":"active","categories":[],"attributes":{"colour":"red"},"variants":[{"id":"0198c0de-0000-7000-8000-000000000000","sku":"L","title":"","price":{"amount":1,"currency":"EUR"},"options":{}}]}"#;
        let text = format!(r#"{{"content":{content},"created":"1970-01-01T00:00:00.000000Z"}}"#);
        let event = ProductEvent::decode("product.created", 1, &text).unwrap();
        let ProductEvent::Created(created) = &event else { panic!("{event:?}") };
        assert_eq!(created.content.tax_class.0, "standard");
        // The state that was kept then is what is folded today.
        assert_eq!(serde_json::to_string(&created.content).unwrap(), content);
    }

    #[test]
    fn refuses_to_be_created_twice() {
        let product = given::<Product>([Created { content: lamp(), created: NOW }.into()]);
        assert_eq!(product.when(&Create(lamp()), NOW), Err(Refusal::AlreadyThere));
    }
}
