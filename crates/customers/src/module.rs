//! What the platform's list of modules takes of this crate.

use std::sync::Arc;

use edge::grants::{Permission, Share};
use edge::{Module, Publishes, Running};
use kernel::{SubjectId, Write};
use store::relay::Workers;
use store::{Context, People, Stream, migrations};

use crate::profiles::customer::Customer;
use crate::profiles::erasure::Erasure;
use crate::profiles::guest::Guest;
use crate::profiles::held_address::HeldAddress;
use crate::profiles::public::{CustomerTold, GuestTold};
use crate::profiles::{self, Elsewhere, queries};
use crate::public::{MembershipTold, OrganisationTold, SegmentTold};
use crate::segment::{Segment, SegmentName};
use crate::{Membership, Organisation, PROBLEMS, Register, api, projector, segment_api};

pub const CONTEXT: Context = Context {
    name: "customers",
    migrations: migrations!["0001_customers", "0002_vat", "0003_records"],
    streams: &[
        Stream::of::<Organisation>(),
        Stream::of::<Membership>(),
        Stream::of::<Segment>(),
        Stream::of::<SegmentName>(),
        Stream::of::<Customer>(),
        Stream::of::<Guest>(),
        Stream::of::<HeldAddress>(),
    ],
    people: People {
        by_email: &[(
            "customer",
            "select customer_id, count(*) from customer_emails where email_index = $1 group by customer_id",
        )],
        also: &[queries::WHOSE_GUEST, queries::RECORDS],
        forget,
    },
    form: 1,
};

pub const MODULE: Module = Module {
    context: Some(CONTEXT),
    problems: PROBLEMS,
    permissions: &[
        Permission::new("organisations", &["read", "write"]),
        Permission::new("customers", &["read", "write"]).sensitive(),
    ],
    shares: &[
        Share::customer(&["organisations:read", "organisations:write", "customers:read", "customers:write"]),
        Share::staff("customer-service", &["customers:*"]),
        Share::staff("order-manager", &["customers:read"]),
    ],
    groups: &[
        ("customers", "Who the shop's customers are, with their address books."),
        ("organisations", "Businesses that buy, and who buys for them."),
        ("segments", "Groups of customers."),
    ],
    publishes: &[
        Publishes::of::<OrganisationTold>(),
        Publishes::of::<MembershipTold>(),
        Publishes::of::<SegmentTold>(),
        Publishes::of::<CustomerTold>(),
        Publishes::of::<GuestTold>(),
    ],
    ..Module::new("customers")
};

pub fn running(register: Register, elsewhere: Arc<dyn Elsewhere>) -> Running {
    let routes = api::routes().merge(segment_api::routes()).giving(register);
    let routes = routes.merge(profiles::routes(elsewhere));
    let workers = Workers { subscribers: vec![Arc::new(Erasure)], ..Workers::default() };
    Running { routes, workers }
}

/// A member's id is nobody's name, so of an organisation only what it says of itself is forgotten with it.
fn forget(subject: SubjectId) -> Vec<Write> {
    let mut writes = projector::forget(subject);
    writes.extend(profiles::projector::forget(subject));
    writes
}
