//! Every way the catalog says no.

use edge::ProblemDoc;
use kernel::{Currency, Fault, Problem};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    OutOfStock { available: i64 },
    BelowReserved { reserved: i64 },
    NothingToShip,
    SkuTaken { sku: String },
    HandleTaken { handle: String },
    AlreadyThere,
    CategoryHandleTaken { handle: String },
    NoSuchParent,
    OwnAncestor,
    TooDeep { most: usize },
    TooManyCategories { most: usize },
    CategoryInUse,
    PriceListCurrencyFixed { currency: Currency },
    NotThere { there: i64 },
    LocationInUse,
    HoldEnded,
    AttributeTypeFixed { kind: &'static str },
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
    ProblemDoc {
        code: "category_handle_taken",
        status: 409,
        title: "Handle taken",
        what_to_do: "Another category has this handle. Choose another.",
    },
    ProblemDoc {
        code: "own_ancestor",
        status: 409,
        title: "Its own ancestor",
        what_to_do: "A category cannot be in itself, nor in one that is in it. Choose another parent.",
    },
    ProblemDoc {
        code: "categories_too_many",
        status: 409,
        title: "Too many categories",
        what_to_do: "A shop has 2,000 categories in 10 levels at the most. Remove some, or use tags.",
    },
    ProblemDoc {
        code: "category_in_use",
        status: 409,
        title: "Category in use",
        what_to_do: "Other categories or products are in it. Move them elsewhere first.",
    },
    ProblemDoc {
        code: "price_list_currency_fixed",
        status: 409,
        title: "Price list has a currency",
        what_to_do: "Its prices are written in its currency. Make another list instead.",
    },
    ProblemDoc {
        code: "not_there",
        status: 409,
        title: "Not there",
        what_to_do: "So many do not lie in this location: \"there\" says how many do. Take them from another, or count.",
    },
    ProblemDoc {
        code: "location_in_use",
        status: 409,
        title: "Location in use",
        what_to_do: "Something lies in it, or it is the default location. Move what is there elsewhere first.",
    },
    ProblemDoc {
        code: "hold_ended",
        status: 409,
        title: "Not held any more",
        what_to_do: "It was let go, or an order got it. Hold it again.",
    },
    ProblemDoc {
        code: "attribute_type_fixed",
        status: 409,
        title: "Attribute has a type",
        what_to_do: "Products have values of this type. Declare another attribute, or remove this one first.",
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
            Refusal::CategoryHandleTaken { handle } => conflict(
                "category_handle_taken",
                "Handle taken",
                format!("Another category has the handle {handle:?}. Choose another."),
            )
            .with("handle", handle),
            Refusal::NoSuchParent => Self::invalid(vec![kernel::FieldProblem {
                pointer: "/parent".into(),
                detail: "there is no such category".into(),
            }]),
            Refusal::OwnAncestor => conflict(
                "own_ancestor",
                "Its own ancestor",
                "A category cannot be in itself, nor in one that is in it. Choose another parent.".into(),
            ),
            Refusal::TooDeep { most } => conflict(
                "categories_too_many",
                "Too many categories",
                format!("Categories lie in {most} levels at the most. Choose another parent."),
            ),
            Refusal::TooManyCategories { most } => conflict(
                "categories_too_many",
                "Too many categories",
                format!("A shop has {most} categories at the most. Remove some, or use tags."),
            ),
            Refusal::CategoryInUse => conflict(
                "category_in_use",
                "Category in use",
                "Other categories or products are in it. Move them elsewhere first.".into(),
            ),
            Refusal::PriceListCurrencyFixed { currency } => conflict(
                "price_list_currency_fixed",
                "Price list has a currency",
                format!("Its prices are written in {currency}. Make another list instead."),
            ),
            Refusal::NotThere { there } => {
                conflict("not_there", "Not there", format!("Only {there} lie in this location.")).with("there", there)
            }
            Refusal::LocationInUse => conflict(
                "location_in_use",
                "Location in use",
                "Something lies in it, or it is the default location. Move what is there elsewhere first.".into(),
            ),
            Refusal::HoldEnded => conflict(
                "hold_ended",
                "Not held any more",
                "It was let go, or an order got it. Hold it again.".into(),
            ),
            Refusal::AttributeTypeFixed { kind } => conflict(
                "attribute_type_fixed",
                "Attribute has a type",
                format!("It is a {kind}, and products may have values of it. Declare another attribute instead."),
            ),
            Refusal::AlreadyThere => conflict("already_there", "Already there", "This was made before.".into()),
            Refusal::TooMuch => Self::invalid(vec![kernel::FieldProblem {
                pointer: "/delta".into(),
                detail: "a stock has at most a trillion".into(),
            }]),
        }
    }
}
