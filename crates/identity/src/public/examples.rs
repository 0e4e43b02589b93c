//! What the examples of published events have in common.

use kernel::Timestamp;
use uuid::{Uuid, uuid};

pub(crate) const PROVIDER: Uuid = uuid!("01934600-7b8c-7d9e-af01-b2c3d4e5f6ed");

pub(crate) const SERVICE_KEY: Uuid = uuid!("01934610-1c2d-7e3f-8a4b-5c6d7e8f90fe");

pub(crate) const OAK: Uuid = uuid!("01934500-2d3e-7f40-9b5c-6d7e8f9a0b0f");

/// 2026-05-03T14:00:00Z
pub(crate) const THEN: Timestamp = Timestamp::from_micros(1_777_816_800_000_000);

pub(super) const ADA: Uuid = uuid!("01934a00-1f2e-7c3d-8b4a-2e5f7a9c1d54");
