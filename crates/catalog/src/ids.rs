//! The ids of what a catalog has.

kernel::ids! {
    ProductId;
    /// What an order line orders.
    VariantId;
    CategoryId;
    PriceListId;
    LocationId;
    HoldId;
}
