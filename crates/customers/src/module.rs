//! What the platform's list of modules takes of this crate.

use edge::grants::{Permission, Share};
use edge::{Module, Publishes, Running};

use crate::public::{MembershipTold, OrganisationTold, SegmentTold};
use crate::{CONTEXT, PROBLEMS, Register, api, segment_api};

pub const MODULE: Module = Module {
    context: Some(CONTEXT),
    problems: PROBLEMS,
    permissions: &[Permission::new("organisations", &["read", "write"])],
    shares: &[Share::customer(&["organisations:read", "organisations:write"])],
    publishes: &[
        Publishes::of::<OrganisationTold>(),
        Publishes::of::<MembershipTold>(),
        Publishes::of::<SegmentTold>(),
    ],
    ..Module::new("customers")
};

pub fn running(register: Register) -> Running {
    let routes = api::routes().merge(segment_api::routes());
    Running { routes: routes.layer(axum::Extension(register)), ..Running::default() }
}
