//! The id of a promotion.

kernel::ids! {
    PromotionId;
}
