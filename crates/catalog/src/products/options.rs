//! Options of a product, such as size or colour. Each variant is one combination of them.

use std::collections::{BTreeMap, HashSet};

use kernel::{Check, within};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Variant;

/// Something to choose, with all that it can be, in the order in which it is offered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
    #[schema(min_items = 1, max_items = 200)]
    pub values: Vec<String>,
}

impl Choice {
    /// Whether the variants are combinations of what is declared. A product that declares nothing says of each variant
    /// what it likes, as products did before choices could be declared.
    pub(crate) fn check_all(declared: &[Self], variants: &[Variant], check: &mut Check) {
        for (n, choice) in declared.iter().enumerate() {
            choice.check(n, check);
            let twice = declared[..n].iter().any(|other| other.name == choice.name);
            check.that(!twice, format!("/options/{n}/name"), "name an option once");
        }
        if declared.is_empty() {
            return;
        }
        let mut seen: HashSet<&BTreeMap<String, String>> = HashSet::new();
        for (n, variant) in variants.iter().enumerate() {
            let place = || format!("/variants/{n}/options");
            let names: Vec<&str> = declared.iter().map(|choice| choice.name.as_str()).collect();
            let chosen = declared
                .iter()
                .all(|choice| variant.options.get(&choice.name).is_some_and(|v| choice.values.contains(v)));
            check.that(
                chosen && variant.options.len() == declared.len(),
                place(),
                format!("choose one of the declared values for each of: {}", names.join(", ")),
            );
            check.that(seen.insert(&variant.options), place(), "another variant is this combination already");
        }
    }

    fn check(&self, n: usize, check: &mut Check) {
        let values = &self.values;
        let apart = values.iter().collect::<HashSet<_>>().len() == values.len();
        check.that(
            apart && values.iter().all(|value| within(value, 1, 200)),
            format!("/options/{n}/values"),
            "give it different values of 1 to 200 letters",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::VariantId;
    use kernel::Money;

    fn shirt(size: &str, colour: &str) -> Variant {
        let options = [("size", size), ("colour", colour)];
        Variant {
            options: options.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
            ..Variant::new(VariantId::new(), "S", Money::zero("EUR".parse().unwrap()))
        }
    }

    fn wrong(variants: &[Variant]) -> Vec<String> {
        let choice = |name: &str, values: [&str; 2]| Choice {
            name: name.into(),
            values: values.iter().map(|value| (*value).into()).collect(),
        };
        let declared = [choice("size", ["S", "M"]), choice("colour", ["red", "blue"])];
        let mut check = Check::default();
        Choice::check_all(&declared, variants, &mut check);
        let fields = check.done().err().map(|problem| problem.fields).unwrap_or_default();
        fields.into_iter().map(|field| field.pointer).collect()
    }

    #[test]
    fn every_variant_is_one_combination() {
        assert!(wrong(&[shirt("S", "red"), shirt("S", "blue"), shirt("M", "red")]).is_empty());
    }

    #[test]
    fn refuses_a_combination_twice() {
        assert_eq!(wrong(&[shirt("S", "red"), shirt("S", "red")]), ["/variants/1/options"]);
    }

    #[test]
    fn refuses_what_was_not_declared() {
        assert_eq!(wrong(&[shirt("XL", "red")]), ["/variants/0/options"]);
        let mut half = shirt("S", "red");
        half.options.remove("colour");
        assert_eq!(wrong(&[half]), ["/variants/0/options"]);
    }
}
