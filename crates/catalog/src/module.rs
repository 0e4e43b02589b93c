//! What the platform's list of modules takes of this crate.

use std::sync::Arc;

use edge::grants::{Permission, Share};
use edge::{Module, Publishes, Running};
use store::relay::Workers;

use crate::public::prices::PriceListTold;
use crate::public::stock::{LocationTold, StockTold};
use crate::public::{AttributeTold, CategoryTold, ProductTold};
use crate::stock::EndExpiredHolds;
use crate::{Audience, CONTEXT, PROBLEMS, attributes, categories, prices, products, quotes, stock};

pub const MODULE: Module = Module {
    context: Some(CONTEXT),
    problems: PROBLEMS,
    permissions: &[
        Permission::new("catalog", &["read", "write"]),
        Permission::new("prices", &["read", "write"]),
        Permission::new("stock", &["read", "write"]),
    ],
    shares: &[
        Share::staff("order-manager", &["catalog:read", "stock:*"]),
        Share::staff("operator", &["catalog:*", "prices:*", "stock:*"]),
    ],
    groups: &[
        ("categories", "Where products are found."),
        ("inventory", "How much of what lies where."),
        ("prices", "Price lists, for some customers or for some time."),
        ("products", "What is sold."),
    ],
    publishes: &[
        Publishes::of::<ProductTold>(),
        Publishes::of::<AttributeTold>(),
        Publishes::of::<CategoryTold>(),
        Publishes::of::<StockTold>(),
        Publishes::of::<LocationTold>(),
        Publishes::of::<PriceListTold>(),
    ],
    ..Module::new("catalog")
};

pub fn running(audience: Arc<dyn Audience>) -> Running {
    Running {
        routes: products::api::routes()
            .merge(attributes::api::routes())
            .merge(categories::api::routes())
            .merge(prices::api::routes().giving(audience))
            .merge(quotes::api::routes())
            .merge(stock::api::routes()),
        workers: Workers { jobs: vec![Arc::new(EndExpiredHolds)], ..Workers::default() },
    }
}
