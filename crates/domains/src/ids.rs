//! The ids of domains.

kernel::ids! {
    /// A domain of a shop: always the same for the same name.
    DomainId;
}
