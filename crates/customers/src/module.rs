//! What the platform's list of modules takes of this crate.

use edge::grants::{Permission, Share};
use edge::{Module, Publishes, Running};
use store::{Context, People, Stream, migrations};

use crate::public::{MembershipTold, OrganisationTold, SegmentTold};
use crate::segment::{Segment, SegmentName};
use crate::{Membership, Organisation, PROBLEMS, Register, api, projector, segment_api};

pub const CONTEXT: Context = Context {
    name: "customers",
    migrations: migrations!["0001_customers", "0002_vat"],
    streams: &[
        Stream::of::<Organisation>(),
        Stream::of::<Membership>(),
        Stream::of::<Segment>(),
        Stream::of::<SegmentName>(),
    ],
    people: People { by_email: &[], forget: projector::forget },
    form: 1,
};

pub const MODULE: Module = Module {
    context: Some(CONTEXT),
    problems: PROBLEMS,
    permissions: &[Permission::new("organisations", &["read", "write"])],
    shares: &[Share::customer(&["organisations:read", "organisations:write"])],
    groups: &[
        ("organisations", "Businesses that buy, and who buys for them."),
        ("segments", "Groups of customers."),
    ],
    publishes: &[
        Publishes::of::<OrganisationTold>(),
        Publishes::of::<MembershipTold>(),
        Publishes::of::<SegmentTold>(),
    ],
    ..Module::new("customers")
};

pub fn running(register: Register) -> Running {
    let routes = api::routes().merge(segment_api::routes());
    Running { routes: routes.giving(register), ..Running::default() }
}
