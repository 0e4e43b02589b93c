//! What the platform's list of modules takes of this crate.

use std::sync::Arc;

use edge::grants::{Permission, Share};
use edge::{Module, Publishes, Running};
use store::relay::Workers;

use crate::cart::Guests;
use crate::public::{CartTold, ClaimTold, OrderTold};
use crate::unpaid::{Payments, Unpaid};
use crate::{CONTEXT, PROBLEMS, Ports, api};

pub const MODULE: Module = Module {
    context: Some(CONTEXT),
    problems: PROBLEMS,
    // What is ordered is priced and counted by the catalog, so orders are refused in its words, too.
    refused_like: &["catalog", "customers"],
    permissions: &[
        Permission::new("orders", &["read", "write", "place", "cancel", "return"]),
        Permission::new("promotions", &["read", "write"]),
        Permission::new("taxes", &["read", "write"]),
        Permission::new("delivery", &["read", "write"]),
        Permission::new("order-settings", &["read", "write"]),
    ],
    shares: &[
        Share::staff("order-manager", &["orders:*", "promotions:read", "delivery:*", "order-settings:*"]),
        Share::staff("customer-service", &["orders:*"]),
        Share::staff(
            "operator",
            &["orders:read", "orders:write", "promotions:*", "delivery:*", "taxes:read"],
        ),
        Share::staff("service", &["orders:place"]),
        Share::customer(&["orders:place", "orders:read", "orders:cancel", "orders:return"]),
    ],
    groups: &[
        ("carts", "What a customer is about to order, and what it would cost."),
        ("delivery", "The ways in which orders reach their customers, and what they cost."),
        ("drafts", "Orders that the shop puts together for somebody."),
        ("orders", "What was ordered, and what becomes of it: parcels, edits, returns, credits."),
        ("promotions", "What makes orders cheaper, with a code or without."),
        ("taxes", "Which taxes the shop charges."),
    ],
    publishes: &[Publishes::of::<OrderTold>(), Publishes::of::<ClaimTold>(), Publishes::of::<CartTold>()],
    ..Module::new("orders")
};

pub fn running(ports: Ports, payments: Arc<dyn Payments>) -> Running {
    Running {
        routes: api::routes(ports),
        workers: Workers {
            subscribers: vec![Arc::new(Guests)],
            jobs: vec![Arc::new(Unpaid(payments))],
            ..Workers::default()
        },
    }
}
