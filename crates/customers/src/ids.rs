//! The ids of organisations and segments.

kernel::ids! {
    OrganisationId;
    SegmentId;
}
