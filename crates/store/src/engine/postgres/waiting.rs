//! The tenants that wait for a committer.

use std::collections::VecDeque;

use kernel::TenantId;

use crate::work::Drain;

#[derive(Default)]
pub(super) struct Waiting {
    /// The longest waiting first.
    pub(super) lanes: VecDeque<(TenantId, Drain)>,
    /// How many are at work.
    pub(super) committers: usize,
}
