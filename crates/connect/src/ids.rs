//! The ids of connect.

kernel::ids! {
    PartnerId;
    SyncId;
}
