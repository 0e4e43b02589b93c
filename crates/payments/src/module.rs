//! What the platform's list of modules takes of this crate.

use std::sync::Arc;

use edge::grants::{Permission, Share};
use edge::{Module, ModuleSettings, Publishes, Running};
use serde::{Deserialize, Serialize};
use store::relay::Workers;

use crate::calls_off::CallsOff;
use crate::pays_back::PaysBack;
use crate::public::PaymentTold;
use crate::report::Reporting;
use crate::settle::{Planner, Settle};
use crate::{CONTEXT, Cashier, PROBLEMS, api, works};

pub const MODULE: Module = Module {
    context: Some(CONTEXT),
    problems: PROBLEMS,
    explains: works::PROBLEMS,
    // A cart is ordered when it is paid.
    refused_like: &["orders", "catalog", "customers"],
    permissions: &[
        Permission::new("payments", &["read", "write", "pay", "refund"]),
        Permission::new("payment-providers", &["read", "write"]),
    ],
    shares: &[
        Share::staff("order-manager", &["payments:*"]),
        Share::staff("customer-service", &["payments:pay", "payments:refund"]),
        Share::staff("operator", &["payments:read"]),
        Share::staff("service", &["payments:pay"]),
        Share::customer(&["payments:pay", "payments:read"]),
    ],
    settings: ModuleSettings::of::<Settings>(),
    publishes: &[Publishes::of::<PaymentTold>()],
    ..Module::new("payments")
};

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// Where the sandbox for payments answers, when it runs as a process of its own; in this one when left out.
    pub sandbox_payments: Option<String>,
}

pub fn running(cashier: &Cashier) -> Running {
    Running {
        routes: api::routes(cashier),
        workers: Workers {
            subscribers: vec![
                Arc::new(Planner),
                Arc::new(CallsOff(cashier.clone())),
                Arc::new(PaysBack(cashier.clone())),
            ],
            jobs: vec![Arc::new(Settle(cashier.clone())), Arc::new(Reporting(cashier.clone()))],
        },
    }
}
