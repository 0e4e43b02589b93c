//! Every reason for which this context refuses a command.

use kernel::{Currency, FieldProblem, Problem};

use crate::problems::{self, CATEGORIES_TOO_MANY};

kernel::refusals! {
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub enum Refusal {
        OutOfStock { available: i64 } => Conflict "out_of_stock" "Out of stock":
            "Only {available} are available."
            with { available: available }
            page "Order less, or wait: \"available\" says how many there are.",
        BelowReserved { reserved: i64 } => Conflict "below_reserved" "Promised to orders":
            "{reserved} are promised to orders, so the stock cannot fall below that. Cancel orders first."
            with { reserved: reserved }
            page "Cancel orders first, or count again: \"reserved\" says how many are promised.",
        NothingToShip => Conflict "nothing_to_ship" "Nothing to ship":
            "The stock does not hold what was promised. Count it and adjust it.",
        SkuTaken { sku: String } => Conflict "sku_taken" "SKU taken":
            "Another product has the SKU {sku:?}. Choose another."
            with { sku: sku }
            page "Another product has this SKU. Choose another, or change that product.",
        HandleTaken { handle: String } => Conflict "handle_taken" "Handle taken":
            "Another product has the handle {handle:?}. Choose another."
            with { handle: handle }
            page "Another product has this handle. Choose another.",
        AlreadyThere => Conflict "already_there" "Already there":
            "This was made before."
            page "It was made before. Read it instead.",
        CategoryHandleTaken { handle: String } => Conflict "category_handle_taken" "Handle taken":
            "Another category has the handle {handle:?}. Choose another."
            with { handle: handle }
            page "Another category has this handle. Choose another.",
        NoSuchParent = Problem::invalid(vec![FieldProblem {
            pointer: "/parent".into(),
            detail: "there is no such category".into(),
        }]),
        OwnAncestor => Conflict "own_ancestor" "Its own ancestor":
            "A category cannot be in itself, nor in one that is in it. Choose another parent.",
        TooDeep { most: usize } = CATEGORIES_TOO_MANY
            .says(format!("Categories lie in {most} levels at the most. Choose another parent.")),
        TooManyCategories { most: usize } = CATEGORIES_TOO_MANY
            .says(format!("A shop has {most} categories at the most. Remove some, or use tags.")),
        CategoryInUse => Conflict "category_in_use" "Category in use":
            "Other categories or products are in it. Move them elsewhere first.",
        PriceListCurrencyFixed { currency: Currency } =>
            Conflict "price_list_currency_fixed" "Price list has a currency":
            "Its prices are written in {currency}. Make another list instead."
            page "Its prices are written in its currency. Make another list instead.",
        NotThere { there: i64 } => Conflict "not_there" "Not there":
            "Only {there} lie in this location."
            with { there: there }
            page "So many do not lie in this location: \"there\" says how many do. Take them from another, or count.",
        LocationInUse => Conflict "location_in_use" "Location in use":
            "Something lies in it, or it is the default location. Move what is there elsewhere first.",
        HoldEnded => Conflict "hold_ended" "Not held any more":
            "It was let go, or an order got it. Hold it again.",
        AttributeTypeFixed { kind: &'static str } => Conflict "attribute_type_fixed" "Attribute has a type":
            "It is a {kind}, and products may have values of it. Declare another attribute instead."
            page "Products have values of this type. Declare another attribute, or remove this one first.",
        TooMuch = Problem::invalid(vec![FieldProblem {
            pointer: "/delta".into(),
            detail: "a stock has at most a trillion".into(),
        }]),
    }
    also { problems::PROBLEMS }
}
