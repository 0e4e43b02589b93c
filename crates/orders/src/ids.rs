//! The ids of orders and carts.

kernel::ids! {
    OrderId;
    CartId;
}
