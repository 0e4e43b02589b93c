//! An attribute that the shop declared: what kind of value products give it.

use kernel::{Aggregate, Check, Decide, Timestamp, Word, within};
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::Refusal;

/// The namespace in which an attribute's id is made from its name.
const ATTRIBUTES: Uuid = Uuid::from_u128(0x2b6c_7f0e_91d4_4f7c_8c53_6d1a_90be_a77b);

/// The stream of an attribute.
pub fn id(name: &str) -> Uuid {
    Uuid::new_v5(&ATTRIBUTES, name.as_bytes())
}

/// What a product says of itself under a name. A name that the shop did not declare takes texts only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum Value {
    Flag(bool),
    #[schema(value_type = f64)]
    Number(serde_json::Number),
    Text(String),
}

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Flag(flag) => flag.fmt(f),
            Self::Number(number) => number.fmt(f),
            Self::Text(text) => text.fmt(f),
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[derive(IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Type {
    #[default]
    Text,
    Number,
    Boolean,
    Choice,
}

/// What the shop declares of an attribute.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Declaration {
    #[schema(
        min_length = 1,
        max_length = 100,
        pattern = r"^[^/\u0000-\u001f\u007f-\u009f]*$",
        extensions(("x-write" = json!("a name of 1 to 100 letters, without slashes")))
    )]
    pub name: String,
    #[serde(rename = "type")]
    pub kind: Type,
    /// What a choice can be.
    #[serde(default)]
    #[schema(max_items = 500)]
    pub choices: Vec<String>,
    /// Whether lists of products are narrowed by it.
    #[serde(default)]
    pub filterable: bool,
    /// What a number counts: kg, cm.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 20)]
    pub unit: Option<String>,
}

impl Declaration {
    pub(crate) fn check(&self) -> Result<(), kernel::Problem> {
        let mut check = Check::default();
        let choices = &self.choices;
        let apart = choices.iter().enumerate().all(|(n, choice)| !choices[..n].contains(choice));
        check.that(
            (self.kind == Type::Choice) != choices.is_empty(),
            "/choices",
            "a choice has 1 to 500 choices, and nothing else has any",
        );
        check.that(
            apart && choices.iter().all(|choice| within(choice, 1, 200)),
            "/choices",
            "each choice has 1 to 200 letters, and is named once",
        );
        let unit = self.unit.is_none() || self.kind == Type::Number;
        check.that(unit, "/unit", "only a number may have a unit");
        check.done()
    }

    /// Whether a product may give it this value; what to do when not.
    pub fn takes(&self, value: &Value) -> Result<(), String> {
        let holds = match (self.kind, value) {
            (Type::Text, Value::Text(_))
            | (Type::Number, Value::Number(_))
            | (Type::Boolean, Value::Flag(_)) => true,
            (Type::Choice, Value::Text(text)) => self.choices.contains(text),
            _ => false,
        };
        if holds {
            return Ok(());
        }
        Err(match self.kind {
            Type::Text => "this attribute is a text".into(),
            Type::Number => "this attribute is a number".into(),
            Type::Boolean => "this attribute is true or false".into(),
            Type::Choice => format!("this attribute is one of: {}", self.choices.join(", ")),
        })
    }
}

/// An attribute; one that was removed takes texts again, like any name that was never declared.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attribute {
    pub declared: Option<Declaration>,
}

kernel::events! {
    pub enum AttributeEvent {
        Declared(Declared) = ("attribute.declared", 1),
        Changed(Changed) = ("attribute.changed", 1),
        Removed(Removed) = ("attribute.removed", 1),
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declared {
    pub declaration: Declaration,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    pub declaration: Declaration,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removed {}

impl Aggregate for Attribute {
    const KIND: &'static str = "attribute";
    type Event = AttributeEvent;

    fn apply(&mut self, event: &AttributeEvent) {
        self.declared = match event {
            AttributeEvent::Declared(Declared { declaration })
            | AttributeEvent::Changed(Changed { declaration }) => Some(declaration.clone()),
            AttributeEvent::Removed(_) => None,
        };
    }
}

pub struct Declare(pub Declaration);

/// Replaces what is declared, but for the type: products have values of it.
pub struct Redeclare(pub Declaration);

pub struct Remove;

impl Decide<Declare> for Attribute {
    type Refusal = Refusal;

    fn decide(&self, command: &Declare, _now: Timestamp) -> Result<Vec<AttributeEvent>, Refusal> {
        match self.declared {
            Some(_) => Err(Refusal::AlreadyThere),
            None => Ok(vec![Declared { declaration: command.0.clone() }.into()]),
        }
    }
}

impl Decide<Redeclare> for Attribute {
    type Refusal = Refusal;

    fn decide(&self, command: &Redeclare, _now: Timestamp) -> Result<Vec<AttributeEvent>, Refusal> {
        match &self.declared {
            Some(declared) if *declared == command.0 => Ok(Vec::new()),
            Some(declared) if declared.kind != command.0.kind => {
                Err(Refusal::AttributeTypeFixed { kind: declared.kind.as_str() })
            }
            _ => Ok(vec![Changed { declaration: command.0.clone() }.into()]),
        }
    }
}

impl Decide<Remove> for Attribute {
    type Refusal = Refusal;

    fn decide(&self, _: &Remove, _now: Timestamp) -> Result<Vec<AttributeEvent>, Refusal> {
        Ok(self.declared.iter().map(|_| Removed {}.into()).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::aggregate::given;

    const NOW: Timestamp = Timestamp::from_micros(0);

    fn colour() -> Declaration {
        let choices = vec!["red".to_owned(), "blue".to_owned()];
        Declaration { name: "colour".into(), kind: Type::Choice, choices, ..Declaration::default() }
    }

    #[test]
    fn a_choice_takes_what_can_be_chosen_and_nothing_else() {
        assert!(colour().takes(&"red".into()).is_ok());
        assert!(colour().takes(&"green".into()).unwrap_err().contains("red, blue"));
        assert!(colour().takes(&Value::Flag(true)).is_err());
    }

    #[test]
    fn a_value_is_written_as_what_it_is() {
        let read: Vec<Value> = serde_json::from_str(r#"[true, 1.5, "1.5"]"#).unwrap();
        assert!(matches!(&read[..], [Value::Flag(true), Value::Number(_), Value::Text(_)]), "{read:?}");
        assert_eq!(serde_json::to_string(&read).unwrap(), r#"[true,1.5,"1.5"]"#);
    }

    #[test]
    fn refuses_another_type_but_takes_more_choices() {
        let attribute = given::<Attribute>([Declared { declaration: colour() }.into()]);
        let text = Declaration { kind: Type::Text, choices: Vec::new(), ..colour() };
        let refusal = attribute.when(&Redeclare(text), NOW).unwrap_err();
        assert_eq!(refusal, Refusal::AttributeTypeFixed { kind: "choice" });
        let mut more = colour();
        more.choices.push("green".into());
        assert_eq!(attribute.when(&Redeclare(more), NOW).unwrap().len(), 1);
        assert_eq!(attribute.when(&Redeclare(colour()), NOW), Ok(Vec::new()));
    }
}
