//! What a text leaves open, to be filled in where it is said.

use std::collections::{BTreeMap, BTreeSet};

use fluent_syntax::ast::{Expression, InlineExpression, Pattern, PatternElement, VariantKey};

/// What a variable is filled with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Text,
    /// A language may choose a form by it.
    Number,
}

/// The variables of a text, by their names.
pub type Variables = BTreeMap<String, Kind>;

/// The variables of a pattern, and what is wrong with it.
pub fn variables(pattern: &Pattern<&str>, terms: &BTreeSet<&str>) -> (Variables, Vec<String>) {
    let mut reading = Reading { terms, found: Variables::new(), wrong: Vec::new() };
    reading.pattern(pattern);
    (reading.found, reading.wrong)
}

struct Reading<'a> {
    terms: &'a BTreeSet<&'a str>,
    found: Variables,
    wrong: Vec<String>,
}

impl Reading<'_> {
    fn pattern(&mut self, pattern: &Pattern<&str>) {
        for element in &pattern.elements {
            if let PatternElement::Placeable { expression } = element {
                self.expression(expression);
            }
        }
    }

    fn expression(&mut self, expression: &Expression<&str>) {
        match expression {
            Expression::Inline(inline) => self.inline(inline, Kind::Text),
            Expression::Select { selector, variants } => {
                let counts = variants.iter().all(|variant| counts(&variant.key));
                self.inline(selector, if counts { Kind::Number } else { Kind::Text });
                variants.iter().for_each(|variant| self.pattern(&variant.value));
            }
        }
    }

    fn inline(&mut self, inline: &InlineExpression<&str>, kind: Kind) {
        match inline {
            InlineExpression::VariableReference { id } => {
                let known = self.found.entry(id.name.to_owned()).or_insert(kind);
                *known = kind.max(*known);
            }
            InlineExpression::FunctionReference { id, arguments } if id.name == "NUMBER" => {
                arguments.positional.iter().for_each(|argument| self.inline(argument, Kind::Number));
            }
            InlineExpression::FunctionReference { id, .. } => {
                self.wrong.push(format!("calls {}; the only function is NUMBER", id.name));
            }
            InlineExpression::MessageReference { id, .. } => {
                let name = id.name;
                self.wrong.push(format!("refers to {name}; write it out, or make a term -{name} of it"));
            }
            InlineExpression::TermReference { id, .. } if !self.terms.contains(id.name) => {
                self.wrong.push(format!("refers to the term -{}, which this file does not have", id.name));
            }
            InlineExpression::Placeable { expression } => self.expression(expression),
            InlineExpression::TermReference { .. }
            | InlineExpression::StringLiteral { .. }
            | InlineExpression::NumberLiteral { .. } => {}
        }
    }
}

/// Whether a form is chosen by counting: one of the CLDR's kinds of number, or a number itself.
fn counts(key: &VariantKey<&str>) -> bool {
    match key {
        VariantKey::Identifier { name } => ["zero", "one", "two", "few", "many", "other"].contains(name),
        VariantKey::NumberLiteral { .. } => true,
    }
}
