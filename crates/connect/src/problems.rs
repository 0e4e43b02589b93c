//! What a job says when the partner keeps it from going on.

kernel::problems! {
    Unavailable ERP_SILENT "erp_silent" "The ERP does not answer":
        "It is tried again by itself; the sync says when, and what was wrong.",
}
