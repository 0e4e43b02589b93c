//! What the platform's list of modules takes of this crate.

use std::sync::Arc;

use edge::grants::{Permission, Share};
use edge::{Module, ModuleSettings, Publishes, Running};
use serde::{Deserialize, Serialize};
use store::relay::Workers;

use crate::calls_off::CallsOff;
use crate::payment::open_payment;
use crate::pays_back::PaysBack;
use crate::providers::provider;
use crate::public::PaymentTold;
use crate::reports::report::{self, Reporting};
use crate::settle::{Planner, Settle};
use crate::webhooks::{self, received_webhook};
use crate::{Cashier, PROBLEMS, Payment, api, projector};

pub const CONTEXT: store::Context = store::Context {
    name: "payments",
    migrations: store::migrations!["0001_payments", "0002_pages"],
    streams: &[
        store::Stream::of::<Payment>(),
        store::Stream::of::<open_payment::OpenPayment>(),
        store::Stream::of::<provider::TakenOn>(),
        store::Stream::of::<received_webhook::ReceivedWebhook>(),
        store::Stream::of::<report::Report>(),
    ],
    people: store::People { by_email: &[], also: &[], forget: projector::forget },
    form: 0,
};

pub const MODULE: Module = Module {
    context: Some(CONTEXT),
    problems: PROBLEMS,
    explains: webhooks::use_cases::PROBLEMS,
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
    groups: &[("payments", "What is paid for orders, and through whom.")],
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
        routes: api::routes::routes(cashier),
        workers: Workers {
            subscribers: vec![
                Arc::new(Planner),
                Arc::new(CallsOff(cashier.clone())),
                Arc::new(PaysBack(cashier.clone())),
            ],
            jobs: vec![Arc::new(Settle(cashier.clone())), Arc::new(Reporting(cashier.clone()))],
            ..Workers::default()
        },
    }
}
