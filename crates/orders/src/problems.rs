//! Problems that a checkout answers with: the total changed, or something is missing.

kernel::problems! {
    Conflict TOTAL_CHANGED "total_changed" "Another total":
        "\"total\" is what the cart costs now. Show it, and order again with it as expected_total.",
    Invalid CART_UNFINISHED "cart_unfinished" "Something is missing":
        "\"errors\" names what an order still needs.",
}
