//! The ids of payments.

kernel::ids! {
    PaymentId;
    /// A payment provider that a shop has taken on.
    ProviderId;
}
