//! What files are called.

kernel::ids! {
    /// A file, and its object.
    FileId;
}
