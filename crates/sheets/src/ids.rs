//! What imports are called.

kernel::ids! {
    ImportId;
}
