//! Every way the catalog says no.

use edge::ProblemDoc;
use kernel::{Fault, Problem};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    OutOfStock { available: i64 },
    BelowReserved { reserved: i64 },
    NothingToShip,
    SkuTaken { sku: String },
    HandleTaken { handle: String },
    AlreadyThere,
    TooMuch,
}

pub const PROBLEMS: &[ProblemDoc] = &[
    ProblemDoc {
        code: "out_of_stock",
        status: 409,
        title: "Out of stock",
        what_to_do: "Order less, or wait: \"available\" says how many there are.",
    },
    ProblemDoc {
        code: "below_reserved",
        status: 409,
        title: "Promised to orders",
        what_to_do: "Cancel orders first, or count again: \"reserved\" says how many are promised.",
    },
    ProblemDoc {
        code: "nothing_to_ship",
        status: 409,
        title: "Nothing to ship",
        what_to_do: "The stock does not hold what was promised. Count it and adjust it.",
    },
    ProblemDoc {
        code: "sku_taken",
        status: 409,
        title: "SKU taken",
        what_to_do: "Another product has this SKU. Choose another, or change that product.",
    },
    ProblemDoc {
        code: "handle_taken",
        status: 409,
        title: "Handle taken",
        what_to_do: "Another product has this handle. Choose another.",
    },
    ProblemDoc {
        code: "already_there",
        status: 409,
        title: "Already there",
        what_to_do: "It was made before. Read it instead.",
    },
];

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let conflict = |code, title, detail: String| Self::new(Fault::Conflict, code, title, detail);
        match refusal {
            Refusal::OutOfStock { available } => {
                conflict("out_of_stock", "Out of stock", format!("Only {available} are available.")).with("available", available)
            }
            Refusal::BelowReserved { reserved } => conflict(
                "below_reserved",
                "Promised to orders",
                format!("{reserved} are promised to orders, so the stock cannot fall below that. Cancel orders first."),
            )
            .with("reserved", reserved),
            Refusal::NothingToShip => {
                conflict("nothing_to_ship", "Nothing to ship", "The stock does not hold what was promised. Count it and adjust it.".into())
            }
            Refusal::SkuTaken { sku } => {
                conflict("sku_taken", "SKU taken", format!("Another product has the SKU {sku:?}. Choose another.")).with("sku", sku)
            }
            Refusal::HandleTaken { handle } => {
                conflict("handle_taken", "Handle taken", format!("Another product has the handle {handle:?}. Choose another.")).with("handle", handle)
            }
            Refusal::AlreadyThere => conflict("already_there", "Already there", "This was made before.".into()),
            Refusal::TooMuch => Self::invalid(vec![kernel::FieldProblem {
                pointer: "/delta".into(),
                detail: "a stock has at most a trillion".into(),
            }]),
        }
    }
}
